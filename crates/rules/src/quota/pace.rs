//! How fast an amount is taken: the last hour, in slots of five minutes.

use model::Timestamp;

const SLOTS: usize = 12;
const SLOT_MS: i64 = 5 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// Where in its day a moment stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elapsed {
    pub(super) begun_at: Timestamp,
    pub(super) now: Timestamp,
    pub(super) ends_at: Timestamp,
}

impl Elapsed {
    fn left_ms(self) -> i64 {
        self.ends_at.since_ms(self.now).max(0)
    }

    /// At least an hour, so that the first push of a day is no rate.
    fn passed_ms(self) -> i64 {
        self.now.since_ms(self.begun_at).max(HOUR_MS)
    }
}

/// What was taken in the last hour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LastHour {
    slots: [u32; SLOTS],
    /// The newest slot, counted from the epoch.
    newest: i64,
}

impl LastHour {
    pub(super) fn take(&mut self, now: Timestamp) {
        let slot = now.millis().div_euclid(SLOT_MS);
        if slot > self.newest {
            let stale = usize::try_from(slot - self.newest).unwrap_or(SLOTS).min(SLOTS);
            for passed in 0..stale {
                self.slots[place(slot, passed)] = 0;
            }
            self.newest = slot;
        }
        let here = &mut self.slots[place(self.newest, 0)];
        *here = here.saturating_add(1);
    }

    /// Taken in the last hour.
    pub(super) fn taken(&self, now: Timestamp) -> u64 {
        let slot = now.millis().div_euclid(SLOT_MS);
        let stale = usize::try_from((slot - self.newest).max(0)).unwrap_or(SLOTS).min(SLOTS);
        (0..SLOTS - stale).map(|back| u64::from(self.slots[place(self.newest, back)])).sum()
    }

    /// What will be taken until the day's end: at the last hour's rate, or the day's where that is higher.
    pub(super) fn expected(&self, taken_today: u64, elapsed: Elapsed) -> u64 {
        let by_hour = scaled(self.taken(elapsed.now), elapsed.left_ms(), HOUR_MS);
        by_hour.max(scaled(taken_today, elapsed.left_ms(), elapsed.passed_ms()))
    }
}

/// When so much more will have been taken at the last hour's rate, if the day has not ended before.
pub(super) fn reached_at(left: u64, in_last_hour: u64, elapsed: Elapsed) -> Option<Timestamp> {
    if in_last_hour == 0 {
        return None;
    }
    let after_ms = scaled(left, HOUR_MS, i64::try_from(in_last_hour).unwrap_or(i64::MAX));
    let at = elapsed.now.plus_ms(i64::try_from(after_ms).unwrap_or(i64::MAX));
    (at < elapsed.ends_at).then_some(at)
}

fn scaled(amount: u64, by: i64, over: i64) -> u64 {
    let scaled =
        u128::from(amount) * u128::from(by.max(0).unsigned_abs()) / u128::from(over.max(1).unsigned_abs());
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// The place of the slot that lies so many before this one.
fn place(slot: i64, back: usize) -> usize {
    let back = i64::try_from(back).unwrap_or(0);
    let slots = i64::try_from(SLOTS).unwrap_or(1);
    usize::try_from((slot - back).rem_euclid(slots)).unwrap_or(0)
}
