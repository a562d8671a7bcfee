//! People with a phone each, who are logged in and out of reach: whom a push is for.

use std::sync::Arc;

use model::{
    Addressee, Binding, BindingKind, BindingState, CertificateId, ConversationId, DeliveryState, DeviceId,
    DeviceReport, Group, GroupId, JoinMode, LoginPolicy, Message, MessageId, MessageKind, PushId,
    PushSettings, ReasonCode, SessionId, SessionState, TextVariant, UserId, Vendor,
};
use simulator::Phone;
use store::{FanoutNext, NewBinding, NewDelivery, NewSession, Op, Outcome, Store};
use uuid::Uuid;

use crate::support::{APP, Stage};

/// A user with one phone.
pub(crate) struct Person {
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    pub(crate) session: SessionId,
    pub(crate) phone: Arc<Phone>,
}

/// What a person is shown of a message.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) text: TextVariant,
    pub(crate) counts_badge: bool,
}

/// The whole text, counted on the badge.
pub(crate) const WHOLE: Shown = Shown { text: TextVariant::Full, counts_badge: true };

impl Stage {
    /// Somebody whose phone is out of reach, with a token of this certificate's vendor.
    pub(crate) async fn person(&self, name: &str, vendor: Vendor, certificate: CertificateId) -> Person {
        let (user, device) = (user(name), DeviceId(Uuid::new_v4()));
        self.commit(Op::NameUser {
            app: APP,
            user: user.clone(),
            name: Some(format!("{name} the First")),
            at: self.now(),
        })
        .await;
        let session = NewSession {
            app: APP,
            user: user.clone(),
            device,
            push_id: PushId(Uuid::new_v4()),
            report: DeviceReport { language: "en".to_owned(), ..DeviceReport::default() },
            state: SessionState::OnlineBackground,
            policy: LoginPolicy::Many,
            kicked_reason: ReasonCode(0),
            at: self.now(),
        };
        let Outcome::Session { id: session, .. } = self.commit(Op::OpenSession(session)).await else {
            panic!("a login")
        };
        let phone = self.phone(vendor, name);
        let binding = NewBinding {
            taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
            app: APP,
            device,
            certificate,
            kind: BindingKind::Alert,
            token: phone.register_token().unwrap().into(),
            owner: Some(user.clone()),
            push_id: PushId(Uuid::new_v4()),
            at: self.now(),
        };
        assert_eq!(self.commit(Op::Bind(binding)).await, Outcome::Done);
        let person = Person { user, device, session, phone };
        self.leaves(&person, None).await;
        person
    }

    /// The phone's app takes calls through this certificate too.
    pub(crate) async fn takes_calls(&self, person: &Person, certificate: CertificateId) -> Binding {
        let binding = NewBinding {
            taken_over_reason: rules::Reason::TOKEN_TAKEN_OVER,
            app: APP,
            device: person.device,
            certificate,
            kind: BindingKind::Voip,
            token: person.phone.register_call_token().unwrap().into(),
            owner: Some(person.user.clone()),
            push_id: PushId(Uuid::new_v4()),
            at: self.now(),
        };
        assert_eq!(self.commit(Op::Bind(binding)).await, Outcome::Done);
        self.store.call_binding(APP, person.device).await.unwrap().unwrap()
    }

    /// The app goes to the background with this badge, and the connection is lost.
    pub(crate) async fn leaves(&self, person: &Person, badge: Option<u32>) {
        self.commit(Op::MoveSession {
            app: APP,
            session: person.session,
            to: SessionState::Disconnected,
            badge,
            at: self.now(),
            cancel_reason: ReasonCode(0),
        })
        .await;
    }

    /// What one person writes to another.
    pub(crate) fn letter(&self, from: &Person, to: &Person, push: Option<PushSettings>) -> Message {
        self.message_to(ConversationId::peer(&from.user, &to.user), Some(from), push)
    }

    pub(crate) fn message_to(
        &self,
        conversation: ConversationId,
        from: Option<&Person>,
        push: Option<PushSettings>,
    ) -> Message {
        Message {
            sender: from.map(|from| from.user.clone()),
            sender_device: from.map(|from| from.device),
            addressee: Addressee::Conversation(conversation),
            kind: if from.is_some() { MessageKind::Message } else { MessageKind::System },
            push,
            ..self.message()
        }
    }

    /// A group of these people.
    pub(crate) async fn group(&self, name: &str, people: &[&Person]) -> ConversationId {
        let id = GroupId::new("dinner").unwrap();
        let group = Group {
            app: APP,
            id: id.clone(),
            name: name.to_owned(),
            owner: people[0].user.clone(),
            join: JoinMode::Open,
            muted: false,
            members: 0,
            created_at: self.now(),
        };
        let members = people.iter().map(|person| person.user.clone()).collect();
        assert_eq!(self.commit(Op::CreateGroup { group, members }).await, Outcome::Done);
        ConversationId::group(&id)
    }

    /// Stores a message with the decision to push it to these people.
    pub(crate) async fn send(&self, message: Message, to: &[(&Person, Shown)]) -> MessageId {
        let (id, addressee) = (message.id, message.addressee.clone());
        self.commit(Op::Accept(Box::new(message))).await;
        let audience = self.store.audience(APP, &addressee, None, 100).await.unwrap();
        let mut deliveries = Vec::new();
        for (person, shown) in to {
            let is_there = |row: &&store::AudienceRow| {
                row.device.as_ref().is_some_and(|device| device.id == person.device)
            };
            let row = audience.iter().find(is_there).unwrap();
            let BindingState::Bound(binding) = &row.binding else { panic!("{:?}", row.binding) };
            deliveries.push(NewDelivery {
                user: Some(person.user.clone()),
                device: Some(person.device),
                binding_generation: binding.generation,
                state: DeliveryState::Queued,
                text: shown.text,
                counts_badge: shown.counts_badge,
                ..self.row(binding.certificate, &binding.token, 3_600_000)
            });
        }
        let decide = Op::Decide { app: APP, message: id, deliveries, next: FanoutNext::Done };
        assert_eq!(self.commit(decide).await, Outcome::Done);
        id
    }
}

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}
