//! What a transaction changes of the hours' counts, gathered in memory: one row is written for each hour, certificate
//! and class that it touched, however many deliveries it changed.

use std::collections::{BTreeMap, HashMap};

use model::{AppId, CertificateId, Class, DeliveryState, Purpose, ReasonCode, Timestamp};

use crate::FunnelCounts;

/// An hour, in milliseconds.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Where a delivery is counted: for good the hour of its decision, so that no step of an hour exceeds the step before
/// it by what came late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CountKey {
    pub(super) app: AppId,
    /// Hours since 1970.
    pub(super) hour: i64,
    /// 0 where none was chosen.
    pub(super) certificate: u32,
    /// The class's number.
    pub(super) class: u8,
}

impl CountKey {
    pub(super) fn new(
        app: AppId,
        decided_at: Timestamp,
        certificate: Option<CertificateId>,
        class: Class,
    ) -> Self {
        let certificate = certificate.map_or(0, |certificate| certificate.0);
        Self { app, hour: decided_at.0.div_euclid(HOUR_MS), certificate, class: class as u8 }
    }
}

/// What changed of one key.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) counts: FunnelCounts,
    /// Of those that ended without the vendor taking them.
    pub(super) reasons: BTreeMap<(u8, ReasonCode), i64>,
}

/// What a transaction has counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    changed: BTreeMap<CountKey, Changed>,
    /// Of messages whose deliveries were counted, by row: a message's deliveries come together.
    classes: HashMap<i64, Class>,
}

impl Tally {
    pub(super) fn class(&self, message_row: i64) -> Option<Class> {
        self.classes.get(&message_row).copied()
    }

    pub(super) fn keep_class(&mut self, message_row: i64, class: Class) {
        self.classes.insert(message_row, class);
    }

    /// Changes the counts of a key.
    pub(super) fn count(&mut self, key: CountKey, change: impl FnOnce(&mut FunnelCounts)) {
        change(&mut self.changed.entry(key).or_default().counts);
    }

    /// A delivery of a key ended, or, with −1, is no longer at that end. One that is queued is at none.
    pub(super) fn end(&mut self, key: CountKey, state: DeliveryState, reason: ReasonCode, by: i64) {
        let changed = self.changed.entry(key).or_default();
        let counts = &mut changed.counts;
        match state {
            DeliveryState::Queued => return,
            DeliveryState::Accepted => {
                counts.accepted += by;
                return;
            }
            DeliveryState::Skipped => counts.skipped += by,
            DeliveryState::Rejected => counts.rejected += by,
            DeliveryState::Dropped => counts.dropped += by,
        }
        *changed.reasons.entry((state as u8, reason)).or_default() += by;
    }

    pub(super) fn take(&mut self) -> BTreeMap<CountKey, Changed> {
        std::mem::take(&mut self.changed)
    }
}

/// Withdrawals and replacements follow a notification that is counted already.
pub(super) const fn is_counted(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Notify)
}
