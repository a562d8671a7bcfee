//! Daily amounts: how much a vendor lets an app push a day, and in which kinds it counts.

use model::VendorDay;

use super::code::{Certainty, Source};

/// How a vendor counts a day, and the kinds in which it does.
#[derive(Debug, Clone, Copy)]
pub struct DailyAmounts {
    /// Its day.
    pub day: VendorDay,
    /// Where that is written.
    pub day_source: Source,
    /// Its kinds, each with an amount of its own; empty where it has no daily amounts.
    pub kinds: &'static [DailyAmount],
}

impl DailyAmounts {
    /// Of a vendor that has none.
    pub const NONE: Self = Self {
        day: VendorDay::UTC,
        day_source: Source { page: "none; nothing is counted by day", certainty: Certainty::Assumed },
        kinds: &[],
    };
}

/// One kind of push with its daily amount.
#[derive(Debug, Clone, Copy)]
pub struct DailyAmount {
    /// Its word in API and store; never changed once released.
    pub name: &'static str,
    /// What people call it, in English.
    pub en: &'static str,
    /// The same in Chinese.
    pub zh: &'static str,
    /// Targets a day of the whole app.
    pub per_app: PerApp,
    /// Targets a day of one phone, where few enough to be counted here.
    pub per_device: Option<u32>,
    /// Who has used something up where a receipt says so and names nobody.
    pub receipts_mean: Whose,
    /// Where it is written.
    pub source: Source,
}

/// A whole app's daily amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PerApp {
    /// There is none, or none that is written anywhere.
    Unlimited,
    /// It grows with the app and is this at least. Nothing is held back for it: only the operator knows the real one.
    AtLeast(u64),
    /// The same for every app.
    Exactly(u64),
}

/// Whose amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The app's.
    App,
    /// One phone's.
    Device,
}
