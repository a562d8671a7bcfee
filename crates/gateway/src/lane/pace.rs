//! How fast a lane may send: a token bucket of targets.

use std::{num::NonZeroU32, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter, clock::Clock};
use tokio::time::Instant;

use crate::config::Pacing;

/// How fast a lane may send.
#[derive(Debug)]
pub(crate) struct Pace {
    bucket: Option<DefaultDirectRateLimiter>,
    most: u32,
}

impl Pace {
    /// `batch`: most targets in one job, which the bucket must hold at least.
    pub(crate) fn new(pacing: Pacing, as_book: u32, batch: usize) -> Self {
        let per_second = match pacing {
            Pacing::AsBook => NonZeroU32::new(as_book),
            Pacing::PerSecond(targets) => Some(targets),
            Pacing::Unlimited => None,
        };
        let batch = u32::try_from(batch).unwrap_or(u32::MAX);
        let most = per_second.map_or(u32::MAX, NonZeroU32::get).max(batch);
        let bucket = per_second.zip(NonZeroU32::new(most));
        Self {
            bucket: bucket.map(|(rate, most)| RateLimiter::direct(Quota::per_second(rate).allow_burst(most))),
            most,
        }
    }

    /// Whether so many targets may leave now.
    ///
    /// # Errors
    /// When to ask again.
    pub(crate) fn check(&self, targets: usize) -> Result<(), Instant> {
        let Some(bucket) = &self.bucket else { return Ok(()) };
        let targets = u32::try_from(targets).unwrap_or(u32::MAX).min(self.most);
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
