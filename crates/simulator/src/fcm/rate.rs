//! Amounts by the minute and by the hour, and how fast collapsible messages go through.

use std::{collections::HashMap, sync::Mutex};

use model::Timestamp;

use crate::{counter::Passing, lock::lock};

/// One more collapsible message goes through after this. Documented.
const COLLAPSIBLE_EVERY_MS: i64 = 3 * 60_000;

/// Amounts that are refilled at once when their time is over; the time begins with the first that is taken, so that it
/// keeps to no clock. Documented.
#[derive(Debug, Default)]
pub(super) struct Windows(Mutex<Passing<Window>>);

#[derive(Debug)]
struct Window {
    until: Timestamp,
    used: u64,
}

impl Windows {
    /// Takes one of an amount.
    ///
    /// # Errors
    /// Whole seconds until the amount is refilled.
    pub(super) fn take(&self, key: &str, limit: u64, length_ms: i64, now: Timestamp) -> Result<(), u64> {
        let mut windows = lock(&self.0);
        let fresh = || Window { until: now.plus_ms(length_ms), used: 0 };
        let window = windows.of(key, |window| window.until <= now, fresh);
        if window.used >= limit {
            let wait_ms = window.until.since_ms(now).max(1).unsigned_abs();
            return Err(wait_ms.div_ceil(1000));
        }
        window.used += 1;
        Ok(())
    }
}

/// Holds back collapsible messages to one phone: some at once, then one in three minutes. What is too much comes later,
/// without an error. Documented.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Passing<Phone>>);

#[derive(Debug, Default)]
struct Phone {
    /// When nothing of the burst is used any more.
    full_at: i64,
    /// When what is held back goes through, by its collapse key: a newer one takes the older one's turn.
    turns: HashMap<String, i64>,
}

impl Throttle {
    /// When a message may go through.
    pub(super) fn pass(&self, phone: &str, collapse_key: &str, burst: u32, now: Timestamp) -> Timestamp {
        let mut phones = lock(&self.0);
        let phone = phones.of(phone, |phone| phone.full_at <= now.millis(), Phone::default);
        phone.turns.retain(|_, turn| *turn > now.millis());
        if let Some(turn) = phone.turns.get(collapse_key) {
            return Timestamp(*turn);
        }
        let at_once_ms = i64::from(burst.saturating_sub(1)).saturating_mul(COLLAPSIBLE_EVERY_MS);
        let full_at = phone.full_at.max(now.millis());
        let turn = full_at.saturating_sub(at_once_ms).max(now.millis());
        phone.full_at = full_at.saturating_add(COLLAPSIBLE_EVERY_MS);
        if turn > now.millis() {
            phone.turns.insert(collapse_key.to_owned(), turn);
        }
        Timestamp(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_refilled_at_once_when_its_time_is_over() {
        let windows = Windows::default();
        let start = Timestamp(1_234);
        assert_eq!(windows.take("p", 2, 60_000, start), Ok(()));
        assert_eq!(windows.take("p", 2, 60_000, start.plus_ms(59_000)), Ok(()));
        assert_eq!(windows.take("p", 2, 60_000, start.plus_ms(59_001)), Err(1));
        assert_eq!(windows.take("q", 2, 60_000, start), Ok(()));
        assert_eq!(windows.take("p", 2, 60_000, start.plus_ms(60_000)), Ok(()));
    }

    #[test]
    fn the_burst_goes_at_once_then_one_in_three_minutes_and_a_newer_one_takes_its_elders_turn() {
        let throttle = Throttle::default();
        let now = Timestamp(1_000_000);
        for _ in 0..3 {
            assert_eq!(throttle.pass("mi", "a", 3, now), now);
        }
        let first = now.plus_ms(COLLAPSIBLE_EVERY_MS);
        assert_eq!(throttle.pass("mi", "a", 3, now), first);
        assert_eq!(throttle.pass("mi", "a", 3, now.plus_ms(5)), first);
        assert_eq!(throttle.pass("mi", "b", 3, now), now.plus_ms(2 * COLLAPSIBLE_EVERY_MS));
        assert_eq!(throttle.pass("other", "a", 3, now), now);
        let rested = now.plus_ms(20 * COLLAPSIBLE_EVERY_MS);
        assert_eq!(throttle.pass("mi", "a", 3, rested), rested);
    }
}
