//! Messages, and what a send answers.

use model::{
    Addressee, Body, ClientMessageId, ConversationId, Mentions, Message, MessageId, MessageKind, PushId,
    PushSettings, Seq, Timestamp, UserId,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::schema, explain::tail};

/// What a send answers.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Accepted {
    /// The message's id: ask `/v1/messages/{id}/explain` with it.
    #[schema(value_type = String, format = Uuid)]
    message: MessageId,
    /// Where it went; absent for a push alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    conversation: Option<ConversationId>,
    /// Its place there; 0 for a push alone.
    #[schema(value_type = i64)]
    seq: Seq,
    /// When it was accepted.
    #[schema(value_type = i64)]
    sent_at: Timestamp,
    /// It had been accepted before under the same key.
    duplicate: bool,
}

impl From<im::Accepted> for Accepted {
    fn from(accepted: im::Accepted) -> Self {
        Self {
            message: accepted.message,
            conversation: accepted.conversation,
            seq: accepted.seq,
            sent_at: accepted.sent_at,
            duplicate: accepted.duplicate,
        }
    }
}

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub(in crate::api) struct MessageView {
    /// Its id.
    #[schema(value_type = String, format = Uuid)]
    id: MessageId,
    /// What it is.
    #[schema(value_type = schema::MessageKind)]
    kind: MessageKind,
    /// Whom it is for.
    to: AddresseeView,
    /// Who sent it; absent for a push by the App's backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    from: Option<UserId>,
    /// The sender's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    client_message_id: Option<ClientMessageId>,
    /// Its place in the conversation; 0 where it is in none.
    #[schema(value_type = i64)]
    seq: Seq,
    /// What it says.
    #[schema(value_type = schema::Body)]
    body: Body,
    /// Whom it calls by name.
    #[serde(skip_serializing_if = "Mentions::is_empty")]
    #[schema(value_type = schema::Mentions, required = false)]
    mentions: Mentions,
    /// It went to connected devices alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    online_only: bool,
    /// When it was taken back; then its text is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    recalled_at: Option<Timestamp>,
    /// What the sender asked of the push.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::PushSettings, nullable = false)]
    push: Option<PushSettings>,
    /// When it was accepted.
    #[schema(value_type = i64)]
    sent_at: Timestamp,
    /// When it stops causing pushes.
    #[schema(value_type = i64)]
    expires_at: Timestamp,
}

/// Whom a message is for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Addressee)]
pub(in crate::api) enum AddresseeView {
    /// The members of a conversation.
    #[schema(value_type = String)]
    Conversation(ConversationId),
    /// One user's devices.
    #[schema(value_type = String)]
    User(UserId),
    /// One device.
    #[schema(value_type = String)]
    PushId(PushId),
    /// One vendor token.
    Token {
        /// Whose vendor gave it.
        certificate: u32,
        /// The token's last characters.
        token_tail: String,
    },
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id,
            kind: message.kind,
            to: message.addressee.into(),
            from: message.sender,
            client_message_id: message.client_message_id,
            seq: message.seq,
            body: message.body,
            mentions: message.mentions,
            online_only: message.online_only,
            recalled_at: message.recalled_at,
            push: message.push,
            sent_at: message.sent_at,
            expires_at: message.expires_at,
        }
    }
}

impl From<Addressee> for AddresseeView {
    fn from(addressee: Addressee) -> Self {
        match addressee {
            Addressee::Conversation(id) => Self::Conversation(id),
            Addressee::User(user) => Self::User(user),
            Addressee::PushId(push_id) => Self::PushId(push_id),
            Addressee::Token { certificate, token } => {
                Self::Token { certificate: certificate.0, token_tail: tail(&token) }
            }
        }
    }
}
