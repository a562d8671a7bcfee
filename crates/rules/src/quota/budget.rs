//! One kind's amount of a day.

use model::{Class, ReasonCode, Timestamp};

use super::{
    BY_URGENCY, KindLimits,
    pace::{Elapsed, LastHour, reached_at},
};
use crate::reasons::Reason;

/// How one kind of push stands today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindStatus {
    /// Its limits.
    pub limits: KindLimits,
    /// Targets that the vendor took today, by class, in the order of [`Class`].
    pub taken: [u64; 4],
    /// What is left; `None` where no limit is known.
    pub left: Option<u64>,
    /// When the vendor said that it is used up.
    pub used_up_at: Option<Timestamp>,
    /// When it will be used up at the last hour's rate; `None`: not today, or no limit is known.
    pub lasts_until: Option<Timestamp>,
    /// A class waits once no more than so much is left, by class: that is kept for those who are more urgent. 0: it
    /// never waits, or no limit is known.
    pub kept: [u64; 4],
    /// Classes that are put off now.
    pub put_off: Vec<Class>,
    /// When the day ends.
    pub resets_at: Timestamp,
}

impl KindStatus {
    /// Targets that the vendor took today.
    #[must_use]
    pub fn taken_in_all(&self) -> u64 {
        self.taken.iter().sum()
    }
}

/// One kind's amount of a day.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    pub(super) limits: KindLimits,
    /// By class.
    pub(super) taken: [u64; 4],
    pub(super) used_up_at: Option<Timestamp>,
    /// The vendor has said of some phone that its share is used up.
    pub(super) has_learned_devices: bool,
    last_hour: [LastHour; 4],
}

impl Budget {
    pub(super) fn new(limits: KindLimits) -> Self {
        Self {
            limits,
            taken: [0; 4],
            used_up_at: None,
            has_learned_devices: false,
            last_hour: Default::default(),
        }
    }

    /// The rate outlives the day, the counts do not.
    pub(super) const fn begin_day(&mut self) {
        self.taken = [0; 4];
        self.used_up_at = None;
        self.has_learned_devices = false;
    }

    pub(super) fn take(&mut self, class: Class, now: Timestamp) {
        self.taken[class as usize] += 1;
        self.last_hour[class as usize].take(now);
    }

    /// Why a class has to wait, with so much on the wire.
    pub(super) fn reason(&self, class: Class, on_wire: u64, elapsed: Elapsed) -> Option<ReasonCode> {
        if class == Class::Call {
            return None;
        }
        if self.used_up_at.is_some() {
            return Some(Reason::QUOTA_USED_UP);
        }
        let limit = self.limits.per_app?;
        match limit.saturating_sub(self.taken_in_all().saturating_add(on_wire)) {
            0 => Some(Reason::QUOTA_USED_UP),
            left => (left <= self.kept_from(class, limit, elapsed)).then_some(Reason::QUOTA_RESERVED),
        }
    }

    /// What is kept for those who are more urgent than this class.
    fn kept_from(&self, class: Class, limit: u64, elapsed: Elapsed) -> u64 {
        let more_urgent = BY_URGENCY.into_iter().take_while(|other| *other != class);
        let expected =
            |class: Class| self.last_hour[class as usize].expected(self.taken[class as usize], elapsed);
        let need: u64 = more_urgent.map(expected).fold(0, u64::saturating_add);
        let at_least = match class {
            Class::Marketing => limit / 10,
            Class::System => limit / 20,
            Class::Chat | Class::Call => limit / 100,
        };
        at_least.max(need.min(limit / 2))
    }

    /// What is kept from each class.
    fn kept(&self, elapsed: Elapsed) -> [u64; 4] {
        let mut kept = [0; 4];
        if let Some(limit) = self.limits.per_app {
            for class in BY_URGENCY.into_iter().filter(|class| *class != Class::Call) {
                kept[class as usize] = self.kept_from(class, limit, elapsed);
            }
        }
        kept
    }

    fn taken_in_all(&self) -> u64 {
        self.taken.iter().sum()
    }

    pub(super) fn status(&self, elapsed: Elapsed, resets_at: Timestamp) -> KindStatus {
        let left = self.limits.per_app.map(|limit| limit.saturating_sub(self.taken_in_all()));
        let in_last_hour = self.last_hour.iter().map(|hour| hour.taken(elapsed.now)).sum();
        KindStatus {
            limits: self.limits,
            taken: self.taken,
            left,
            used_up_at: self.used_up_at,
            lasts_until: left
                .filter(|left| *left > 0)
                .and_then(|left| reached_at(left, in_last_hour, elapsed)),
            kept: self.kept(elapsed),
            put_off: BY_URGENCY
                .into_iter()
                .filter(|class| self.reason(*class, 0, elapsed).is_some())
                .collect(),
            resets_at,
        }
    }
}
