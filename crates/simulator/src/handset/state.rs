//! What is visible of a handset at one moment: the one shape that the control API, the command line and the
//! console share.

use std::collections::{BTreeMap, VecDeque};

use model::{CallSignal, CertificateId, ConversationId, MessageId, PushId, Seq, Timestamp, UserId, Vendor};
use serde::{Deserialize, Serialize};

use crate::phone::{NotShown, Opens, Shown, Source};

/// Most messages kept in an inbox; the oldest falls out.
const INBOX_MAX: usize = 500;
/// Most call signals kept; the oldest falls out.
const CALLS_MAX: usize = 50;
/// Most lines kept of the app's log; the oldest falls out.
const LOG_MAX: usize = 200;

/// Everything visible of one handset.
///
/// ```json
/// { "name": "mi-14", "brand": "xiaomi", "model": "Xiaomi 14", "vendor": "xiaomi", "package": "com.example.im",
///   "user": "bo", "app": "killed", "locked": false, "network": true, "notifications": true,
///   "on_lock_screen": true, "in_status_bar": true, "sound": true, "logged_in": true,
///   "connection": "idle", "certificate": 1001, "token_short": "FBDm…9xQ2", "token_alive": true, "badge": 1,
///   "shade": [ … ], "inbox": [ … ], "last_tap": null, "log": [ … ] }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandsetState {
    /// Its name, unique in the simulator.
    pub name: String,
    /// Brand in lower case.
    pub brand: String,
    /// Model name, for people.
    pub model: String,
    /// Whose push service its system uses.
    pub vendor: Vendor,
    /// Package name or bundle id of the app.
    pub package: String,
    /// The user who is, or was last, logged in; `None`: nobody ever was.
    pub user: Option<UserId>,
    /// What the app's process does.
    pub app: AppState,
    /// The screen is locked.
    pub locked: bool,
    /// The phone has a network.
    pub network: bool,
    /// The user lets the app show notifications.
    pub notifications: bool,
    /// They may be shown on the lock screen.
    pub on_lock_screen: bool,
    /// They may be shown in the status bar and as banners.
    pub in_status_bar: bool,
    /// They may make a sound.
    pub sound: bool,
    /// The app has a login that stands, connected or not.
    pub logged_in: bool,
    /// Where the app's connection stands: `idle`, `waiting`, `connecting`, `logging_in` or `live`.
    pub connection: wire::LinkState,
    /// The certificate whose token the server has.
    pub certificate: Option<CertificateId>,
    /// The app's own push switch, as the server confirmed it (row B11).
    pub push_on: bool,
    /// The device's public id for push; `None`: not known, or unregistered.
    pub push_id: Option<PushId>,
    /// The phone's vendor token, shortened; `None`: not registered.
    pub token_short: Option<String>,
    /// Whether the vendor still serves that token.
    pub token_alive: bool,
    /// The badge on the app's icon.
    pub badge: u32,
    /// The notification shade, newest first.
    pub shade: Vec<ShadeEntry>,
    /// Pushes that are not shown, with the reason, newest last.
    #[serde(default)]
    pub not_shown: Vec<Unseen>,
    /// The messages that reached the app, newest last.
    pub inbox: VecDeque<InboxEntry>,
    /// What the app heard of calls, newest last: an invitation only while it rings.
    #[serde(default)]
    pub calls: VecDeque<CallSignal>,
    /// What the last tap did.
    pub last_tap: Option<TapRecord>,
    /// The end of the app's log, newest last.
    pub log: VecDeque<LogLine>,
}

/// What an app's process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// There is no process: never started, or killed.
    Killed,
    /// It runs and is on screen.
    Foreground,
    /// It runs and is not on screen.
    Background,
    /// It is stopped by the system: its socket is open, and nobody answers.
    Frozen,
}

impl std::fmt::Display for AppState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Killed => "killed",
            Self::Foreground => "foreground",
            Self::Background => "background",
            Self::Frozen => "frozen",
        })
    }
}

/// One notification in the shade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadeEntry {
    /// Its number on this phone, counted up.
    pub id: u64,
    /// Raised by the app itself, not by a push.
    pub raised_by_app: bool,
    /// Title; may be empty.
    pub title: String,
    /// Text; may be empty.
    pub body: String,
    /// When it was shown.
    pub received_at: Timestamp,
    /// It came without sound, light and banner.
    #[serde(default)]
    pub quiet: bool,
    /// Shown while the phone was locked, and the phone has not been unlocked since.
    pub on_lock_screen: bool,
    /// What a tap opens.
    pub opens: Opened,
}

/// A push that is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// When it came.
    pub at: Timestamp,
    /// Its title; empty for data.
    pub title: String,
    /// Why it is not shown.
    pub reason: String,
}

impl From<NotShown> for Unseen {
    fn from(not_shown: NotShown) -> Self {
        Self { at: not_shown.at, title: not_shown.title, reason: not_shown.reason.to_owned() }
    }
}

impl From<&Shown> for ShadeEntry {
    fn from(shown: &Shown) -> Self {
        Self {
            id: shown.id,
            raised_by_app: shown.source == Source::App,
            title: shown.title.clone(),
            body: shown.body.clone(),
            received_at: shown.received_at,
            quiet: shown.quiet,
            on_lock_screen: shown.on_lock_screen,
            opens: Opened::from(&shown.opens),
        }
    }
}

/// What a tap opens or opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", content = "target", rename_all = "snake_case")]
pub enum Opened {
    /// The app, at its first page.
    App,
    /// A page inside the app, in the vendor's own notation.
    Page(String),
    /// A web page, in the browser: the app is not started and handed nothing.
    Web(String),
}

impl From<&Opens> for Opened {
    fn from(opens: &Opens) -> Self {
        match opens {
            Opens::App => Self::App,
            Opens::Page(page) => Self::Page(page.clone()),
            Opens::Web(url) => Self::Web(url.clone()),
        }
    }
}

/// A message that reached the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxEntry {
    /// The server's id.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Who sent it; `None` for a system notification.
    pub sender: Option<UserId>,
    /// What it says.
    pub text: String,
    /// What the sender gave the app beside the text.
    pub ext: Option<String>,
    /// Its place in the conversation.
    pub seq: Seq,
    /// How it came: `live` or `sync`.
    pub how: wire::Arrival,
    /// When it reached the app.
    pub received_at: Timestamp,
    /// It was taken back.
    #[serde(default)]
    pub recalled: bool,
}

/// What a tap did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapRecord {
    /// Title of the notification.
    pub title: String,
    /// The vendor call by which the app reads the texts.
    pub getter: String,
    /// What it gave for `ext`; `None` where a web page opened.
    pub ext: Option<String>,
    /// What it gave for `payload`; `None` where a web page opened.
    pub payload: Option<String>,
    /// The string extras of the opened page, where the vendor hands `ext` over member by member (row G7).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, String>,
    /// The `entity` that the app's listener was given (row E5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<serde_json::Value>,
    /// What opened.
    pub opened: Opened,
    /// The app has been handed the texts; never where a web page opened.
    pub handed_over: bool,
    /// When.
    pub at: Timestamp,
}

/// A line of the app's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// What a handset remembers for those who look at it, over kills too.
#[derive(Debug, Default)]
pub(super) struct Diary {
    pub(super) inbox: VecDeque<InboxEntry>,
    pub(super) calls: VecDeque<CallSignal>,
    pub(super) last_tap: Option<TapRecord>,
    pub(super) log: VecDeque<LogLine>,
}

impl Diary {
    pub(super) fn note_message(&mut self, entry: InboxEntry) {
        push_bounded(&mut self.inbox, entry, INBOX_MAX);
    }

    pub(super) fn note_call(&mut self, signal: CallSignal) {
        push_bounded(&mut self.calls, signal, CALLS_MAX);
    }

    pub(super) fn note_recall(&mut self, message: MessageId) {
        if let Some(entry) = self.inbox.iter_mut().find(|entry| entry.id == message) {
            entry.recalled = true;
            entry.text.clear();
        }
    }

    pub(super) fn note_line(&mut self, at: Timestamp, text: String) {
        push_bounded(&mut self.log, LogLine { at, text }, LOG_MAX);
    }

    /// The app was handed what was tapped last.
    pub(super) fn note_handover(&mut self, entity: Option<serde_json::Value>) {
        if let Some(tap) = &mut self.last_tap {
            tap.handed_over = true;
            tap.entity = entity;
        }
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, item: T, max: usize) {
    if queue.len() == max {
        queue.pop_front();
    }
    queue.push_back(item);
}
