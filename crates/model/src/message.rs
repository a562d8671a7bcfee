//! Messages and their push settings.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    AppId, CertificateId, ClickAction, ClientMessageId, ConversationId, DeviceId, InvalidClick, MessageId,
    Presentation, PushId, Seq, Style, Timestamp, UserId,
    limits::{
        COLLAPSE_KEY_MAX_BYTES, MESSAGE_BODY_MAX_BYTES, MESSAGE_LIFETIME_MAX_MS, PUSH_BODY_MAX_CHARS,
        PUSH_EXT_MAX_BYTES, PUSH_TITLE_MAX_CHARS,
    },
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
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum MessageKind {
    /// Written by a user.
    Message = 0,
    /// A custom system notification.
    System = 1,
    /// A push alone: in no conversation, never synced.
    Push = 2,
}

impl MessageKind {
    /// The stored number's kind.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Message,
            1 => Self::System,
            2 => Self::Push,
            _ => return None,
        })
    }
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    },
}

impl Body {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// What the push shows where the sender gave no push body.
    #[must_use]
    pub fn preview(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Custom { .. } => None,
        }
    }

    /// Checks the size.
    ///
    /// # Errors
    /// [`SettingsError::BodyTooLong`] over 12 KiB.
    pub fn check(&self) -> Result<(), SettingsError> {
        let (Self::Text { text: content } | Self::Custom { content }) = self;
        if content.len() > MESSAGE_BODY_MAX_BYTES { Err(SettingsError::BodyTooLong) } else { Ok(()) }
    }
}

/// What a message is about, which decides category, channel and urgency at each vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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

/// The sender's key under which a later notification replaces an earlier one; at most 64 bytes.
pub type CollapseKey = String;

/// What the sender asks of the push (离线推送信息).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushSettings {
    /// `false`: this message causes no push (row T9).
    pub enabled: bool,
    /// Title; absent: the App's default title (row E1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Text; absent: the message's own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Pass-through text, reaches the app where the vendor's getter reads `ext` (row G6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// Pass-through text, reaches the app where the vendor's getter reads `payload` (row G8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// What the message is about.
    pub class: Class,
    /// What it is for the phone: a notification, data for the app, or a call.
    pub presentation: Presentation,
    /// How it looks and sounds.
    #[serde(skip_serializing_if = "Style::is_default")]
    pub style: Style,
    /// Whether it counts one up on the app's badge.
    pub counts_badge: bool,
    /// What a tap does; absent: as the certificate says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<ClickAction>,
    /// Replaces an earlier notification with the same key; absent: each message has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collapse_key: Option<CollapseKey>,
    /// For how long the push is worth sending, in milliseconds; absent: 7 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime_ms: Option<i64>,
}

impl Default for PushSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            title: None,
            body: None,
            ext: None,
            payload: None,
            class: Class::Chat,
            presentation: Presentation::Alert,
            style: Style::default(),
            counts_badge: true,
            click: None,
            collapse_key: None,
            lifetime_ms: None,
        }
    }
}

/// A message or its push settings are over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Title over 256 characters.
    #[error("the push title is over 256 characters")]
    TitleTooLong,
    /// Push body over 2048 characters.
    #[error("the push body is over 2048 characters")]
    PushBodyTooLong,
    /// `ext` over 3 KiB.
    #[error("ext is over 3072 bytes")]
    ExtTooLong,
    /// `payload` over 3 KiB.
    #[error("payload is over 3072 bytes")]
    PayloadTooLong,
    /// Collapse key empty or over 64 bytes.
    #[error("the collapse key must have 1 to 64 bytes")]
    CollapseKey,
    /// Lifetime not positive or over 7 days.
    #[error("the lifetime must be 1 ms to 7 days")]
    Lifetime,
    /// Message body over 12 KiB.
    #[error("the message is over 12288 bytes")]
    BodyTooLong,
    /// A text of `style` over 512 bytes, over 32 parameters of a template, or a picture without https.
    #[error(
        "style: a text is over 512 bytes, a template has over 32 parameters, or image is no https address"
    )]
    Style,
    /// Click action that no phone could carry out.
    #[error("click: {0}")]
    Click(InvalidClick),
}

impl PushSettings {
    /// Checks everything against Posthouse's own limits, which accept may refuse for.
    ///
    /// # Errors
    /// The first limit that is broken.
    pub fn check(&self) -> Result<(), SettingsError> {
        let chars_over = |text: &Option<String>, max: usize| {
            text.as_ref().is_some_and(|text| text.len() > max && text.chars().count() > max)
        };
        let bytes_over =
            |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > PUSH_EXT_MAX_BYTES);
        if chars_over(&self.title, PUSH_TITLE_MAX_CHARS) {
            return Err(SettingsError::TitleTooLong);
        }
        if chars_over(&self.body, PUSH_BODY_MAX_CHARS) {
            return Err(SettingsError::PushBodyTooLong);
        }
        if bytes_over(&self.ext) {
            return Err(SettingsError::ExtTooLong);
        }
        if bytes_over(&self.payload) {
            return Err(SettingsError::PayloadTooLong);
        }
        if self.collapse_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > COLLAPSE_KEY_MAX_BYTES)
        {
            return Err(SettingsError::CollapseKey);
        }
        if self.lifetime_ms.is_some_and(|ms| !(1..=MESSAGE_LIFETIME_MAX_MS).contains(&ms)) {
            return Err(SettingsError::Lifetime);
        }
        if !self.style.is_fit() {
            return Err(SettingsError::Style);
        }
        self.click.as_ref().map_or(Ok(()), ClickAction::check).map_err(SettingsError::Click)
    }
}
