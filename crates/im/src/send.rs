//! Accept: from a sender's message to a durable row with its fan-out cursor.

use model::{
    Addressee, AppId, Body, ClientMessageId, ConversationId, DeviceId, ErrorCode, Event, EventKind, Fault,
    GroupId, Message, MessageId, MessageKind, PushSettings, Role, Seq, Timestamp, UserId,
};
use rules::{check_message, check_push};
use store::{Op, Outcome};
use wire::{Recipient, SendMessage, ToGroup};

use crate::{
    AppView, Im,
    drafts::{draft, with_push},
    fault_of,
    registry::Live,
};

/// A message is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The server's id.
    pub message: MessageId,
    /// Where it went; `None` for a push alone.
    pub conversation: Option<ConversationId>,
    /// Its place there; 0 for a push alone, for a message to connected devices alone, and for one that the App's
    /// backend dropped.
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

/// Who sends.
struct Sender {
    app: AppId,
    user: Option<UserId>,
    device: Option<DeviceId>,
}

impl Im {
    /// Accepts a message from a connected client: to a user, to a group, as a custom system notification. Where the
    /// App's backend wants to be asked first (row T23), it is.
    ///
    /// # Errors
    /// `invalid`, `not_a_member`, `muted`, `refused`, `not_found`, `conflict`, `busy`; then nothing changed.
    pub async fn send(&self, live: &Live, message: SendMessage) -> Result<Accepted, Fault> {
        let sender = Sender { app: live.app, user: Some(live.user.clone()), device: Some(live.device) };
        let message = self.checked(&sender, message)?;
        if let Some(conversation) = message.addressee.conversation()
            && let model::ConversationKind::Group(group) = conversation.kind()
        {
            self.check_may_write(live, &group).await?;
        }
        let view = self.view(live.app).await?.ok_or(ErrorCode::NotFound)?;
        if !self.is_allowed(&view, &message).await? {
            return Ok(Accepted {
                message: message.id,
                conversation: message.addressee.conversation().cloned(),
                seq: Seq(0),
                sent_at: message.sent_at,
                duplicate: false,
            });
        }
        self.accept(&view, message).await
    }

    /// Accepts a message that the App's backend sends in a user's name, or, as a custom system notification, in
    /// nobody's. The backend may write into every group, muted or not, and is not asked about its own messages.
    ///
    /// # Errors
    /// `invalid`, `not_found` for a group that is not there, `conflict`, `busy`; then nothing changed.
    pub async fn send_for(
        &self,
        app: AppId,
        sender: impl Into<Option<UserId>>,
        message: SendMessage,
    ) -> Result<Accepted, Fault> {
        let message = self.checked(&Sender { app, user: sender.into(), device: None }, message)?;
        let view = self.view(app).await?.ok_or(ErrorCode::NotFound)?;
        self.accept(&view, message).await
    }

    /// Accepts a push alone.
    ///
    /// # Errors
    /// `invalid`, `conflict`, `busy`; then nothing changed.
    pub async fn push(&self, new: NewPush) -> Result<Accepted, Fault> {
        let body = Body::text(new.push.body.clone().unwrap_or_default());
        check_push(Some(&new.push))?;
        let push = Message {
            client_message_id: new.idempotency_key,
            ..draft(new.app, new.addressee, MessageKind::Push, body, self.now())
        };
        let view = self.view(new.app).await?.ok_or(ErrorCode::NotFound)?;
        self.accept(&view, with_push(push, Some(new.push))).await
    }

    /// The message as it would be stored, where it is within the limits.
    fn checked(&self, sender: &Sender, message: SendMessage) -> Result<Message, Fault> {
        check_message(&message.body, &message.mentions, message.push.as_ref())?;
        let conversation = conversation_of(sender.user.as_ref(), &message)?;
        let kind = if message.system { MessageKind::System } else { MessageKind::Message };
        let draft = draft(sender.app, Addressee::Conversation(conversation), kind, message.body, self.now());
        let drafted = Message {
            sender: sender.user.clone(),
            sender_device: sender.device,
            client_message_id: Some(message.client_message_id),
            mentions: message.mentions,
            online_only: message.online_only,
            ..draft
        };
        Ok(with_push(drafted, message.push))
    }

    /// Whether a client may write into a group: only its members may, and not while they or the group are muted.
    async fn check_may_write(&self, live: &Live, group: &GroupId) -> Result<(), Fault> {
        let member = self.store().member(live.app, group, &live.user).await;
        let Some(member) = member.map_err(|error| fault_of(&error))? else {
            return Err(ErrorCode::NotAMember.into());
        };
        if member.muted_until.is_some_and(|until| self.now() < until) {
            return Err(ErrorCode::Muted.into());
        }
        if member.role >= Role::Admin {
            return Ok(());
        }
        let group = self.store().group(live.app, group).await.map_err(|error| fault_of(&error))?;
        if group.is_some_and(|group| group.muted) { Err(ErrorCode::Muted.into()) } else { Ok(()) }
    }

    /// Stores a message; whoever wants to be told of it is, by the same commit.
    async fn accept(&self, view: &AppView, message: Message) -> Result<Accepted, Fault> {
        self.check_app_backlog(message.app).await?;
        let (app, id, sent_at, kind) = (message.app, message.id, message.sent_at, message.kind);
        let conversation = message.addressee.conversation().cloned();
        let is_announced = conversation.is_some() && view.hears(EventKind::Message);
        let announce =
            is_announced.then_some(Op::Announce { app, event: Event::Message { message: id }, at: sent_at });
        let batch = std::iter::once(Op::Accept(Box::new(message))).chain(announce).collect();
        let outcomes = self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
        match outcomes.first() {
            Some(Outcome::Accepted { seq }) => {
                self.meter.note_accepted(kind);
                tracing::trace!(
                    target: "posthouse::road",
                    stage = "accept",
                    message = %id,
                    began_ms = sent_at.0,
                    ended_ms = self.now().0,
                    app = app.0,
                );
                Ok(Accepted { message: id, conversation, seq: *seq, sent_at, duplicate: false })
            }
            Some(Outcome::Duplicate { message, seq, sent_at }) => Ok(Accepted {
                message: *message,
                conversation,
                seq: *seq,
                sent_at: *sent_at,
                duplicate: true,
            }),
            Some(Outcome::Conflict) => Err(ErrorCode::Conflict.into()),
            Some(Outcome::Missing) => Err(ErrorCode::NotFound.into()),
            _ => Err(ErrorCode::Internal.into()),
        }
    }
}

/// Where a message goes. A system notification to a user rides in the receiver's own conversation (rows F4, E12).
fn conversation_of(sender: Option<&UserId>, message: &SendMessage) -> Result<ConversationId, Fault> {
    let invalid = |detail: &str| Err(Fault::new(ErrorCode::Invalid, detail));
    match (&message.to, sender) {
        (Recipient::Group(ToGroup { group }), Some(_)) => Ok(ConversationId::group(group)),
        (Recipient::Group(ToGroup { group }), None) if message.system => Ok(ConversationId::group(group)),
        (Recipient::User(to), _) if message.system => Ok(ConversationId::system(to)),
        (Recipient::User(to), Some(sender)) if to == sender => {
            invalid("sender and receiver are the same user")
        }
        (Recipient::User(to), Some(sender)) => Ok(ConversationId::peer(sender, to)),
        (_, None) => invalid("only a system notification has no sender"),
    }
}
