//! How fast a lane may send: a token bucket of targets, or of requests where the vendor counts those.

use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock};
use tokio::time::Instant;
use vendors::{Allowed, Counts, Rate};

use crate::config::Pacing;

/// How fast a lane may send.
#[derive(Debug)]
pub(crate) struct Pace {
    bucket: Option<DefaultDirectRateLimiter>,
    most: u32,
    counts: Counts,
    per_second: Option<NonZeroU32>,
}

impl Pace {
    /// What the operator entered for the certificate goes before `pacing`. `batch`: most targets in one job, which the
    /// bucket must hold at least.
    pub(crate) fn new(pacing: Pacing, allowed: &Allowed, counts: Counts, batch: usize) -> Self {
        let per_second = match pacing {
            _ if allowed.is_own_rate => allowed.per_second,
            Pacing::AsBook => allowed.per_second,
            Pacing::PerSecond(rate) => Some(rate),
            Pacing::Unlimited => None,
        };
        let batch = match counts {
            Counts::Targets => u32::try_from(batch).unwrap_or(u32::MAX),
            Counts::Requests => 1,
        };
        let most = per_second.map_or(u32::MAX, NonZeroU32::get).max(batch);
        let bucket = per_second.zip(NonZeroU32::new(most));
        let bucket =
            bucket.map(|(rate, most)| RateLimiter::direct(Quota::per_second(rate).allow_burst(most)));
        Self { bucket, most, counts, per_second }
    }

    /// How fast it goes, a second; `None`: as fast as it can.
    pub(crate) const fn rate(&self) -> Option<Rate> {
        match self.per_second {
            Some(rate) => Some(Rate { per_second: rate.get(), counts: self.counts }),
            None => None,
        }
    }

    /// Whether a request with so many targets may leave now.
    ///
    /// # Errors
    /// When to ask again.
    pub(crate) fn check(&self, targets: usize) -> Result<(), Instant> {
        let Some(bucket) = &self.bucket else { return Ok(()) };
        let targets = match self.counts {
            Counts::Targets => u32::try_from(targets).unwrap_or(u32::MAX).min(self.most),
            Counts::Requests => 1,
        };
        let Some(targets) = NonZeroU32::new(targets) else { return Ok(()) };
        match bucket.check_n(targets) {
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(bucket.clock().now());
                Err(Instant::now() + wait.max(Duration::from_millis(1)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(per_second: u32, is_own_rate: bool) -> Allowed {
        Allowed { per_second: NonZeroU32::new(per_second), is_own_rate, kinds: Vec::new() }
    }

    fn at_once(pace: &Pace, targets: usize) -> usize {
        (0..10_000).take_while(|_| pace.check(targets).is_ok()).count()
    }

    #[test]
    fn a_rate_of_targets_counts_phones_and_one_of_requests_does_not() {
        let targets = Pace::new(Pacing::AsBook, &allowed(1000, false), Counts::Targets, 100);
        assert_eq!(at_once(&targets, 100), 10);
        let requests = Pace::new(Pacing::AsBook, &allowed(200, false), Counts::Requests, 100);
        assert!((200..=201).contains(&at_once(&requests, 100)));
    }

    #[test]
    fn what_the_operator_entered_goes_before_everything() {
        let own = Pace::new(Pacing::Unlimited, &allowed(5, true), Counts::Targets, 1);
        assert_eq!(own.rate().map(|rate| rate.per_second), Some(5));
        let book = Pace::new(Pacing::Unlimited, &allowed(5, false), Counts::Targets, 1);
        assert_eq!(book.rate(), None);
        let config = Pacing::PerSecond(NonZeroU32::MIN);
        let instance = Pace::new(config, &allowed(5, false), Counts::Targets, 1);
        assert_eq!(instance.rate().map(|rate| rate.per_second), Some(1));
    }
}
