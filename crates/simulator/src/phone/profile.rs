//! What a phone is, how it stands, and what it has to do with its app and its vendor.

use std::sync::Arc;

use model::{Environment, Timestamp, Vendor};
use serde::Serialize;
use tokio::sync::mpsc;

use super::{
    push::{Handover, Opens, Report},
    shade::Shown,
    shelf::Keep,
};
use crate::token::TokenBook;

/// What does not change about a phone.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// Its name, unique in the simulator: lower-case letters, digits and hyphens.
    pub name: String,
    /// Brand in lower case, such as `xiaomi`.
    pub brand: String,
    /// Whose push service the system holds a connection to.
    pub vendor: Vendor,
    /// Package name or bundle id of the one app on it.
    pub app: String,
    /// The environment the app was built for, where the vendor has environments.
    pub environment: Option<Environment>,
}

/// The switches of a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Switches {
    /// The screen is locked.
    pub locked: bool,
    /// The phone has a network.
    pub network: bool,
    /// The user lets the app show notifications.
    pub notifications: bool,
    /// They may be shown on the lock screen.
    pub on_lock_screen: bool,
    /// They may be shown in the status bar and as banners; without, they stand in the shade only.
    pub in_status_bar: bool,
    /// They may make a sound.
    pub sound: bool,
}

/// Everything that is visible of a phone at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct PhoneView {
    /// What does not change.
    #[serde(flatten)]
    pub profile: Profile,
    /// The switches.
    #[serde(flatten)]
    pub switches: Switches,
    /// The app is in the foreground.
    pub foreground: bool,
    /// The vendor token, shortened; `None`: not registered.
    pub token: Option<String>,
    /// Whether the vendor still serves the token.
    pub token_alive: bool,
    /// The badge on the app's icon.
    pub badge: u32,
    /// How many pushes the vendor keeps for it.
    pub waiting: usize,
    /// The shade, newest first.
    pub shade: Vec<Shown>,
    /// Pushes that reached the phone or its vendor and are not shown, with the reason, newest last.
    pub not_shown: Vec<NotShown>,
    /// What the app says of itself; `None`: there is no app side.
    pub app_status: Option<serde_json::Value>,
}

/// A push that is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotShown {
    /// When it came.
    pub at: Timestamp,
    /// Its title; empty for data.
    pub title: String,
    /// Why it is not shown.
    pub reason: &'static str,
}

/// What a tap on a notification did.
#[derive(Debug, Clone, Serialize)]
pub struct Tapped {
    /// Whose phone it is.
    pub vendor: Vendor,
    /// The notification, which is no longer in the shade.
    pub notification: Shown,
    /// What opened.
    pub opens: Opens,
    /// The vendor's getter.
    pub getter: &'static str,
    /// What the getter gave for `ext`; `None` where a web page opened.
    pub ext: Option<String>,
    /// What the getter gave for `payload`; `None` where a web page opened.
    pub payload: Option<String>,
}

/// A notification that the app raises by itself.
#[derive(Debug, Clone)]
pub struct LocalNotification {
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Notifications with the same key replace one another.
    pub replace_key: Option<String>,
    /// What the app is handed at a tap.
    pub handover: Handover,
    /// What a tap opens.
    pub opens: Opens,
}

/// The app on a phone, as far as the system has to do with it.
pub trait AppSide: Send + Sync {
    /// What it says of itself, for the control API.
    fn status(&self) -> serde_json::Value;

    /// A vendor's SDK calls the app back, where the app's process runs or the vendor starts it. Must not block.
    fn called_back(&self, call: &SdkCall) {
        let _ = call;
    }

    /// Its notification was tapped and it is brought to the foreground, started if need be. Must not block.
    fn opened(&self, tapped: &Tapped);
}

/// A call of a vendor's SDK to the app (matrix H).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdkCall {
    /// Whose SDK calls: the push source.
    pub vendor: Vendor,
    /// Which callback.
    pub callback: SdkCallback,
    /// Title, or the data's text where there is no title.
    pub text: String,
    /// Title; empty for data.
    pub title: String,
    /// Text; empty for data.
    pub body: String,
    /// What the vendor's getters give.
    pub handover: Handover,
    /// It is called also where the app's process does not run.
    pub starts_app: bool,
}

/// The callbacks of a vendor's SDK beside those of a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SdkCallback {
    /// A notification arrived.
    NotificationArrived,
    /// Data arrived that shows nothing by itself.
    ThroughMessageReceived,
    /// A call came in through the token for calls.
    CallReceived,
}

impl SdkCallback {
    /// Its name in the app.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotificationArrived => "onNotificationArrived",
            Self::ThroughMessageReceived => "onThroughMessageReceived",
            Self::CallReceived => "onCallReceived",
        }
    }
}

/// When a vendor's SDK calls the app back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// Never.
    Never,
    /// Where the app's process runs.
    WhileRunning,
    /// Always: the process is started for it.
    Always,
}

/// Why a phone did not get a vendor token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// The phone has no service of this vendor.
    #[error("this phone has no service of this vendor")]
    NoService,
    /// The vendor cannot be reached.
    #[error("no network")]
    NoNetwork,
}

/// Who says what the badge on the app's icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Badge {
    /// The launcher counts the notifications in the shade.
    Counted,
    /// Each push may set it.
    Set,
}

/// What a phone needs from the vendor it belongs to.
pub(crate) struct Service {
    /// The vendor's tokens.
    pub(crate) tokens: Arc<TokenBook>,
    /// Makes a new token in the vendor's shape.
    pub(crate) mint: fn() -> String,
    /// Who says what the badge shows.
    pub(crate) badge: Badge,
    /// How much the vendor keeps for it while it is out of reach.
    pub(crate) keep: Keep,
    /// When the SDK tells the app of a notification that arrived.
    pub(crate) arrived: Calls,
    /// When the SDK hands the app data that shows nothing by itself.
    pub(crate) through: Calls,
    /// A new phone of this vendor shows no notifications until its user allows them (row J5).
    pub(crate) notifications_off_at_first: bool,
    /// Where it reports what became of a push, where the vendor wants to know.
    pub(crate) reports: Option<mpsc::Sender<Report>>,
}
