//! Accept: from a sender's message to a durable row with its fan-out cursor.

use model::{
    Addressee, AppId, Body, ClientMessageId, ConversationId, DeviceId, ErrorCode, Fault,
    MESSAGE_LIFETIME_MAX_MS, Mentions, Message, MessageId, MessageKind, PushSettings, Seq, Timestamp, UserId,
};
use rules::check_message;
use store::{Op, Outcome};
use uuid::Uuid;
use wire::{Recipient, SendMessage};

use crate::{Im, registry::Live};

/// A message is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The server's id.
    pub message: MessageId,
    /// Where it went; `None` for a push alone.
    pub conversation: Option<ConversationId>,
    /// Its place there; 0 for a push alone.
    pub seq: Seq,
    /// When it was accepted.
    pub sent_at: Timestamp,
    /// It had been accepted before.
    pub duplicate: bool,
}

/// A push alone, without a message in a conversation.
#[derive(Debug, Clone)]
pub struct NewPush {
    /// The App.
    pub app: AppId,
    /// Whom it is for.
    pub addressee: Addressee,
    /// What to show.
    pub push: PushSettings,
    /// For idempotent sends.
    pub idempotency_key: Option<ClientMessageId>,
}

impl Im {
    /// Accepts a message from a connected client.
    ///
    /// # Errors
    /// `invalid`, `conflict`, `busy`; then nothing changed.
    pub async fn send(&self, live: &Live, message: SendMessage) -> Result<Accepted, Fault> {
        self.accept_from(live.app, live.user.clone(), Some(live.device), message).await
    }

    /// Accepts a message that the App's backend sends in a user's name.
    ///
    /// # Errors
    /// `invalid`, `conflict`, `busy`; then nothing changed.
    pub async fn send_for(
        &self,
        app: AppId,
        sender: UserId,
        message: SendMessage,
    ) -> Result<Accepted, Fault> {
        self.accept_from(app, sender, None, message).await
    }

    /// Accepts a push alone.
    ///
    /// # Errors
    /// `invalid`, `conflict`, `busy`; then nothing changed.
    pub async fn push(&self, new: NewPush) -> Result<Accepted, Fault> {
        let body = Body::text(new.push.body.clone().unwrap_or_default());
        check_message(&body, &Mentions::default(), Some(&new.push))?;
        let now = self.now();
        self.accept(Message {
            id: MessageId(Uuid::now_v7()),
            app: new.app,
            addressee: new.addressee,
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: new.idempotency_key,
            seq: Seq(0),
            body,
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            expires_at: expiry(now, Some(&new.push)),
            push: Some(new.push),
            sent_at: now,
        })
        .await
    }

    async fn accept_from(
        &self,
        app: AppId,
        sender: UserId,
        device: Option<DeviceId>,
        message: SendMessage,
    ) -> Result<Accepted, Fault> {
        check_message(&message.body, &message.mentions, message.push.as_ref())?;
        let Recipient::User(to) = message.to else {
            return Err(Fault::new(ErrorCode::Invalid, "groups are not here yet"));
        };
        if to == sender {
            return Err(Fault::new(ErrorCode::Invalid, "sender and receiver are the same user"));
        }
        let now = self.now();
        self.accept(Message {
            id: MessageId(Uuid::now_v7()),
            app,
            addressee: Addressee::Conversation(ConversationId::peer(&sender, &to)),
            kind: MessageKind::Message,
            sender: Some(sender),
            sender_device: device,
            client_message_id: Some(message.client_message_id),
            seq: Seq(0),
            body: message.body,
            mentions: message.mentions,
            online_only: message.online_only,
            recalled_at: None,
            expires_at: expiry(now, message.push.as_ref()),
            push: message.push,
            sent_at: now,
        })
        .await
    }

    async fn accept(&self, message: Message) -> Result<Accepted, Fault> {
        let (id, sent_at) = (message.id, message.sent_at);
        let conversation = message.addressee.conversation().cloned();
        match self.commit_one(Op::Accept(Box::new(message))).await? {
            Outcome::Accepted { seq } => {
                Ok(Accepted { message: id, conversation, seq, sent_at, duplicate: false })
            }
            Outcome::Duplicate { message, seq, sent_at } => {
                Ok(Accepted { message, conversation, seq, sent_at, duplicate: true })
            }
            Outcome::Conflict => Err(ErrorCode::Conflict.into()),
            _ => Err(ErrorCode::Internal.into()),
        }
    }
}

fn expiry(now: Timestamp, push: Option<&PushSettings>) -> Timestamp {
    now.plus_ms(push.and_then(|push| push.lifetime_ms).unwrap_or(MESSAGE_LIFETIME_MAX_MS))
}
