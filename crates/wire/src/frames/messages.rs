//! Messages as they are sent and as they come, and the places they have.

use model::{
    Body, ClientMessageId, ConversationId, GroupId, Mentions, MessageId, MessageKind, Mute, PushSettings,
    Seq, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// A place in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last message's place.
    pub seq: Seq,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a user id, or {\"group\": \"…\"}")]
pub enum Recipient {
    /// One user.
    User(UserId),
    /// A group's members.
    Group(ToGroup),
}

/// A group's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// One of the user's conversations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// A message as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
