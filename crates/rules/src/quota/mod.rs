//! The ledger of daily amounts: what a certificate may still push today, and who has to wait when it runs short.
//!
//! Pure: time and counts come in, decisions go out. What has to survive is a few numbers a day, which the caller keeps.
//!
//! **Who waits.** Of an amount whose limit is known, a part is kept for those who come after in urgency: marketing is
//! put off first, then the app's notices, then chats. Kept is what the more urgent classes will need until the day's
//! end at their present rate, at least a tenth of the amount before marketing, a twentieth before notices and a
//! hundredth before chats, and half of it at most. A call is never put off: it goes until the vendor refuses it.
//!
//! **What becomes of it.** What is put off waits for eight o'clock of the vendor's next day, where its lifetime reaches
//! that far; no phone rings at midnight with what came too late the day before. What does not live that long is dropped
//! with the reason, and can be put back into the queue by the operator.
//!
//! **One phone's amount** holds back marketing and notices before the vendor would swallow them. A chat goes until the
//! vendor has said that this phone has had its share: whether it counts there rests on rights that the operator may
//! have left out of the certificate.

mod budget;
mod pace;

use std::collections::HashMap;

use model::{Class, DayNumber, ReasonCode, Timestamp, VendorDay};

use self::budget::Budget;
pub use self::budget::KindStatus;
use crate::reasons::Reason;

/// When what was put off goes on, in milliseconds after the vendor's day began.
const RESUMES_AT_MS: i64 = 8 * 3_600_000;
/// Phones whose pushes of the day are counted; of any beyond them nothing is known, and nothing held back.
const DEVICES_MAX: usize = 500_000;
/// Classes from the one that waits last to the one that waits first.
pub(super) const BY_URGENCY: [Class; 4] = [Class::Call, Class::Chat, Class::System, Class::Marketing];

/// The limits of one kind of push; `None` where none is known for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindLimits {
    /// Targets a day of the app.
    pub per_app: Option<u64>,
    /// Targets a day of one phone.
    pub per_device: Option<u32>,
}

/// A vendor token as the ledger knows it: a hash, so that no token is kept for being counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceHash(pub i64);

/// What a target counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The place of its kind among the vendor's.
    pub kind: usize,
    /// Its class.
    pub class: Class,
}

/// Whether a target may leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ration {
    /// It may.
    Go,
    /// Not today.
    PutOff {
        /// Why.
        reason: ReasonCode,
        /// When it may be tried again.
        until: Timestamp,
    },
}

/// What a vendor said of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learned {
    /// Of which kind.
    pub kind: usize,
    /// Of which phone; `None`: of the whole app.
    pub device: Option<DeviceHash>,
    /// When it was said.
    pub at: Timestamp,
}

/// What is on the wire and not yet counted.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    of_kind: HashMap<usize, u64>,
    of_device: HashMap<(usize, DeviceHash), u32>,
}

impl Pending {
    /// One more target is on the wire.
    pub fn add(&mut self, kind: usize, device: Option<DeviceHash>) {
        *self.of_kind.entry(kind).or_default() += 1;
        if let Some(device) = device {
            *self.of_device.entry((kind, device)).or_default() += 1;
        }
    }
}

/// What one phone has had today.
#[derive(Debug, Clone, Copy, Default)]
struct DeviceDay {
    taken: u32,
    used_up: bool,
}

/// One certificate's amounts of one day.
#[derive(Debug, Clone)]
pub struct Ledger {
    day: VendorDay,
    today: DayNumber,
    budgets: Vec<Budget>,
    devices: HashMap<(usize, DeviceHash), DeviceDay>,
}

impl Ledger {
    /// An empty ledger of the day of `now`, with one entry a kind.
    #[must_use]
    pub fn new(day: VendorDay, kinds: &[KindLimits], now: Timestamp) -> Self {
        let budgets = kinds.iter().map(|limits| Budget::new(*limits)).collect();
        Self { day, today: day.number(now), budgets, devices: HashMap::new() }
    }

    /// The day it counts.
    #[must_use]
    pub const fn today(&self) -> DayNumber {
        self.today
    }

    /// When what is put off now goes on.
    #[must_use]
    pub fn resumes_at(&self, now: Timestamp) -> Timestamp {
        self.day.end(now).plus_ms(RESUMES_AT_MS)
    }

    /// Whether anything is counted at all.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        !self.budgets.is_empty()
    }

    /// Whether one phone's pushes of this kind are counted.
    #[must_use]
    pub fn counts_devices(&self, kind: usize) -> bool {
        self.budgets.get(kind).is_some_and(|budget| budget.limits.per_device.is_some())
    }

    /// Whether a phone may be the reason that a push of this kind waits.
    #[must_use]
    pub fn looks_at_devices(&self, kind: usize) -> bool {
        self.counts_devices(kind) || self.budgets.get(kind).is_some_and(|budget| budget.has_learned_devices)
    }

    /// Takes other limits over; what was counted stays.
    pub fn limit(&mut self, kinds: &[KindLimits]) {
        self.budgets.resize_with(kinds.len(), || Budget::new(KindLimits::default()));
        for (budget, limits) in self.budgets.iter_mut().zip(kinds) {
            budget.limits = *limits;
        }
    }

    /// Begins the next day where this one is over; whether it did.
    pub fn roll(&mut self, now: Timestamp) -> bool {
        let today = self.day.number(now);
        // A clock that was set back does not bring yesterday's amounts back.
        let is_over = today > self.today;
        if is_over {
            self.today = today;
            self.budgets.iter_mut().for_each(Budget::begin_day);
            self.devices.clear();
        }
        is_over
    }

    /// What was counted today before this ledger was made.
    pub fn restore(&mut self, counted: Counted, taken: u64) {
        if let Some(budget) = self.budgets.get_mut(counted.kind) {
            budget.taken[counted.class as usize] = taken;
        }
    }

    /// What one phone had today before this ledger was made.
    pub fn restore_device(&mut self, kind: usize, device: DeviceHash, taken: u32) {
        if let Some(day) = self.device_mut(kind, device) {
            day.taken = taken;
        }
    }

    /// Whether a target may leave; where it may, it is added to what is on the wire.
    pub fn ration(
        &self,
        counted: Counted,
        device: Option<DeviceHash>,
        pending: &mut Pending,
        now: Timestamp,
    ) -> Ration {
        let Some(budget) = self.budgets.get(counted.kind) else { return Ration::Go };
        let of_kind = pending.of_kind.get(&counted.kind).copied().unwrap_or(0);
        let reason = match counted.class {
            Class::Call => None,
            class => self
                .device_reason(counted, device, pending)
                .or_else(|| budget.reason(class, of_kind, self.elapsed(now))),
        };
        match reason {
            Some(reason) => Ration::PutOff { reason, until: self.resumes_at(now) },
            None => {
                pending.add(counted.kind, device);
                Ration::Go
            }
        }
    }

    /// The vendor took a target.
    pub fn take(&mut self, counted: Counted, device: Option<DeviceHash>, now: Timestamp) {
        if let Some(budget) = self.budgets.get_mut(counted.kind) {
            budget.take(counted.class, now);
        }
        if let Some(day) = device.and_then(|device| self.device_mut(counted.kind, device)) {
            day.taken += 1;
        }
    }

    /// The vendor said that something is used up. What it said on an earlier day says nothing of this one.
    pub fn learn(&mut self, learned: Learned) {
        if self.day.number(learned.at) != self.today {
            return;
        }
        match learned.device {
            Some(device) => {
                if let Some(day) = self.device_mut(learned.kind, device) {
                    day.used_up = true;
                    self.budgets[learned.kind].has_learned_devices = true;
                }
            }
            None => {
                if let Some(budget) = self.budgets.get_mut(learned.kind) {
                    budget.used_up_at.get_or_insert(learned.at);
                }
            }
        }
    }

    /// How each kind stands, in the vendor's order.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Vec<KindStatus> {
        let elapsed = self.elapsed(now);
        self.budgets.iter().map(|budget| budget.status(elapsed, self.day.end(now))).collect()
    }

    fn device_reason(
        &self,
        counted: Counted,
        device: Option<DeviceHash>,
        pending: &Pending,
    ) -> Option<ReasonCode> {
        let key = (counted.kind, device?);
        let day = self.devices.get(&key).copied().unwrap_or_default();
        let taken = day.taken + pending.of_device.get(&key).copied().unwrap_or(0);
        let limit = self.budgets.get(counted.kind)?.limits.per_device;
        let is_over = limit.is_some_and(|limit| taken >= limit) && counted.class != Class::Chat;
        (day.used_up || is_over).then_some(Reason::QUOTA_DEVICE)
    }

    fn device_mut(&mut self, kind: usize, device: DeviceHash) -> Option<&mut DeviceDay> {
        let room = self.devices.len() < DEVICES_MAX || self.devices.contains_key(&(kind, device));
        (room && kind < self.budgets.len()).then(|| self.devices.entry((kind, device)).or_default())
    }

    fn elapsed(&self, now: Timestamp) -> pace::Elapsed {
        pace::Elapsed { begun_at: self.day.begin(self.today), now, ends_at: self.day.end(now) }
    }
}
