//! Messages and their push settings.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    AppId, CallSignal, CertificateId, ClientMessageId, ConversationId, DeviceId, GroupNotice, MessageId,
    PushId, PushSettings, Seq, SettingsError, Timestamp, UserId, limits::MESSAGE_BODY_MAX_BYTES,
};

/// What can cause a push, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The server's id.
    pub id: MessageId,
    /// The App it belongs to.
    pub app: AppId,
    /// Whom it is for.
    pub addressee: Addressee,
    /// What it is.
    pub kind: MessageKind,
    /// Who sent it; `None` for a push by the App's backend.
    pub sender: Option<UserId>,
    /// The device it was sent from; `None` for a backend.
    pub sender_device: Option<DeviceId>,
    /// The sender's own id, for idempotent sends.
    pub client_message_id: Option<ClientMessageId>,
    /// Its place in the conversation; 0 where it is in none.
    pub seq: Seq,
    /// What it says.
    pub body: Body,
    /// Whom it calls by name.
    pub mentions: Mentions,
    /// It goes to connected devices alone: in no conversation's order, never synced, never pushed.
    pub online_only: bool,
    /// When it was taken back; then body and push texts are gone.
    pub recalled_at: Option<Timestamp>,
    /// What the sender asked of the push; `None` where it asked nothing.
    pub push: Option<PushSettings>,
    /// When it was accepted.
    pub sent_at: Timestamp,
    /// When it stops causing pushes.
    pub expires_at: Timestamp,
}

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Addressee {
    /// The members of a conversation.
    Conversation(ConversationId),
    /// One user's devices, as a push alone.
    User(UserId),
    /// One device, as a push alone.
    PushId(PushId),
    /// One vendor token, without the IM half.
    Token {
        /// The certificate whose vendor gave the token.
        certificate: CertificateId,
        /// The vendor token.
        token: Arc<str>,
    },
}

impl Addressee {
    /// The conversation, where it is one.
    #[must_use]
    pub const fn conversation(&self) -> Option<&ConversationId> {
        match self {
            Self::Conversation(id) => Some(id),
            Self::User(_) | Self::PushId(_) | Self::Token { .. } => None,
        }
    }
}

/// What a message is. The numbers are stored: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum MessageKind {
    /// Written by a user.
    Message = 0,
    /// A custom system notification.
    System = 1,
    /// A push alone: in no conversation, never synced.
    Push = 2,
    /// A call's signal.
    Call = 3,
    /// A word of the server's own about a conversation: a recall, a change of a group. It never causes a push by
    /// itself.
    Notice = 4,
}

impl MessageKind {
    /// The stored number's kind.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Message,
            1 => Self::System,
            2 => Self::Push,
            3 => Self::Call,
            4 => Self::Notice,
            _ => return None,
        })
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Body {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// The App's own content, opaque to Posthouse.
    Custom {
        /// The content.
        content: String,
        /// What it is, for the push text where the sender gave none: `image`, `voice`, `video`, `file`, `location`, or
        /// a word of the App's own that its templates know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
    },
    /// A call's signal; the server's alone to write.
    Call(CallSignal),
    /// A change of a group; the server's alone to write.
    Group(GroupNotice),
    /// An earlier message was taken back; the server's alone to write.
    Recall(Recalled),
    /// What a message that was taken back says.
    Gone {},
}

/// A message that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Recalled {
    /// Which.
    pub message: MessageId,
    /// Its place in the same conversation.
    pub seq: Seq,
    /// Who took it back; `None`: the App's backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
}

/// Whom a message calls by name (row T8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Mentions {
    /// Everybody in the conversation.
    pub all: bool,
    /// These; at most 100.
    pub users: Vec<UserId>,
}

impl Mentions {
    /// Whether nobody is called.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.all && self.users.is_empty()
    }

    /// Whether this user is called.
    #[must_use]
    pub fn includes(&self, user: &UserId) -> bool {
        self.all || self.users.contains(user)
    }
}

impl Body {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// What the sender wrote; empty for the server's own words.
    #[must_use]
    pub fn content(&self) -> &str {
        match self {
            Self::Text { text: content } | Self::Custom { content, .. } => content,
            Self::Call(_) | Self::Group(_) | Self::Recall(_) | Self::Gone {} => "",
        }
    }

    /// What the push shows where the sender gave no push body.
    #[must_use]
    pub fn preview(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Custom { .. } | Self::Call(_) | Self::Group(_) | Self::Recall(_) | Self::Gone {} => None,
        }
    }

    /// Checks what a sender may write.
    ///
    /// # Errors
    /// [`SettingsError::BodyTooLong`] over 12 KiB, [`SettingsError::ServersOwn`] for a body that only the server
    /// writes.
    pub fn check(&self) -> Result<(), SettingsError> {
        match self {
            Self::Text { text } if text.len() > MESSAGE_BODY_MAX_BYTES => Err(SettingsError::BodyTooLong),
            Self::Custom { content, kind }
                if content.len() + kind.as_ref().map_or(0, String::len) > MESSAGE_BODY_MAX_BYTES =>
            {
                Err(SettingsError::BodyTooLong)
            }
            Self::Text { .. } | Self::Custom { .. } => Ok(()),
            Self::Call(_) | Self::Group(_) | Self::Recall(_) | Self::Gone {} => {
                Err(SettingsError::ServersOwn)
            }
        }
    }
}

/// What a message is about, which decides category, channel and urgency at each vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Class {
    /// Something a person wrote to this person.
    #[default]
    Chat = 0,
    /// A call that rings now.
    Call = 1,
    /// The app's own notice to this person.
    System = 2,
    /// Anything the person did not ask for.
    Marketing = 3,
}

/// A word that names no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be chat, call, system or marketing")]
pub struct InvalidClass;

impl Class {
    /// The word used everywhere.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Call => "call",
            Self::System => "system",
            Self::Marketing => "marketing",
        }
    }
}

impl FromStr for Class {
    type Err = InvalidClass;
    fn from_str(word: &str) -> Result<Self, InvalidClass> {
        [Self::Chat, Self::Call, Self::System, Self::Marketing]
            .into_iter()
            .find(|class| class.as_str() == word)
            .ok_or(InvalidClass)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
