//! Amounts that really count: by the vendor's day, and by the second.

use std::{collections::HashMap, sync::Mutex};

use model::Timestamp;

use super::Passing;
use crate::lock::lock;

const DAY_MS: i64 = 24 * 3_600_000;
/// Keys that are counted apart; beyond them the ledger counts no more, so that memory stays bounded.
const KEYS_MAX: usize = 200_000;

/// What is used up today, by key: an app, an app's class, a device.
#[derive(Debug)]
pub(crate) struct DayLedger {
    /// The vendor's day begins this much before UTC's.
    offset_ms: i64,
    day: Mutex<Day>,
}

#[derive(Debug, Default)]
struct Day {
    number: i64,
    used: HashMap<String, u64>,
}

/// An amount is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// What was used before.
    pub(crate) used: u64,
}

impl DayLedger {
    /// A ledger of a vendor whose day begins at midnight in Beijing.
    pub(crate) fn of_beijing() -> Self {
        Self { offset_ms: 8 * 3_600_000, day: Mutex::default() }
    }

    /// Takes an amount, or none of it. Returns what is used with it.
    ///
    /// # Errors
    /// [`Spent`] where it would go over the limit.
    pub(crate) fn take(&self, key: &str, amount: u64, limit: u64, now: Timestamp) -> Result<u64, Spent> {
        let mut day = self.today(now);
        let used = day.used.get(key).copied().unwrap_or_default();
        if used.saturating_add(amount) > limit {
            return Err(Spent { used });
        }
        if used > 0 || day.used.len() < KEYS_MAX {
            day.used.insert(key.to_owned(), used + amount);
        }
        Ok(used + amount)
    }

    /// What is used today.
    pub(crate) fn used(&self, key: &str, now: Timestamp) -> u64 {
        self.today(now).used.get(key).copied().unwrap_or_default()
    }

    fn today(&self, now: Timestamp) -> std::sync::MutexGuard<'_, Day> {
        let number = now.millis().saturating_add(self.offset_ms).div_euclid(DAY_MS);
        let mut day = lock(&self.day);
        if day.number != number {
            *day = Day { number, used: HashMap::new() };
        }
        day
    }
}

/// How much goes through in one second, by key.
#[derive(Debug, Default)]
pub(crate) struct RateGate(Mutex<Passing<(i64, u64)>>);

impl RateGate {
    /// Whether an amount may go through now; then it has.
    pub(crate) fn pass(&self, key: &str, amount: u64, per_second: u64, now: Timestamp) -> bool {
        let second = now.millis().div_euclid(1000);
        let mut gates = lock(&self.0);
        let (_, used) = gates.of(key, |(at, _)| *at != second, || (second, 0));
        let passes = used.saturating_add(amount) <= per_second;
        if passes {
            *used += amount;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_refilled_at_midnight_in_beijing() {
        let ledger = DayLedger::of_beijing();
        let before_midnight = Timestamp(16 * 3_600_000 - 1);
        assert_eq!(ledger.take("app", 2, 2, before_midnight), Ok(2));
        assert_eq!(ledger.take("app", 1, 2, before_midnight), Err(Spent { used: 2 }));
        assert_eq!(ledger.take("other", 1, 2, before_midnight), Ok(1));
        assert_eq!(ledger.take("app", 1, 2, before_midnight.plus_ms(1)), Ok(1));
        assert_eq!(ledger.used("app", before_midnight.plus_ms(1)), 1);
    }

    #[test]
    fn a_gate_opens_again_in_the_next_second() {
        let gate = RateGate::default();
        assert!(gate.pass("app", 3, 3, Timestamp(1000)));
        assert!(!gate.pass("app", 1, 3, Timestamp(1999)));
        assert!(gate.pass("app", 1, 3, Timestamp(2000)));
    }
}
