//! Recall: a message is taken back from everybody, and its notifications are withdrawn or replaced (row T13).

use model::{
    Addressee, AppId, Body, ClientMessageId, ConversationId, ConversationKind, ErrorCode, Event, EventKind,
    Fault, Message, MessageId, MessageKind, Purpose, PushSettings, Recalled, Role, Timestamp, UserId,
};
use rules::{Reason, check_push};
use store::{FollowUp, Op, Outcome};

use crate::{Im, drafts::draft, fault_of, registry::Live};

/// For how long it is worth taking a notification away, in milliseconds: a day, after which vendors refuse.
const FOLLOW_UP_LIFETIME_MS: i64 = 24 * 3_600_000;

impl Im {
    /// A connected client takes a message back: its sender may, and the admins of its group. A second time changes
    /// nothing.
    ///
    /// # Errors
    /// `not_found` for a message that is not there or not the user's to see, `not_allowed`, `invalid`, `busy`; then
    /// nothing changed.
    pub async fn recall(
        &self,
        live: &Live,
        message: MessageId,
        push: Option<&PushSettings>,
    ) -> Result<(), Fault> {
        let found = self.recallable(live.app, message).await?;
        self.check_may_recall(live, &found).await?;
        self.take_back(found, Some(live.user.clone()), push).await
    }

    /// The App's backend takes a message back, or a push alone.
    ///
    /// # Errors
    /// `not_found`, `invalid`, `busy`; then nothing changed.
    pub async fn recall_as_backend(
        &self,
        app: AppId,
        message: MessageId,
        push: Option<&PushSettings>,
    ) -> Result<(), Fault> {
        let found = self.recallable(app, message).await?;
        self.take_back(found, None, push).await
    }

    async fn recallable(&self, app: AppId, message: MessageId) -> Result<Message, Fault> {
        let found = self.store().message(app, message).await.map_err(|error| fault_of(&error))?;
        let found = found.ok_or(ErrorCode::NotFound)?;
        let detail = match found.kind {
            _ if found.online_only => "the message was for connected devices alone",
            MessageKind::Message | MessageKind::System | MessageKind::Push => return Ok(found),
            MessageKind::Call => "a call's signal is not taken back; cancel the call",
            MessageKind::Notice => "the server's own word is not taken back",
        };
        Err(Fault::new(ErrorCode::Invalid, detail))
    }

    async fn check_may_recall(&self, live: &Live, message: &Message) -> Result<(), Fault> {
        let is_sender = message.sender.as_ref() == Some(&live.user);
        let Some(conversation) = message.addressee.conversation() else {
            return Err(ErrorCode::NotFound.into());
        };
        let (is_there, is_admin) = match conversation.kind() {
            ConversationKind::Group(group) => {
                let member = self.store().member(live.app, &group, &live.user).await;
                let member = member.map_err(|error| fault_of(&error))?;
                (member.is_some(), member.is_some_and(|member| member.role >= Role::Admin))
            }
            ConversationKind::Peer(..) | ConversationKind::System(_) => {
                (is_sender || conversation.includes(&live.user), false)
            }
        };
        match (is_there, is_sender || is_admin) {
            (true, true) => Ok(()),
            (true, false) => Err(Fault::new(
                ErrorCode::NotAllowed,
                "a message is taken back by its sender or an admin of its group",
            )),
            (false, _) => Err(ErrorCode::NotFound.into()),
        }
    }

    /// The message, the word about it, and what becomes of its notifications are one commit. The word has an id of its
    /// own in the message's name, so that of two who take it back at once only one is heard of.
    async fn take_back(
        &self,
        message: Message,
        by: Option<UserId>,
        push: Option<&PushSettings>,
    ) -> Result<(), Fault> {
        check_push(push)?;
        if message.recalled_at.is_some() {
            return Ok(());
        }
        let (app, id, at) = (message.app, message.id, self.now());
        let view = self.view(app).await?.ok_or(ErrorCode::NotFound)?;
        let mut batch = vec![Op::Recall { app, message: id, reason: Reason::RECALLED_BEFORE_SEND, at }];
        if let Some(conversation) = message.addressee.conversation() {
            batch.push(Op::Accept(Box::new(word_of(&message, conversation.clone(), by, at)?)));
        }
        if view.hears(EventKind::Recall) {
            batch.push(Op::Announce { app, event: Event::Recall { message: id }, at });
        }
        batch.push(follow_up(app, id, push, at));
        let outcomes = self.store().commit(batch).await.map_err(|error| fault_of(&error))?;
        match outcomes.first() {
            Some(Outcome::Cancelled { .. }) => Ok(()),
            Some(Outcome::Missing) => Err(ErrorCode::NotFound.into()),
            _ => Err(ErrorCode::Internal.into()),
        }
    }
}

fn word_of(
    message: &Message,
    conversation: ConversationId,
    by: Option<UserId>,
    now: Timestamp,
) -> Result<Message, Fault> {
    let body = Body::Recall(Recalled { message: message.id, seq: message.seq, by });
    let own_id = ClientMessageId::new(&format!("recall:{}", message.id)).map_err(|_| ErrorCode::Internal)?;
    Ok(Message {
        client_message_id: Some(own_id),
        ..draft(message.app, Addressee::Conversation(conversation), MessageKind::Notice, body, now)
    })
}

fn follow_up(app: AppId, message: MessageId, push: Option<&PushSettings>, now: Timestamp) -> Op {
    let (purpose, reason) = match push {
        Some(_) => (Purpose::Replace, Reason::REPLACING),
        None => (Purpose::Withdraw, Reason::WITHDRAWING),
    };
    Op::FollowUp(FollowUp {
        app,
        message,
        user: None,
        except: None,
        purpose,
        replacement: push.cloned().map(Box::new),
        cancel_reason: Reason::RECALLED_BEFORE_SEND,
        reason,
        expires_at: now.plus_ms(FOLLOW_UP_LIFETIME_MS),
        at: now,
    })
}
