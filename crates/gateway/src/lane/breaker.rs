//! The circuit breaker of a lane: a vendor that does not answer is left alone for a while, then tried with one request.

use model::Timestamp;

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// First rest, in milliseconds; each further one doubles.
const FIRST_REST_MS: i64 = 1000;
/// Longest rest, in milliseconds.
const LONGEST_REST_MS: i64 = 30_000;

/// The circuit breaker of a lane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Breaker {
    failures: u32,
    rests: u32,
    open_until: Option<Timestamp>,
    code: &'static str,
}

/// How much may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowance {
    /// As much as there is.
    Free,
    /// One request, to see whether the vendor is back.
    One,
    /// Nothing before this moment.
    Nothing { until: Timestamp },
}

/// How the circuit breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BreakerState {
    /// Everything leaves.
    #[default]
    Closed,
    /// Nothing leaves before this moment.
    Open {
        /// Then one request does.
        until: Timestamp,
    },
    /// One request at a time leaves, to see whether the vendor is back.
    HalfOpen,
}

impl Breaker {
    pub(crate) fn state(&self, now: Timestamp) -> BreakerState {
        match self.allowance(now) {
            Allowance::Free => BreakerState::Closed,
            Allowance::One => BreakerState::HalfOpen,
            Allowance::Nothing { until } => BreakerState::Open { until },
        }
    }

    pub(crate) fn allowance(&self, now: Timestamp) -> Allowance {
        match self.open_until {
            Some(until) if now < until => Allowance::Nothing { until },
            Some(_) => Allowance::One,
            None => Allowance::Free,
        }
    }

    /// What failed last.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The vendor answered.
    pub(crate) fn answered(&mut self) {
        *self = Self::default();
    }

    /// No connection, no answer, or a fault of the vendor's own. What was on the wire together fails together, so
    /// failures while it rests change nothing.
    pub(crate) fn failed(&mut self, code: &'static str, now: Timestamp, dice: u64) {
        if self.open_until.is_some_and(|until| now < until) {
            return;
        }
        self.failures += 1;
        self.code = code;
        if self.failures < OPENS_AFTER && self.open_until.is_none() {
            return;
        }
        let full = (FIRST_REST_MS << self.rests.min(10)).min(LONGEST_REST_MS);
        // A fifth by chance, so that lanes to one dead vendor do not return in step.
        let chance = i64::try_from(dice % (full / 5).unsigned_abs()).unwrap_or(0);
        self.open_until = Some(now.plus_ms(full - chance));
        self.rests += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn until(breaker: &Breaker, now: Timestamp) -> Option<i64> {
        match breaker.allowance(now) {
            Allowance::Nothing { until } => Some(until.since_ms(now)),
            Allowance::Free | Allowance::One => None,
        }
    }

    #[test]
    fn it_opens_after_five_failures_in_a_row_and_not_after_an_answer_between() {
        let (mut breaker, now) = (Breaker::default(), Timestamp(0));
        (0..4).for_each(|_| breaker.failed("x", now, 0));
        breaker.answered();
        (0..4).for_each(|_| breaker.failed("x", now, 0));
        assert_eq!(breaker.allowance(now), Allowance::Free);
        breaker.failed("x", now, 0);
        assert_eq!(until(&breaker, now), Some(1000));
    }

    #[test]
    fn its_rests_double_up_to_thirty_seconds_with_one_try_between() {
        let (mut breaker, mut now) = (Breaker::default(), Timestamp(0));
        (0..5).for_each(|_| breaker.failed("x", now, 0));
        let mut rests = Vec::new();
        for _ in 0..7 {
            let rest = until(&breaker, now).unwrap();
            rests.push(rest);
            now = now.plus_ms(rest);
            assert_eq!(breaker.allowance(now), Allowance::One);
            assert_eq!(breaker.state(now), BreakerState::HalfOpen);
            breaker.failed("x", now, 0);
        }
        assert_eq!(rests, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        now = now.plus_ms(30_000);
        breaker.answered();
        assert_eq!(breaker.allowance(now), Allowance::Free);
    }

    #[test]
    fn a_thousand_requests_that_fail_together_count_as_one_rest() {
        let (mut breaker, now) = (Breaker::default(), Timestamp(0));
        (0..1000).for_each(|_| breaker.failed("x", now, 0));
        assert_eq!(until(&breaker, now), Some(1000));
    }
}
