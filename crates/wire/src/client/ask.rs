//! What a client asks of the server, and what it is answered.

use std::fmt;

use model::{
    BindingKind, CallAction, CallId, CertificateId, ConversationId, DeviceReport, GroupId, MessageId, Mute,
    PushId, PushSettings, Seq, UserSettings,
};
use serde::{Deserialize, Serialize};

use crate::{ClientFrame, ConversationView, Cursor, GroupAction, GroupView, MessageFrame};

/// For so long a question waits for a connection, in milliseconds: later nobody wants the answer any more.
const QUESTION_WITHIN_MS: i64 = 30_000;

/// A request: sent on every connection until it is answered, so that the server may see it more than once. Asking
/// twice does no more than asking once.
///
/// What the user wants to be so (a read mark, a setting, the push switch, a change of a group) waits for a connection
/// as long as it takes, over restarts of the app. A question, and what is about a call, waits half a minute.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Tell what has changed about the device.
    Report {
        /// All of it.
        report: Box<DeviceReport>,
    },
    /// Report a vendor token (row D1).
    Bind {
        /// Whose vendor gave it.
        certificate: CertificateId,
        /// What it is for.
        kind: BindingKind,
        /// The token; never empty.
        token: String,
    },
    /// Take a vendor token back.
    Unbind {
        /// Whose vendor gave it.
        certificate: CertificateId,
        /// What it is for.
        kind: BindingKind,
    },
    /// Switch this device's pushes off or on (row B11).
    PushSwitch {
        /// On.
        on: bool,
    },
    /// End this device's Push ID (row B12).
    Unregister {},
    /// Mark as read.
    Read {
        /// Where.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// Take a message back (row T13).
    Recall {
        /// Which.
        message: MessageId,
        /// What stands in the place of its notification.
        push: Option<Box<PushSettings>>,
    },
    /// Do something about a group.
    Group {
        /// Which.
        group: GroupId,
        /// What.
        action: Box<GroupAction>,
    },
    /// Do something about a call (row F3).
    Call {
        /// Which.
        call: CallId,
        /// What.
        action: Box<CallAction>,
    },
    /// Set when and through what the user may be disturbed.
    Settings {
        /// All of them.
        settings: Box<UserSettings>,
    },
    /// Mute a conversation.
    Mute {
        /// Which.
        conversation: ConversationId,
        /// How far.
        mute: Mute,
    },
    /// Ask for older messages.
    History {
        /// Of which conversation.
        conversation: ConversationId,
        /// From before this place; `None`: from the newest.
        before: Option<Seq>,
        /// At most so many, up to 100.
        limit: u32,
    },
    /// Ask for the user's conversations.
    Conversations {},
}

impl fmt::Debug for Ask {
    /// The word alone: asks hold tokens and texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.clone().into_frame(0).name())
    }
}

impl Ask {
    /// The frame that asks it under this number.
    #[must_use]
    pub fn into_frame(self, request: u32) -> ClientFrame {
        match self {
            Self::Report { report } => ClientFrame::Report { request, report },
            Self::Bind { certificate, kind, token } => {
                ClientFrame::Bind { request, certificate, kind, token }
            }
            Self::Unbind { certificate, kind } => ClientFrame::Unbind { request, certificate, kind },
            Self::PushSwitch { on } => ClientFrame::PushSwitch { request, on },
            Self::Unregister {} => ClientFrame::Unregister { request },
            Self::Read { conversation, seq } => {
                ClientFrame::Read { request, cursors: vec![Cursor { conversation, seq }] }
            }
            Self::Recall { message, push } => ClientFrame::Recall { request, message, push },
            Self::Group { group, action } => ClientFrame::Group { request, group, action },
            Self::Call { call, action } => ClientFrame::Call { request, call, action },
            Self::Settings { settings } => ClientFrame::Settings { request, settings },
            Self::Mute { conversation, mute } => ClientFrame::Mute { request, conversation, mute },
            Self::History { conversation, before, limit } => {
                ClientFrame::History { request, conversation, before, limit }
            }
            Self::Conversations {} => ClientFrame::Conversations { request },
        }
    }

    /// Whether it says all that the earlier one says, so that the earlier need not be asked any more.
    pub(crate) fn replaces(&self, earlier: &Self) -> bool {
        match (self, earlier) {
            (
                Self::Bind { certificate, kind, .. } | Self::Unbind { certificate, kind },
                Self::Bind { certificate: before, kind: kind_before, .. }
                | Self::Unbind { certificate: before, kind: kind_before },
            ) => (certificate, kind) == (before, kind_before),
            (Self::Unregister {}, Self::Bind { .. } | Self::Unbind { .. })
            | (Self::Report { .. }, Self::Report { .. })
            | (Self::PushSwitch { .. }, Self::PushSwitch { .. })
            | (Self::Settings { .. }, Self::Settings { .. }) => true,
            (Self::Mute { conversation, .. }, Self::Mute { conversation: before, .. }) => {
                conversation == before
            }
            (Self::Read { conversation, seq }, Self::Read { conversation: before, seq: seq_before }) => {
                conversation == before && seq >= seq_before
            }
            _ => self == earlier,
        }
    }

    /// Whether it is about the device, whoever is logged in.
    pub(crate) const fn is_of_device(&self) -> bool {
        matches!(self, Self::PushSwitch { .. } | Self::Unregister {})
    }

    /// Whether it outlives the process.
    pub(crate) const fn is_kept(&self) -> bool {
        match self {
            Self::PushSwitch { .. }
            | Self::Unregister {}
            | Self::Read { .. }
            | Self::Recall { .. }
            | Self::Group { .. }
            | Self::Settings { .. }
            | Self::Mute { .. } => true,
            Self::Report { .. }
            | Self::Bind { .. }
            | Self::Unbind { .. }
            | Self::Call { .. }
            | Self::History { .. }
            | Self::Conversations {} => false,
        }
    }

    /// For how long it may wait for an answer, in milliseconds; `None`: as long as it takes.
    pub(crate) fn waits_ms(&self) -> Option<i64> {
        match self {
            Self::Call { action, .. } => Some(match &**action {
                CallAction::Invite(invite) => invite.rings_ms.min(QUESTION_WITHIN_MS),
                _ => QUESTION_WITHIN_MS,
            }),
            Self::History { .. } | Self::Conversations {} => Some(QUESTION_WITHIN_MS),
            _ => None,
        }
    }
}

/// What a request that was done brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Nothing beside that.
    Done,
    /// The Push ID under which the device can be reached now.
    Bound(PushId),
    /// The group, as the request found or left it.
    Group(Box<GroupView>),
    /// Older messages, in order.
    History(Vec<MessageFrame>),
    /// The user's conversations, the one with the newest message first.
    Conversations(Vec<ConversationView>),
}
