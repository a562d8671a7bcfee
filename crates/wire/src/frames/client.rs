//! What a client sends.

use std::fmt;

use model::{
    BindingKind, CallAction, CallId, CertificateId, ConversationId, DeviceReport, GroupId, MessageId, Mute,
    PushSettings, Seq, UserSettings,
};
use serde::{Deserialize, Serialize};

use super::{Cursor, GroupAction, Login, SendMessage};

/// What a client sends. `Debug` names the frame and no more: frames hold tokens and message text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
