//! How long to wait before connecting again.

/// Doubling waits with jitter. The jitter comes from a seed, so that a run can be repeated, and different devices
/// must be given different seeds, so that they do not all come back in the same moment.
#[derive(Debug, Clone)]
pub struct Backoff {
    min_ms: u32,
    max_ms: u32,
    failures: u32,
    state: u64,
}

impl Backoff {
    /// Waits from `min_ms` to `max_ms`.
    #[must_use]
    pub const fn new(min_ms: u32, max_ms: u32, seed: u64) -> Self {
        Self { min_ms, max_ms, failures: 0, state: seed }
    }

    /// The wait after one more failure, in milliseconds: between half of the doubled wait and all of it.
    pub fn next_wait_ms(&mut self) -> u32 {
        let doubled = u64::from(self.min_ms) << self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let ceiling = u32::try_from(doubled).unwrap_or(u32::MAX).min(self.max_ms);
        let spread = u64::from(ceiling / 2) + 1;
        let jitter = u32::try_from(self.next_random() % spread).unwrap_or(0);
        ceiling - jitter
    }

    /// The connection stood: the next wait is short again.
    pub const fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// `SplitMix64`: enough to spread reconnects, and three lines.
    const fn next_random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn waits_double_up_to_the_largest_and_jitter_takes_at_most_half() {
        let mut backoff = Backoff::new(500, 30_000, 7);
        for ceiling in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let wait = backoff.next_wait_ms();
            assert!((ceiling / 2..=ceiling).contains(&wait), "{wait} for {ceiling}");
        }
        backoff.succeeded();
        assert!(backoff.next_wait_ms() <= 500);
    }

    #[test]
    fn devices_with_different_seeds_come_back_at_different_times() {
        let waits: std::collections::BTreeSet<u32> =
            (0..50).map(|seed| Backoff::new(10_000, 10_000, seed).next_wait_ms()).collect();
        assert!(waits.len() > 40);
    }
}
