//! What can be asked of a handset, as JSON.

use client::ShippedCertificate;
use model::{
    CallAction, CallId, CertificateId, ConversationId, Environment, GroupId, Mentions, MessageId, Mute,
    PushSettings, Seq, UserId, UserSettings,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wire::{GroupAction, Recipient};

/// A handset to be made.
///
/// ```json
/// { "name": "mi-14", "brand": "xiaomi", "model": "Xiaomi 14", "package": "com.example.im", "user": "bo",
///   "server": "ws://127.0.0.1:8080/ws", "login_token": "eyJ…" }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewHandset {
    /// Its name, unique in the simulator.
    pub name: String,
    /// Brand in lower case; decides the vendor.
    pub brand: String,
    /// Model name, for people.
    pub model: String,
    /// Package name or bundle id of the app on it.
    pub package: String,
    /// The user who will log in.
    #[serde(default)]
    pub user: Option<UserId>,
    /// WebSocket address of the server, plain `ws://`.
    pub server: String,
    /// The user's login token, used at the app's first start. Absent: the app starts logged out.
    #[serde(default)]
    pub login_token: Option<String>,
    /// The environment the app was built for, where the vendor has environments.
    #[serde(default)]
    pub environment: Option<Environment>,
    /// Certificates that the app names itself, by id or by name.
    #[serde(default)]
    pub certificates: Vec<ShippedCertificate>,
    /// How the app chooses its vendor: off, exactly the server's first recommendation; on, the best-ranked token that
    /// comes (rows D8, D9).
    #[serde(default)]
    pub auto: bool,
    /// The phone has Google's services beside its maker's.
    #[serde(default)]
    pub google: bool,
    /// The installation's id; absent: a new one.
    #[serde(default)]
    pub device: Option<Uuid>,
    /// Language tag.
    #[serde(default = "chinese")]
    pub language: String,
}

fn chinese() -> String {
    "zh-CN".to_owned()
}

impl std::fmt::Debug for NewHandset {
    /// Without the login token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewHandset({}, {})", self.name, self.brand)
    }
}

/// What a hand does with a handset: the body of `POST /handsets/{name}`.
///
/// ```json
/// { "operation": "kill" }
/// { "operation": "tap", "index": 0 }
/// { "operation": "network", "on": false }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Starts the app, on screen.
    Start {},
    /// Brings the app on screen: starts it, or thaws it, where need be.
    Foreground {},
    /// Takes the app off the screen.
    Background {
        /// What the app's badge shows from now on; absent: what the app has counted.
        #[serde(default)]
        unread: Option<u32>,
    },
    /// Locks the screen; the app leaves it.
    Lock {},
    /// Unlocks the screen; the app that was on it when it was locked is there again.
    Unlock {},
    /// Stops the app where it stands: its socket stays open, and nobody answers.
    Freeze {},
    /// Lets the app run again, off the screen.
    Thaw {},
    /// Ends the process: the socket closes at once, and only what was stored is kept.
    Kill {},
    /// Takes or gives back the network.
    Network {
        /// There is one.
        on: bool,
    },
    /// Switches the app's notifications on or off in the system's settings.
    Notifications {
        /// They are shown.
        on: bool,
    },
    /// Sets how much the app's notifications may show of themselves (row J5); what is left out stays as it is.
    Display {
        /// On the lock screen.
        #[serde(default)]
        on_lock_screen: Option<bool>,
        /// In the status bar and as banners.
        #[serde(default)]
        in_status_bar: Option<bool>,
        /// By a sound.
        #[serde(default)]
        sound: Option<bool>,
    },
    /// Logs the user in.
    LogIn {
        /// JWT from the App's backend.
        token: String,
    },
    /// Logs the user out.
    LogOut {},
    /// Taps a notification.
    Tap {
        /// Its place in the shade, 0 being the newest.
        #[serde(default)]
        index: usize,
    },
    /// Has the app report its token with this certificate from now on.
    UseCertificate {
        /// Its id.
        certificate: CertificateId,
    },
    /// Switches the pushes of this device off or on in the app (row B11).
    PushSwitch {
        /// On.
        on: bool,
    },
    /// Ends the device's Push ID (row B12).
    Unregister {},
    /// Registers again after that.
    Register {},
    /// Writes a message.
    Send {
        /// To whom: a user's id, or `{"group": "…"}`.
        to: Recipient,
        /// What it says.
        text: String,
        /// As a custom system notification.
        #[serde(default)]
        system: bool,
        /// For connected devices alone.
        #[serde(default)]
        online_only: bool,
        /// Whom it calls by name.
        #[serde(default)]
        mentions: Mentions,
        /// What the push should look like.
        #[serde(default)]
        push: Option<Box<PushSettings>>,
    },
    /// Reads a conversation up to a place.
    Read {
        /// Which.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// Takes a message back.
    Recall {
        /// Which.
        message: MessageId,
        /// What stands in the place of its notification.
        #[serde(default)]
        push: Option<Box<PushSettings>>,
    },
    /// Does something about a group.
    Group {
        /// Which.
        group: GroupId,
        /// What.
        action: Box<GroupAction>,
    },
    /// Does something about a call.
    Call {
        /// Which; a new id where it begins one.
        call: CallId,
        /// What.
        action: Box<CallAction>,
    },
    /// Sets when and through what the user may be disturbed.
    Settings {
        /// All of it.
        settings: Box<UserSettings>,
    },
    /// Mutes a conversation.
    Mute {
        /// Which.
        conversation: ConversationId,
        /// How far.
        mute: Mute,
    },
    /// Asks for the user's conversations; the answer stands in the log.
    Conversations {},
    /// Empties the shade and what the vendor keeps for the phone.
    ClearShade {},
    /// The vendor stops serving the phone's token; the app learns of it when it next registers.
    InvalidateToken {},
}

impl Operation {
    /// Writes a message that asks nothing beside its text.
    #[must_use]
    pub fn send(to: impl Into<Recipient>, text: &str) -> Self {
        Self::Send {
            to: to.into(),
            text: text.to_owned(),
            system: false,
            online_only: false,
            mentions: Mentions::default(),
            push: None,
        }
    }
}

impl std::fmt::Debug for Operation {
    /// The word alone: tokens and texts are nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_value(self).unwrap_or_default();
        f.write_str(json.get("operation").and_then(serde_json::Value::as_str).unwrap_or("operation"))
    }
}

/// Why an operation was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// The app has no process.
    #[error("the app is not running")]
    NotRunning,
    /// The app is frozen: it can take nothing in.
    #[error("the app is frozen")]
    Frozen,
    /// The screen is locked.
    #[error("the screen is locked")]
    Locked,
    /// The app has more to do than it can take.
    #[error("the app is busy")]
    Busy,
    /// There is no notification at that place.
    #[error("no notification at place {0}")]
    NoNotification(usize),
}
