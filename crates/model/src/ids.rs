//! Typed ids. A parsed id is valid; a raw string is not an id.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limits::{
    CERTIFICATE_NAME_MAX_CHARS, CLIENT_MESSAGE_ID_MAX_BYTES, GROUP_ID_MAX_BYTES, OPERATOR_NAME_MAX_BYTES,
    RESOURCE_ID_MAX_BYTES, USER_ID_MAX_BYTES,
};

/// Why a text is not a valid id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit, in the unit the limit is stated in.
    #[error("must not be longer than {max} {unit}")]
    TooLong {
        /// The largest length that is accepted.
        max: usize,
        /// `bytes` or `characters`.
        unit: &'static str,
    },
    /// A control character: it would break logs and terminals.
    #[error("must not contain control characters")]
    Control,
    /// Not of the form this id has.
    #[error("is not of the expected form")]
    Form,
}

fn check_text(text: &str, max_bytes: usize) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty);
    }
    if text.len() > max_bytes {
        return Err(IdError::TooLong { max: max_bytes, unit: "bytes" });
    }
    if text.chars().any(char::is_control) {
        return Err(IdError::Control);
    }
    Ok(())
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self).map_err(|_| IdError::Form)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and takes the text.
            ///
            /// # Errors
            /// [`IdError`] where it is empty, too long, or has control characters.
            pub fn new(text: &str) -> Result<Self, IdError> {
                check_text(text, $max).map(|()| Self(text.into()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.as_ref().to_owned()
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text).map(Self).map_err(|_| IdError::Form)
            }
        }
    };
}

number_id! {
    /// An App: a tenant. Everything belongs to one.
    AppId(u32)
}
number_id! {
    /// The numeric id of a certificate, unique in the instance and never reused.
    CertificateId(u32)
}
number_id! {
    /// The place of a message in its conversation, from 1; 0 stands before the first.
    Seq(i64)
}
number_id! {
    /// The numeric id of a webhook, unique in the instance and never reused.
    WebhookId(u32)
}
number_id! {
    /// The number of a console account, never reused.
    OperatorId(u32)
}
uuid_id! {
    /// A call, named by the caller's client, so that an invitation may be repeated.
    CallId
}
uuid_id! {
    /// One installation of the app: the uuid the client made at its first start.
    DeviceId
}
uuid_id! {
    /// The public id of a device for push, stable until unregistered. A device may have one without a user.
    PushId
}
uuid_id! {
    /// The server's id of a message: a uuid of version 7.
    MessageId
}
text_id! {
    /// The App's own id of a user: at most 64 bytes, case-sensitive.
    UserId, USER_ID_MAX_BYTES
}
text_id! {
    /// The App's own id of a group: at most 64 bytes, case-sensitive.
    GroupId, GROUP_ID_MAX_BYTES
}
text_id! {
    /// An App's id of a push resource (`resourcesID`, row E8): at most 32 bytes.
    ResourceId, RESOURCE_ID_MAX_BYTES
}
text_id! {
    /// The name an operator signs in to the console with: at most 64 bytes, the same in capitals and small letters.
    OperatorName, OPERATOR_NAME_MAX_BYTES
}
text_id! {
    /// The sender's id of a message, at most 64 bytes: unique per (App, sender, device) while the message is kept.
    ClientMessageId, CLIENT_MESSAGE_ID_MAX_BYTES
}

/// A certificate's name, at most 32 characters: what a client may give at login instead of the id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct CertificateName(Arc<str>);

impl CertificateName {
    /// Checks and takes the text.
    ///
    /// # Errors
    /// [`IdError`] where it is empty, over 32 characters, or has control characters.
    pub fn new(text: &str) -> Result<Self, IdError> {
        if text.chars().count() > CERTIFICATE_NAME_MAX_CHARS {
            return Err(IdError::TooLong { max: CERTIFICATE_NAME_MAX_CHARS, unit: "characters" });
        }
        check_text(text, usize::MAX).map(|()| Self(text.into()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CertificateName {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::new(&text)
    }
}

impl From<CertificateName> for String {
    fn from(name: CertificateName) -> Self {
        name.0.as_ref().to_owned()
    }
}

/// A conversation: `p:` the sorted pair of users, `g:` a group, `s:` one user's system notifications and call signals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct ConversationId(Arc<str>);

/// What a conversation id says about its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationKind {
    /// Two users, in sorted order.
    Peer(UserId, UserId),
    /// A group; who is in it only the store knows.
    Group(GroupId),
    /// System notifications and call signals of one user.
    System(UserId),
}

impl ConversationId {
    /// The conversation of two users; the order they are given in does not matter.
    #[must_use]
    pub fn peer(one: &UserId, other: &UserId) -> Self {
        let (first, second) = if one <= other { (one, other) } else { (other, one) };
        Self(format!("p:{}:{}", escape(first.as_str()), escape(second.as_str())).into())
    }

    /// A group's conversation.
    #[must_use]
    pub fn group(group: &GroupId) -> Self {
        Self(format!("g:{}", escape(group.as_str())).into())
    }

    /// The conversation that carries a user's system notifications.
    #[must_use]
    pub fn system(user: &UserId) -> Self {
        Self(format!("s:{}", escape(user.as_str())).into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who the conversation is between.
    #[must_use]
    pub fn kind(&self) -> ConversationKind {
        parse_conversation(&self.0)
            .unwrap_or_else(|_| unreachable!("a conversation id is checked when it is made"))
    }

    /// Whether the user is a member by the id alone; never of a group.
    #[must_use]
    pub fn includes(&self, user: &UserId) -> bool {
        match self.kind() {
            ConversationKind::Peer(one, other) => one == *user || other == *user,
            ConversationKind::System(owner) => owner == *user,
            ConversationKind::Group(_) => false,
        }
    }
}

/// A colon separates, so a colon inside a user id is written `%3A`, and `%` is `%25`.
fn escape(part: &str) -> String {
    part.replace('%', "%25").replace(':', "%3A")
}

fn unescape<Id: FromStr<Err = IdError>>(part: &str) -> Result<Id, IdError> {
    part.replace("%3A", ":").replace("%25", "%").parse()
}

fn parse_conversation(text: &str) -> Result<ConversationKind, IdError> {
    let mut parts = text.split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("p"), Some(one), Some(other), None) => {
            let (one, other): (UserId, UserId) = (unescape(one)?, unescape(other)?);
            if one > other { Err(IdError::Form) } else { Ok(ConversationKind::Peer(one, other)) }
        }
        (Some("g"), Some(group), None, None) => Ok(ConversationKind::Group(unescape(group)?)),
        (Some("s"), Some(user), None, None) => Ok(ConversationKind::System(unescape(user)?)),
        _ => Err(IdError::Form),
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ConversationId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        parse_conversation(text).map(|_| Self(text.into()))
    }
}

impl TryFrom<String> for ConversationId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ConversationId> for String {
    fn from(id: ConversationId) -> Self {
        id.0.as_ref().to_owned()
    }
}
