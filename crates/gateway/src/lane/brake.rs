//! The brake on mass removal: a wrong certificate must not clear thousands of good tokens.
//!
//! It looks at the last verdicts that say whether a token lives. Where nine in ten of at least twenty call it dead, no
//! token is cleared any more and the lane raises an alarm, over restarts, until the operator has looked and releases
//! it. The operator's word is believed for an hour: tokens are cleared as the vendor says.

use model::Timestamp;
use store::BrakeRecord;

/// Verdicts that are looked back at.
const WINDOW: u32 = 128;
/// Fewer say nothing: the first phones that are written to after a long time may all be gone.
const FEWEST: u32 = 20;
/// How long a release holds, in milliseconds.
const TRUST_MS: i64 = 3_600_000;

/// How the brake on mass removal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BrakeStatus {
    /// Since when no token is cleared; `None`: tokens are cleared as the vendor says.
    pub engaged_at: Option<Timestamp>,
    /// Tokens that were called dead: when it engaged, else among the last verdicts.
    pub dead: u32,
    /// Verdicts that `dead` is counted among.
    pub seen: u32,
    /// Until then the operator believes the vendor.
    pub trusted_until: Option<Timestamp>,
}

/// The brake on mass removal of one lane.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Brake {
    /// The last verdicts, as one bit each: whether it called a token dead.
    window: u128,
    seen: u32,
    record: BrakeRecord,
}

/// What becomes of a token that was called dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Braked {
    /// It is cleared.
    Cleared,
    /// It stays.
    Kept,
    /// It stays, and is the one that engaged the brake.
    Engaged,
}

impl Brake {
    /// As it stood before a restart.
    pub(crate) const fn restored(record: BrakeRecord) -> Self {
        Self { window: 0, seen: 0, record }
    }

    /// A token lives.
    pub(crate) const fn lives(&mut self) {
        self.look(false);
    }

    /// A token was called dead.
    pub(crate) fn dies(&mut self, now: Timestamp) -> Braked {
        self.look(true);
        let dead = self.window.count_ones();
        if self.record.engaged_at.is_some() {
            return Braked::Kept;
        }
        let is_trusted = self.record.trusted_until.is_some_and(|until| now < until);
        if is_trusted || self.seen < FEWEST || dead * 10 < self.seen * 9 {
            return Braked::Cleared;
        }
        self.record = BrakeRecord { engaged_at: Some(now), dead, seen: self.seen, trusted_until: None };
        Braked::Engaged
    }

    /// The operator has looked.
    pub(crate) const fn release(&mut self, record: BrakeRecord) {
        *self = Self::restored(record);
    }

    /// What is kept of it.
    pub(crate) const fn record(&self) -> BrakeRecord {
        self.record
    }

    pub(crate) const fn is_engaged(&self) -> bool {
        self.record.engaged_at.is_some()
    }

    pub(crate) const fn status(&self) -> BrakeStatus {
        let BrakeRecord { engaged_at, dead, seen, trusted_until } = self.record;
        let (dead, seen) =
            if engaged_at.is_some() { (dead, seen) } else { (self.window.count_ones(), self.seen) };
        BrakeStatus { engaged_at, dead, seen, trusted_until }
    }

    const fn look(&mut self, dead: bool) {
        self.window = self.window << 1 | dead as u128;
        self.seen = if self.seen < WINDOW { self.seen + 1 } else { WINDOW };
    }
}

/// What a release leaves.
pub(crate) const fn released(now: Timestamp) -> BrakeRecord {
    BrakeRecord { engaged_at: None, dead: 0, seen: 0, trusted_until: Some(now.plus_ms(TRUST_MS)) }
}

const _: () = assert!(WINDOW == u128::BITS);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn kill(brake: &mut Brake, many: usize, now: Timestamp) -> usize {
        (0..many).filter(|_| brake.dies(now) == Braked::Cleared).count()
    }

    #[test]
    fn of_a_vendor_that_calls_every_token_dead_nineteen_are_cleared() {
        let mut brake = Brake::default();
        assert_eq!(kill(&mut brake, 1000, NOW), 19);
        assert_eq!(brake.status().engaged_at, Some(NOW));
        assert_eq!((brake.status().dead, brake.status().seen), (20, 20));
        (0..500).for_each(|_| brake.lives());
        assert_eq!(brake.dies(NOW), Braked::Kept, "only the operator releases it");
    }

    #[test]
    fn it_engages_once_and_a_restart_keeps_it() {
        let mut brake = Brake::default();
        let engaged = (0..100).filter(|_| brake.dies(NOW) == Braked::Engaged).count();
        assert_eq!(engaged, 1);
        let mut again = Brake::restored(brake.record());
        assert!(again.is_engaged());
        assert_eq!(kill(&mut again, 10, NOW), 0);
    }

    #[test]
    fn a_third_of_dead_tokens_is_believed() {
        let mut brake = Brake::default();
        for _ in 0..1000 {
            brake.lives();
            brake.lives();
            assert_eq!(brake.dies(NOW), Braked::Cleared);
        }
    }

    #[test]
    fn a_release_is_believed_for_an_hour() {
        let mut brake = Brake::default();
        kill(&mut brake, 100, NOW);
        brake.release(released(NOW));
        assert_eq!(kill(&mut brake, 500, NOW.plus_ms(TRUST_MS - 1)), 500);
        assert_eq!(brake.dies(NOW.plus_ms(TRUST_MS)), Braked::Engaged);
    }
}
