//! What the operator knows better than the vendor's book: rate and daily amounts, which grow with the app.

use std::num::NonZeroU32;

use model::Form;

use crate::{
    contract::{Adapter, Field, FieldKind, Group, PerApp},
    form::field,
};

/// The field of the rate.
const RATE_FIELD: &str = "rate_per_second";
/// What fields of amounts begin with.
const DAY: &str = "day_";
/// What the fields of one phone's amounts begin with.
const DAY_DEVICE: &str = "day_device_";
/// The largest amount that is taken: beyond any vendor's.
const AMOUNT_MAX: u64 = 1_000_000_000_000;

/// The rate, in targets a second, or in requests where the vendor counts those.
pub(crate) const RATE: Field = field(
    RATE_FIELD,
    FieldKind::Text,
    false,
    ("Rate (a second)", "每秒速率"),
    (
        "what the vendor gives this app; left out: what it gives the smallest one",
        "厂商给该应用的速率；不填则按厂商给最小应用的速率",
    ),
)
.of(Group::Limits)
.at_most(10);

/// An amount of the whole app; its name is [`DAY`] and the kind's.
pub(crate) const fn day_field(name: &'static str, label: (&'static str, &'static str)) -> Field {
    let hint = (
        "as the vendor's console shows it; with it, marketing is held back in time to leave room for chats",
        "以厂商控制台为准；填写后，数量紧张时先停营销消息，为聊天消息留出余量",
    );
    field(name, FieldKind::Text, false, label, hint).of(Group::Limits).at_most(13)
}

/// An amount of one phone; its name is [`DAY_DEVICE`] and the kind's.
pub(crate) const fn day_device_field(name: &'static str, label: (&'static str, &'static str)) -> Field {
    let hint = ("more with a news licence; left out: as the book says", "持新闻资质的应用更多；不填则按文档");
    field(name, FieldKind::Text, false, label, hint).of(Group::Limits).at_most(13)
}

/// Whether a form's value is no number that a field of this name takes.
pub(crate) fn is_bad_number(name: &str, value: &str) -> bool {
    let is_number = name == RATE_FIELD || name.starts_with(DAY);
    is_number && number(value).is_none_or(|number| !fits(name, number))
}

fn fits(name: &str, number: u64) -> bool {
    let narrow = name == RATE_FIELD || name.starts_with(DAY_DEVICE);
    (1..=AMOUNT_MAX).contains(&number) && (!narrow || u32::try_from(number).is_ok())
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

/// What holds for one certificate: the vendor's book, and over it what the operator entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Targets or requests a second, as [`Rate`](crate::Rate) counts them.
    pub per_second: Option<NonZeroU32>,
    /// The operator entered the rate.
    pub is_own_rate: bool,
    /// In the order of [`Adapter::daily`]'s kinds.
    pub kinds: Vec<AllowedKind>,
}

/// What holds for one kind of push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AllowedKind {
    /// Targets a day of the app; `None`: no limit is known for certain.
    pub per_app: Option<u64>,
    /// The operator entered it.
    pub is_own: bool,
    /// What the vendor gives at least, where only that is known.
    pub at_least: Option<u64>,
    /// Targets a day of one phone.
    pub per_device: Option<u32>,
}

/// What holds for a certificate with this form. A value that is no number counts as left out; saving refuses it.
#[must_use]
pub fn allowed(adapter: &dyn Adapter, form: &Form) -> Allowed {
    let entered = |name: &str| form.get(name).and_then(number).filter(|number| fits(name, *number));
    let narrow = |name: &str| entered(name).and_then(|number| u32::try_from(number).ok());
    let own_rate = narrow(RATE_FIELD).and_then(NonZeroU32::new);
    let kinds = adapter.daily().kinds.iter().map(|kind| {
        let own = entered(&format!("{DAY}{}", kind.name));
        let (exact, at_least) = match kind.per_app {
            PerApp::Unlimited => (None, None),
            PerApp::AtLeast(amount) => (None, Some(amount)),
            PerApp::Exactly(amount) => (Some(amount), None),
        };
        AllowedKind {
            per_app: own.or(exact),
            is_own: own.is_some(),
            at_least: at_least.filter(|_| own.is_none()),
            per_device: narrow(&format!("{DAY_DEVICE}{}", kind.name)).or(kind.per_device),
        }
    });
    Allowed {
        per_second: own_rate.or(NonZeroU32::new(adapter.limits().rate.per_second)),
        is_own_rate: own_rate.is_some(),
        kinds: kinds.collect(),
    }
}
