//! What the server sends.

use model::{ClientMessageId, ConversationId, MessageId, PushId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{ConversationView, ErrorFrame, GroupView, KickReason, MessageFrame, Welcome};

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
