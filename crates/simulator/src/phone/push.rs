//! What a vendor hands to a phone, and what the phone reports back.

use std::sync::Arc;

use model::{Timestamp, Vendor};
use serde::Serialize;

/// A push on its way from a vendor to one phone.
#[derive(Debug, Clone)]
pub(crate) struct Push {
    /// Who sent it and who wants to hear of it.
    pub(crate) origin: Arc<Origin>,
    /// What to show; `None`: nothing is shown.
    pub(crate) alert: Option<Alert>,
    /// What it does to the badge.
    pub(crate) badge: Option<BadgeChange>,
    /// Taken by the vendor and not shown, for this reason.
    pub(crate) hidden: Option<&'static str>,
    /// Shown without sound, light and banner.
    pub(crate) quiet: bool,
    /// Notifications with the same key replace one another.
    pub(crate) replace_key: Option<String>,
    /// A push with a key the phone has seen is dropped.
    pub(crate) repeat_key: Option<String>,
    /// What the app is handed at a tap.
    pub(crate) handover: Handover,
    /// What a tap opens.
    pub(crate) opens: Opens,
    /// Whether it is shown while the app is in the foreground.
    pub(crate) shows_in_foreground: bool,
    /// Whether its data may start the app's process, where the vendor's SDK starts one at all (matrix H).
    pub(crate) starts_app: bool,
    /// Whether the vendor keeps it for a phone that it cannot reach.
    pub(crate) kept: bool,
    /// Not delivered before this.
    pub(crate) not_before: Timestamp,
    /// Not delivered at or after this.
    pub(crate) expires_at: Timestamp,
}

/// What a push does to the badge on the app's icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadgeChange {
    /// Shows this number.
    Set(u32),
    /// Counts up.
    Add(u32),
}

/// The text of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    /// Title; may be empty.
    pub(crate) title: String,
    /// Text; may be empty.
    pub(crate) body: String,
}

/// What the vendor's SDK gives the app when its notification is tapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handover {
    /// The call by which the app reads `ext` and `payload`.
    pub getter: &'static str,
    /// The sender's `ext`, as that getter returns it.
    pub ext: Option<String>,
    /// The sender's `payload`, as that getter returns it.
    pub payload: Option<String>,
    /// Everything the SDK hands over, in the vendor's own shape.
    pub extras: serde_json::Value,
}

/// What a tap opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", content = "target", rename_all = "snake_case")]
pub enum Opens {
    /// The app, at its first page.
    App,
    /// A page inside the app, in the vendor's own notation.
    Page(String),
    /// A web page, in the browser: the app is not started and handed nothing.
    Web(String),
}

/// Where a push came from: what its vendor needs to know again when the phone reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// Whose service it came through.
    pub(crate) vendor: Vendor,
    /// The app it was sent for, as the vendor knows it.
    pub(crate) app: String,
    /// The vendor's id of the push.
    pub(crate) message_id: String,
    /// The sender's statistics key.
    pub(crate) jobkey: String,
    /// Where receipts are wanted.
    pub(crate) callback: Option<Callback>,
}

/// A sender's wish for receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Callback {
    /// Where to post them.
    pub(crate) url: String,
    /// What to echo.
    pub(crate) param: String,
    /// Sum of the wanted kinds, each a bit in the vendor's book.
    pub(crate) kinds: u32,
}

/// What became of a push, told to its vendor.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The push.
    pub(crate) origin: Arc<Origin>,
    /// The token it was sent to.
    pub(crate) token: String,
    /// What happened.
    pub(crate) kind: ReportKind,
    /// Whether the phone shows this app's notifications; `None`: not known.
    pub(crate) notifications_allowed: Option<bool>,
    /// When.
    pub(crate) at: Timestamp,
}

/// What happened to a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// It reached the phone.
    Arrived,
    /// It stands in the shade.
    Shown,
    /// The vendor did not hand it to the phone, for this reason.
    Withheld(&'static str),
    /// The user tapped it.
    Clicked,
    /// It reached a phone that shows no notifications of this app.
    NotificationsOff,
    /// Its lifetime passed first.
    Expired,
    /// Its token is dead.
    TokenDead {
        /// The token that took its place.
        replaced_by: Option<String>,
    },
}

/// What became of a push at the moment it was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arrival {
    /// It is in the shade.
    Shown,
    /// It arrived and is not shown, because the app is in the foreground or there is nothing to show.
    Silent,
    /// It arrived a second time and was dropped.
    Repeated,
    /// The phone shows no notifications of this app.
    NotificationsOff,
    /// The vendor took it and shows it to nobody.
    Hidden,
    /// The phone is out of reach; the vendor keeps it.
    Kept,
    /// The phone is out of reach, or the time is over; it is gone.
    Discarded,
}
