//! The frames of the client protocol: one JSON object per WebSocket text message.

use std::{fmt, sync::Arc};

use model::{
    BindingKind, Body, CallAction, CallId, CertificateId, ClientMessageId, ConversationId, DeviceId,
    DeviceReport, ErrorCode, Fault, GroupId, JoinMode, Mentions, MessageId, MessageKind, Mute, PushId,
    PushSettings, Role, Seq, SessionId, Timestamp, UserId, UserSettings, Vendor,
};
use serde::{Deserialize, Serialize};

/// What a client sends. `Debug` names the frame and no more: frames hold tokens and message text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame of a connection.
    Login(Box<Login>),
    /// Keeps the connection alive; answered by `pong`.
    Ping {},
    /// Sends a message; answered by `sent` once it is durable.
    Send(Box<SendMessage>),
    /// Everything up to these places has reached the app and is stored there. Never answered.
    Ack {
        /// Cumulative, per conversation.
        cursors: Vec<Cursor>,
    },
    /// Asks for everything after these places; answered by `messages` and at last `synced`.
    /// Conversations that are not named are sent from their beginning.
    Sync {
        /// What the client has.
        heads: Vec<Cursor>,
    },
    /// Whether the app is on screen now; answered by `ok`.
    Presence {
        /// Echoed in the answer.
        request: u32,
        /// On screen.
        foreground: bool,
        /// When it leaves the screen: what the app's badge shows, the base that pushes count up from (row T1).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unread: Option<u32>,
    },
    /// The device tells something else of itself, such as a changed permission; answered by `ok`.
    Report {
        /// Echoed in the answer.
        request: u32,
        /// All of it.
        report: Box<DeviceReport>,
    },
    /// Reports a vendor token (row D1); answered by `bound`, or by `ok`.
    Bind {
        /// Echoed in the answer.
        request: u32,
        /// Whose vendor gave the token.
        certificate: CertificateId,
        /// What the token is for.
        #[serde(default)]
        kind: BindingKind,
        /// The vendor token; never empty (row D2).
        token: String,
    },
    /// Takes a vendor token back; answered by `ok`.
    Unbind {
        /// Echoed in the answer.
        request: u32,
        /// Whose vendor gave the token.
        certificate: CertificateId,
        /// What the token is for.
        #[serde(default)]
        kind: BindingKind,
    },
    /// Switches this device's pushes off or on (row B11); answered by `ok`.
    PushSwitch {
        /// Echoed in the answer.
        request: u32,
        /// On.
        on: bool,
    },
    /// Ends this device's Push ID and its bindings (row B12); answered by `ok`. The next `bind` makes a new one.
    Unregister {
        /// Echoed in the answer.
        request: u32,
    },
    /// The user has read everything up to these places; answered by `ok`. Pushes of what was read are cancelled on
    /// all of the user's devices.
    Read {
        /// Echoed in the answer.
        request: u32,
        /// Cumulative, per conversation.
        cursors: Vec<Cursor>,
    },
    /// Takes a message back (row T13); answered by `ok`. Its sender may, and the admins of its group.
    Recall {
        /// Echoed in the answer.
        request: u32,
        /// Which.
        message: MessageId,
        /// What stands in the place of its notification; absent: it is withdrawn where the vendor can.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        push: Option<Box<PushSettings>>,
    },
    /// Does something about a group; answered by `group`, or by `ok` where the user is not in it any more.
    Group {
        /// Echoed in the answer.
        request: u32,
        /// Which.
        group: GroupId,
        /// What.
        action: Box<GroupAction>,
    },
    /// Does something about a call; answered by `ok`.
    Call {
        /// Echoed in the answer.
        request: u32,
        /// Which.
        call: CallId,
        /// What.
        action: Box<CallAction>,
    },
    /// Sets when and through what the user may be disturbed; answered by `ok`.
    Settings {
        /// Echoed in the answer.
        request: u32,
        /// All of them.
        settings: Box<UserSettings>,
    },
    /// Mutes a conversation; answered by `ok`.
    Mute {
        /// Echoed in the answer.
        request: u32,
        /// Which.
        conversation: ConversationId,
        /// How far.
        mute: Mute,
    },
    /// Asks for older messages; answered by `history`.
    History {
        /// Echoed in the answer.
        request: u32,
        /// Of which conversation.
        conversation: ConversationId,
        /// From before this place; absent: from the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Seq>,
        /// At most so many, up to 100.
        limit: u32,
    },
    /// Asks for the user's conversations, the one with the newest message first; answered by `conversations`.
    Conversations {
        /// Echoed in the answer.
        request: u32,
    },
    /// Ends the login: bindings are removed before the `ok` (row B7).
    Logout {
        /// Echoed in the answer.
        request: u32,
    },
}

impl ClientFrame {
    /// The frame's `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::Ping {} => "ping",
            Self::Send(_) => "send",
            Self::Ack { .. } => "ack",
            Self::Sync { .. } => "sync",
            Self::Presence { .. } => "presence",
            Self::Bind { .. } => "bind",
            Self::Unbind { .. } => "unbind",
            Self::Report { .. } => "report",
            Self::PushSwitch { .. } => "push_switch",
            Self::Unregister { .. } => "unregister",
            Self::Read { .. } => "read",
            Self::Recall { .. } => "recall",
            Self::Group { .. } => "group",
            Self::Call { .. } => "call",
            Self::Settings { .. } => "settings",
            Self::Mute { .. } => "mute",
            Self::History { .. } => "history",
            Self::Conversations { .. } => "conversations",
            Self::Logout { .. } => "logout",
        }
    }
}

impl fmt::Debug for ClientFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first frame of a connection.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// JWT from the App's backend.
    pub token: String,
    /// This installation.
    pub device: DeviceId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// Certificate names the SDK was configured with (row C2). Checked, so that a wrong one is heard of at login;
    /// empty where certificates are given by id.
    #[serde(default)]
    pub certificate_names: Vec<String>,
    /// The app is on screen.
    pub foreground: bool,
}

impl fmt::Debug for Login {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login(device {}, foreground {})", self.device, self.foreground)
    }
}

/// A place in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last message's place.
    pub seq: Seq,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The sender's id: the same id with the same content is stored once.
    pub client_message_id: ClientMessageId,
    /// Who gets it.
    pub to: Recipient,
    /// It is a custom system notification (rows F4, E12): it rides in the receivers' system conversations.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub system: bool,
    /// Only for devices that are connected now: not stored for sync, not pushed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub online_only: bool,
    /// What it says.
    pub body: Body,
    /// Whom it calls by name (row T8).
    #[serde(default, skip_serializing_if = "Mentions::is_empty")]
    pub mentions: Mentions,
    /// What the push should look like; absent: the App's defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSettings>,
}

impl SendMessage {
    /// A message that asks nothing beside its text.
    #[must_use]
    pub fn new(client_message_id: ClientMessageId, to: impl Into<Recipient>, body: Body) -> Self {
        Self {
            client_message_id,
            to: to.into(),
            system: false,
            online_only: false,
            body,
            mentions: Mentions::default(),
            push: None,
        }
    }
}

/// Who gets a message: a user, written as the id alone, or a group, written as `{"group": "…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a user id, or {\"group\": \"…\"}")]
pub enum Recipient {
    /// One user.
    User(UserId),
    /// A group's members.
    Group(ToGroup),
}

/// A group's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToGroup {
    /// Which.
    pub group: GroupId,
}

impl From<UserId> for Recipient {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl From<GroupId> for Recipient {
    fn from(group: GroupId) -> Self {
        Self::Group(ToGroup { group })
    }
}

/// What is done about a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum GroupAction {
    /// Makes it; whoever asks is its owner.
    Create {
        /// Its name, for people; at most 64 characters.
        name: String,
        /// How users come in.
        #[serde(default)]
        join: JoinMode,
        /// Who is in it beside the owner; at most 1,000 at once.
        #[serde(default)]
        members: Vec<UserId>,
    },
    /// Shows it.
    Show {},
    /// Comes in, where its mode lets.
    Join {},
    /// Leaves. An owner must hand it over or dismiss it first.
    Leave {},
    /// Brings users in: any member of an open group, admins of one that is by invitation.
    Add {
        /// Who; at most 1,000 at once.
        users: Vec<UserId>,
    },
    /// Takes users out; for admins.
    Remove {
        /// Who; at most 1,000 at once.
        users: Vec<UserId>,
    },
    /// Changes a member's role; for the owner. Making a member owner hands the group over.
    SetRole {
        /// Whose.
        user: UserId,
        /// To what.
        role: Role,
    },
    /// Lets a member not write for a time; for admins.
    MuteMember {
        /// Who.
        user: UserId,
        /// For how long from now, in milliseconds; 0 ends it.
        for_ms: i64,
    },
    /// Lets only admins write, or all again; for admins.
    MuteAll {
        /// Only admins write.
        on: bool,
    },
    /// Changes its name or mode; for admins.
    Change {
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// How users come in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        join: Option<JoinMode>,
    },
    /// Ends it; for the owner.
    Dismiss {},
}

/// A group as its members see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupView {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub owner: UserId,
    /// How users come in.
    pub join: JoinMode,
    /// Only admins write.
    pub muted: bool,
    /// How many members it has.
    pub members: u32,
    /// What the asking user is in it.
    pub role: Role,
    /// Until then the asking user may not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub muted_until: Option<Timestamp>,
}

/// One of the user's conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationView {
    /// Which.
    pub conversation: ConversationId,
    /// Its last message's place.
    pub seq: Seq,
    /// How far the user has read it.
    pub read: Seq,
    /// Messages of others that count and are not read.
    pub unread: u32,
    /// How far it is muted.
    pub mute: Mute,
    /// Its last message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<MessageFrame>,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Login succeeded.
    Welcome(Box<Welcome>),
    /// Answers `ping`.
    Pong {},
    /// A message is durable.
    Sent {
        /// The sender's id.
        client_message_id: ClientMessageId,
        /// The server's id.
        message: MessageId,
        /// Where it went.
        conversation: ConversationId,
        /// Its place there; 0 for a message to connected devices alone.
        seq: Seq,
        /// When it was accepted.
        sent_at: Timestamp,
    },
    /// Messages, in order within each conversation; to be acknowledged.
    Messages {
        /// The messages.
        messages: Vec<MessageFrame>,
        /// Part of the answer to `sync`: a place that is skipped here is gone for good, while a place skipped by
        /// live messages is one to ask for.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        sync: bool,
    },
    /// Everything asked for by `sync` was sent.
    Synced {},
    /// Another device of the user, or another member of a conversation of two, has read up to here. Not acknowledged,
    /// not repeated.
    Read {
        /// Who.
        user: UserId,
        /// Where.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// A group, as `group` asked for or left it.
    Group {
        /// The request's number.
        request: u32,
        /// The group.
        group: Box<GroupView>,
    },
    /// Older messages, in order. Not acknowledged.
    History {
        /// The request's number.
        request: u32,
        /// The messages.
        messages: Vec<MessageFrame>,
    },
    /// The user's conversations, the one with the newest message first.
    Conversations {
        /// The request's number.
        request: u32,
        /// At most 200 of them.
        conversations: Vec<ConversationView>,
    },
    /// A vendor token was bound.
    Bound {
        /// The request's number.
        request: u32,
        /// The device's public id for push (row D6), a new one where the earlier was unregistered.
        push_id: PushId,
    },
    /// A request was done.
    Ok {
        /// The request's number.
        request: u32,
    },
    /// A request, a send or a login was refused; nothing was changed by it.
    Error(ErrorFrame),
    /// The session ended and must not be resumed; the connection closes after it.
    Kicked {
        /// Why.
        reason: KickReason,
    },
}

/// Login succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// This login.
    pub session: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// The server's time.
    pub server_time: Timestamp,
    /// Send a `ping` this often, in milliseconds.
    pub heartbeat_ms: u32,
    /// Acknowledge messages within this time, in milliseconds, or the connection is closed and a push is sent.
    pub ack_within_ms: u32,
    /// The device's public id for push (row D6); absent after `unregister`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push_id: Option<PushId>,
    /// Whether this device's pushes are switched on (row B11).
    pub push_on: bool,
    /// Certificates for this device, best first (row D8). The SDK registers with the first one's vendor.
    pub certificates: Vec<Recommended>,
    /// Push type code of the first certificate (row D7); 0 where there is none.
    pub push_type: u8,
    /// Whether this user was ever sent a push (row J8).
    pub has_pushed: bool,
    /// The device this user used before (row J8).
    pub last_device_id: Option<DeviceId>,
}

/// A certificate a device should register with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommended {
    /// To name in `bind`.
    pub certificate: CertificateId,
    /// Its name.
    pub name: String,
    /// Whose service to register with.
    pub vendor: Vendor,
}

/// A message as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFrame {
    /// The server's id.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
    /// What it is.
    pub kind: MessageKind,
    /// Who sent it; absent for a system notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<UserId>,
    /// What it says.
    pub body: Body,
    /// Whom it calls by name.
    #[serde(default, skip_serializing_if = "Mentions::is_empty")]
    pub mentions: Mentions,
    /// What the sender gave the app beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// When it was accepted.
    pub sent_at: Timestamp,
    /// What the app is to show by itself while it is in the background, because no push is sent (row F8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<Reminder>,
}

/// A notification that the client raises by itself: worded and muted by the same rules as a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// What a tap hands to the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Whether it counts one up on the app's badge.
    pub counts_badge: bool,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorFrame {
    /// The request it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u32>,
    /// The send it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<ClientMessageId>,
    /// Stable code.
    pub code: String,
    /// The code's number: its HTTP status (row C3 wants 500 for a certificate name over 32 characters).
    pub number: u16,
    /// What is wrong and what to do.
    pub text: String,
}

impl ErrorFrame {
    /// A refusal that answers nothing in particular.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        Self {
            request: None,
            client_message_id: None,
            code: fault.code.as_str().to_owned(),
            number: fault.code.status(),
            text: fault.detail.clone(),
        }
    }

    /// A refusal of a numbered request.
    #[must_use]
    pub fn of_request(fault: &Fault, request: u32) -> Self {
        Self { request: Some(request), ..Self::of(fault) }
    }

    /// Whether the same may be done a little later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        [ErrorCode::Busy, ErrorCode::Internal].iter().any(|code| self.code == code.as_str())
    }
}

/// Why a session was ended from the server's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KickReason {
    /// The user logged in on another device, and the App allows one at a time.
    AnotherLogin,
    /// Another user logged in on this device.
    AnotherUser,
    /// The App's backend ended it.
    ByServer,
}

/// Reads a client's frame. Total: garbage is a fault with a stable code.
///
/// # Errors
/// `frame_too_large` over [`model::FRAME_MAX_BYTES`], `malformed` for anything that is not a documented frame.
pub fn decode_client(text: &str) -> Result<ClientFrame, Fault> {
    if text.len() > model::FRAME_MAX_BYTES {
        return Err(ErrorCode::FrameTooLarge.into());
    }
    serde_json::from_str(text)
        .map_err(|error| Fault::new(ErrorCode::Malformed, format!("not a frame: {error}")))
}

/// Reads a server's frame.
///
/// # Errors
/// `malformed` for anything that is not a documented frame.
pub fn decode_server(text: &str) -> Result<ServerFrame, Fault> {
    serde_json::from_str(text)
        .map_err(|error| Fault::new(ErrorCode::Malformed, format!("not a frame: {error}")))
}

/// Writes a frame.
#[must_use]
pub fn encode<F: Serialize>(frame: &F) -> String {
    serde_json::to_string(frame).unwrap_or_else(|_| unreachable!("frames have only text keys"))
}

/// Writes a `messages` frame without copying the messages: one message goes to many connections.
#[must_use]
pub fn encode_messages(messages: &[Arc<MessageFrame>], sync: bool) -> String {
    #[derive(Serialize)]
    struct Shared<'a> {
        r#type: &'static str,
        messages: &'a [Arc<MessageFrame>],
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        sync: bool,
    }
    encode(&Shared { r#type: "messages", messages, sync })
}
