//! When an event that was not taken is told again.

use std::time::Duration;

use model::Timestamp;

/// The longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 3_600_000;
/// For so long it is tried.
const GIVEN_UP_AFTER_MS: i64 = 24 * 3_600_000;

/// When it is told again: after the first wait, then twice that, up to an hour; `None`: a day after it happened it is
/// given up. `tries`: those before this one.
pub(super) fn again_at(
    happened_at: Timestamp,
    tries: u32,
    first: Duration,
    now: Timestamp,
) -> Option<Timestamp> {
    let ends = happened_at.plus_ms(GIVEN_UP_AFTER_MS);
    let first_ms = i64::try_from(first.as_millis()).unwrap_or(LONGEST_WAIT_MS);
    let wait_ms = first_ms.saturating_mul(1 << tries.min(30)).min(LONGEST_WAIT_MS);
    (now < ends).then(|| now.plus_ms(wait_ms).min(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_double_up_to_an_hour_for_a_day() {
        let (mut now, mut tries, mut waits) = (Timestamp(0), 0, Vec::new());
        while let Some(next) = again_at(Timestamp(0), tries, Duration::from_secs(2), now) {
            waits.push(next.since_ms(now) / 1000);
            (now, tries) = (next, tries + 1);
        }
        assert_eq!(waits[..12], [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]);
        assert!(waits[12..waits.len() - 1].iter().all(|wait| *wait == 3600));
        assert_eq!(now, Timestamp(GIVEN_UP_AFTER_MS), "the last try is when the day is over");
    }
}
