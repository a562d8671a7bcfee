//! What groups, recalls, read marks and calls are tried with, beside the harness.

use im::{Accepted, Outbound};
use model::{
    Body, ConversationId, Delivery, DeliveryState, Fault, GroupId, Message, MessageId, MessageKind, Purpose,
    Seq, UserId,
};

use rules::Reason;
use store::{DeliveryUpdate, Op};
use uuid::Uuid;
use wire::{GroupAction, GroupView, MessageFrame, Recipient, SendMessage, ServerFrame};

use crate::harness::{APP, Phone, World, user};

pub(crate) fn group(name: &str) -> GroupId {
    GroupId::new(name).unwrap()
}

pub(crate) fn users(names: &[&str]) -> Vec<UserId> {
    names.iter().map(|name| user(name)).collect()
}

/// A message with an id of its own.
pub(crate) fn note(to: impl Into<Recipient>, text: &str) -> SendMessage {
    SendMessage::new(Uuid::new_v4().to_string().parse().unwrap(), to, Body::text(text))
}

impl World {
    pub(crate) async fn club_of(&self, id: &str, owner: &str, members: &[&str]) -> GroupId {
        let create = GroupAction::Create {
            name: format!("the {id}"),
            join: model::JoinMode::Open,
            members: users(members),
        };
        let (id, owner) = (group(id), user(owner));
        self.im.group_as_backend(APP, &id, create, Some(&owner)).await.unwrap().unwrap();
        id
    }

    /// Does something about a group as a phone's user.
    pub(crate) async fn ask(
        &self,
        phone: &Phone,
        group: &GroupId,
        action: GroupAction,
    ) -> Result<Option<GroupView>, Fault> {
        self.im.group(&phone.opened.live, group, action).await
    }

    pub(crate) async fn write(&self, phone: &Phone, message: SendMessage) -> Result<Accepted, Fault> {
        self.im.send(&phone.opened.live, message).await
    }

    /// Everything stored in a conversation, in order.
    pub(crate) async fn stored(&self, conversation: &ConversationId) -> Vec<Message> {
        self.store.messages_after(APP, conversation, Seq(0), 1_000).await.unwrap()
    }

    pub(crate) async fn stored_message(&self, message: MessageId) -> Message {
        self.store.message(APP, message).await.unwrap().unwrap()
    }

    /// The vendor takes everything that is queued.
    pub(crate) async fn vendor_accepts_all(&self) {
        let now = self.im.now();
        let claimed = self.store.claim(self.certificate, now, 100).await.unwrap();
        let ids: Vec<_> = claimed.iter().map(|claimed| claimed.delivery.id).collect();
        assert!(self.store.begin(&ids).await.unwrap().into_iter().all(|may_go| may_go));
        let updates = ids.into_iter().map(|id| {
            Op::Update(DeliveryUpdate {
                id,
                state: DeliveryState::Accepted,
                reason: Reason::ACCEPTED,
                due_at: now,
                attempt: None,
                vendor_message_id: None,
                at: now,
            })
        });
        self.store.commit(updates.collect()).await.unwrap();
    }

    /// A message's deliveries of one purpose, as user, state and reason.
    pub(crate) async fn of_purpose(&self, message: MessageId, purpose: Purpose) -> Vec<Delivery> {
        let mut deliveries = self.deliveries(message).await;
        deliveries.retain(|delivery| delivery.purpose == purpose);
        deliveries
    }

    /// What waits to be told to the App's backend, oldest first.
    pub(crate) async fn announced(&self) -> Vec<model::Event> {
        self.heard().await.into_iter().map(|entry| entry.event).collect()
    }
}

impl Phone {
    /// The next frame of this kind; others are passed over.
    pub(crate) async fn next_of(&mut self, kind: MessageKind) -> MessageFrame {
        loop {
            if let Outbound::Deliver(frames) | Outbound::Page(frames) = self.inbox.recv().await.unwrap()
                && let Some(frame) = frames.iter().find(|frame| frame.kind == kind)
            {
                return frame.as_ref().clone();
            }
        }
    }

    /// The next word that is not a message.
    pub(crate) async fn next_word(&mut self) -> ServerFrame {
        loop {
            if let Outbound::Tell(frame) = self.inbox.recv().await.unwrap() {
                return *frame;
            }
        }
    }
}
