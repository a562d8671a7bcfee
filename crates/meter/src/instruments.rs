//! The instruments: a counter, a level, a histogram of durations. Each is a few atomics and belongs in a struct.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Only ever grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// A counter at zero.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Goes up and down.
#[derive(Debug, Default)]
pub struct Level(AtomicI64);

impl Level {
    /// One more, or with a negative number fewer.
    pub fn shift(&self, by: i64) {
        self.0.fetch_add(by, Relaxed);
    }

    /// Where it stands.
    #[must_use]
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// The upper bounds of a histogram's buckets, in microseconds: from a grouped commit to a vendor that hardly answers.
pub const BOUNDS_US: [u64; 16] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 10_000_000, 30_000_000,
];

/// How long something took, by buckets with fixed bounds.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_US.len()],
    /// What took longer than the last bound.
    beyond: AtomicU64,
    sum_us: AtomicU64,
}

impl Histogram {
    /// It took this long.
    pub fn took(&self, duration: Duration) {
        self.took_us(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// It took so many milliseconds; a clock that was set back counts as zero.
    pub fn took_ms(&self, ms: i64) {
        self.took_us(u64::try_from(ms).unwrap_or(0).saturating_mul(1000));
    }

    fn took_us(&self, us: u64) {
        let place = BOUNDS_US.partition_point(|bound| *bound < us);
        self.buckets.get(place).unwrap_or(&self.beyond).fetch_add(1, Relaxed);
        self.sum_us.fetch_add(us, Relaxed);
    }

    /// How many were at most as long as each bound, how many there were at all, and how long all took together, in
    /// microseconds.
    #[must_use]
    pub fn read(&self) -> ([u64; BOUNDS_US.len()], u64, u64) {
        let mut up_to = [0; BOUNDS_US.len()];
        let mut sum = 0;
        for (up_to, bucket) in up_to.iter_mut().zip(&self.buckets) {
            sum += bucket.load(Relaxed);
            *up_to = sum;
        }
        (up_to, sum + self.beyond.load(Relaxed), self.sum_us.load(Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let histogram = Histogram::default();
        histogram.took(Duration::from_micros(100));
        histogram.took(Duration::from_micros(101));
        histogram.took_ms(-5);
        histogram.took(Duration::from_secs(31));
        let (up_to, all, sum_us) = histogram.read();
        assert_eq!((up_to[0], up_to[1], up_to[BOUNDS_US.len() - 1], all), (2, 3, 3, 4));
        assert_eq!(sum_us, 201 + 31_000_000);
    }

    #[test]
    fn bounds_rise() {
        assert!(BOUNDS_US.is_sorted());
    }
}
