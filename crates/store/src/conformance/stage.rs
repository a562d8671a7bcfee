//! The stage that checks play on: an App, a certificate, and verbs that read like the contract.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use model::{
    Addressee, App, AppId, AppPolicy, Attempt, BindingKind, BindingState, Body, CertificateId,
    CertificateName, ConversationId, Delivery, DeliveryId, DeliveryState, DeviceId, DeviceReport,
    Environment, Form, LoginPolicy, Mentions, Message, MessageId, MessageKind, Purpose, PushId, ReasonCode,
    Secret, SessionId, SessionState, TextVariant, Timestamp, UserId, Vendor,
};
use uuid::Uuid;

use super::House;
use crate::{
    AudienceRow, CertificateDraft, Claimed, DeliveryFilter, DeliveryUpdate, FanoutNext, NewBinding,
    NewDelivery, NewSession, Op, Outcome, SessionEnd, Store,
};

/// The App that a stage starts with.
pub(crate) const APP: AppId = AppId(1);
/// An App that owns nothing of it.
pub(crate) const FOREIGN: AppId = AppId(2);
/// When it starts.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000);
/// The rule that pushes.
pub(crate) const PUSHED: ReasonCode = ReasonCode(1);
/// The reason of a logout.
pub(crate) const LOGGED_OUT: ReasonCode = ReasonCode(2);
/// The reason of a kick.
pub(crate) const KICKED: ReasonCode = ReasonCode(3);
/// The reason of a fetch.
pub(crate) const FETCHED: ReasonCode = ReasonCode(4);
/// What a vendor's verdict leaves.
pub(crate) const VERDICT: ReasonCode = ReasonCode(5);
/// Of deliveries whose token another device reported.
pub(crate) const TAKEN_OVER: ReasonCode = ReasonCode(8);

/// A store with two Apps and one certificate of the first.
pub struct Stage {
    house: Box<dyn House>,
    store: Arc<dyn Store>,
    /// An APNs certificate for production.
    pub(crate) certificate: CertificateId,
    now: Mutex<Timestamp>,
}

impl Stage {
    /// Opens the house and sets the stage.
    pub async fn open(house: impl House + 'static) -> Self {
        let store = house.open().await;
        let mut stage =
            Self { house: Box::new(house), store, certificate: CertificateId(0), now: Mutex::new(START) };
        for app in [APP, FOREIGN] {
            stage.commit(Op::PutApp(app_named(app, "an app"))).await;
        }
        stage.certificate = stage.certificate_for(Some(Environment::Production)).await;
        stage
    }

    /// Drops the store and opens it again.
    pub(crate) async fn reopen(self) -> Self {
        let Self { house, store, certificate, now } = self;
        drop(store);
        let store = house.open().await;
        Self { house, store, certificate, now }
    }

    /// The store.
    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// A time that moves by one millisecond at every look.
    pub(crate) fn now(&self) -> Timestamp {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus_ms(1);
        *now
    }

    pub(crate) async fn commit(&self, op: Op) -> Outcome {
        let mut outcomes = self.store.commit(vec![op]).await.expect("the op is committed");
        assert_eq!(outcomes.len(), 1, "one outcome per op");
        outcomes.remove(0)
    }

    pub(crate) fn draft(&self, environment: Option<Environment>) -> CertificateDraft {
        CertificateDraft {
            app: APP,
            id: None,
            vendor: Vendor::Apns,
            name: CertificateName::new("ios").expect("a short name"),
            disabled: false,
            form: Form {
                public: BTreeMap::from([("topic".to_owned(), "com.example.chat".to_owned())]),
                secret: BTreeMap::from([("p8".to_owned(), Secret::new("the signing key".to_owned()))]),
            },
            environment,
            expires_at: Some(START.plus_ms(1_000_000)),
            receipt_secret: Secret::new("the receipt secret".to_owned()),
            at: self.now(),
        }
    }

    pub(crate) async fn certificate_for(&self, environment: Option<Environment>) -> CertificateId {
        match self.commit(Op::PutCertificate(self.draft(environment))).await {
            Outcome::Certificate(id, 1) => id,
            other => panic!("a new certificate, not {other:?}"),
        }
    }

    pub(crate) fn new_session(&self, name: &str, device: DeviceId, policy: LoginPolicy) -> NewSession {
        NewSession {
            app: APP,
            user: user(name),
            device,
            push_id: PushId(Uuid::new_v4()),
            report: report(),
            state: SessionState::OnlineForeground,
            policy,
            kicked_reason: KICKED,
            at: self.now(),
        }
    }

    /// Logs in where any number of devices may.
    pub(crate) async fn login(&self, name: &str, device: DeviceId) -> SessionId {
        match self.commit(Op::OpenSession(self.new_session(name, device, LoginPolicy::Many))).await {
            Outcome::Session { id, .. } => id,
            other => panic!("a login, not {other:?}"),
        }
    }

    pub(crate) async fn move_to(&self, session: SessionId, to: SessionState) -> bool {
        let at = self.now();
        let op = Op::MoveSession { app: APP, session, to, badge: None, at, cancel_reason: FETCHED };
        self.commit(op).await == Outcome::Moved(true)
    }

    pub(crate) async fn logout(&self, session: SessionId) -> Outcome {
        self.commit(Op::EndSession(SessionEnd {
            app: APP,
            session,
            to: SessionState::LoggedOut,
            reason: LOGGED_OUT,
            at: self.now(),
        }))
        .await
    }

    pub(crate) fn new_binding(&self, device: DeviceId, owner: Option<&str>, token: &str) -> NewBinding {
        NewBinding {
            taken_over_reason: TAKEN_OVER,
            app: APP,
            device,
            certificate: self.certificate,
            kind: BindingKind::Alert,
            token: token.into(),
            owner: owner.map(user),
            push_id: PushId(Uuid::new_v4()),
            at: self.now(),
        }
    }

    pub(crate) async fn bind(&self, device: DeviceId, owner: Option<&str>, token: &str) {
        let bound = self.commit(Op::Bind(self.new_binding(device, owner, token))).await;
        assert_eq!(bound, Outcome::Done);
    }

    /// A device that is logged in, bound and lost: what a push is for.
    pub(crate) async fn sleeping_phone(&self, name: &str, token: &str) -> (DeviceId, SessionId) {
        let device = device();
        let session = self.login(name, device).await;
        self.bind(device, Some(name), token).await;
        assert!(self.move_to(session, SessionState::Disconnected).await);
        (device, session)
    }

    pub(crate) async fn register(&self, device: DeviceId) -> PushId {
        let push_id = PushId(Uuid::new_v4());
        let at = self.now();
        match self.commit(Op::RegisterDevice { app: APP, device, push_id, report: report(), at }).await {
            Outcome::Device(push_id) => push_id,
            other => panic!("a Push ID, not {other:?}"),
        }
    }

    pub(crate) async fn binding_of(&self, device: DeviceId) -> BindingState {
        let record = self.store.device(APP, device).await.expect("reads").expect("the device is there");
        assert_eq!(record.bindings.len(), 1, "one alert binding, or why none");
        record.bindings[0].clone()
    }

    pub(crate) fn message(&self, sender: &str, receiver: &str) -> Message {
        let conversation = ConversationId::peer(&user(sender), &user(receiver));
        Message {
            sender: Some(user(sender)),
            kind: MessageKind::Message,
            ..self.push(Addressee::Conversation(conversation))
        }
    }

    pub(crate) fn push(&self, addressee: Addressee) -> Message {
        let sent_at = self.now();
        Message {
            id: MessageId(Uuid::now_v7()),
            app: APP,
            addressee,
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: None,
            seq: model::Seq(0),
            body: Body::text("dinner?"),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: None,
            sent_at,
            expires_at: sent_at.plus_ms(60_000),
        }
    }

    /// Accepts a message from `al`.
    pub(crate) async fn accept(&self, receiver: &str) -> Message {
        let message = self.message("al", receiver);
        match self.commit(Op::Accept(Box::new(message.clone()))).await {
            Outcome::Accepted { seq } => Message { seq, ..message },
            other => panic!("an accepted message, not {other:?}"),
        }
    }

    pub(crate) async fn audience(&self, addressee: &Addressee) -> Vec<AudienceRow> {
        self.store.audience(APP, addressee, None, 100).await.expect("reads")
    }

    /// The decision to push to a device, with what the store knows of it now.
    pub(crate) async fn push_to(&self, message: &Message, device: DeviceId) -> NewDelivery {
        let rows = self.audience(&message.addressee).await;
        let is_there = |row: &&AudienceRow| row.device.as_ref().is_some_and(|there| there.id == device);
        let row = rows.iter().find(is_there).expect("the device is a target");
        let BindingState::Bound(binding) = &row.binding else { panic!("the device is bound") };
        let decided_at = self.now();
        NewDelivery {
            purpose: Purpose::Notify,
            user: row.user.clone(),
            device: Some(device),
            push_id: None,
            certificate: Some(binding.certificate),
            token: Arc::clone(&binding.token),
            binding_generation: binding.generation,
            state: DeliveryState::Queued,
            reason: PUSHED,
            rules_version: 1,
            facts: vec![7, 8, 9],
            text: TextVariant::Full,
            counts_badge: false,
            decided_at,
            due_at: decided_at,
            expires_at: message.expires_at,
        }
    }

    pub(crate) async fn decide(&self, message: &Message, deliveries: Vec<NewDelivery>) -> Outcome {
        self.commit(Op::Decide { app: APP, message: message.id, deliveries, next: FanoutNext::Done }).await
    }

    /// Accepts a message and queues its push to the device.
    pub(crate) async fn queue_push(&self, receiver: &str, device: DeviceId) -> Delivery {
        let message = self.accept(receiver).await;
        let decision = self.push_to(&message, device).await;
        assert_eq!(self.decide(&message, vec![decision]).await, Outcome::Done);
        self.only_delivery(message.id).await
    }

    pub(crate) async fn list(&self, filter: DeliveryFilter) -> Vec<Delivery> {
        self.store.deliveries(APP, &filter, 100).await.expect("reads")
    }

    pub(crate) async fn deliveries_of(&self, message: MessageId) -> Vec<Delivery> {
        self.list(DeliveryFilter { message: Some(message), ..DeliveryFilter::default() }).await
    }

    pub(crate) async fn only_delivery(&self, message: MessageId) -> Delivery {
        let mut found = self.deliveries_of(message).await;
        assert_eq!(found.len(), 1, "one delivery");
        found.remove(0)
    }

    pub(crate) async fn claim(&self, limit: u32) -> Vec<Claimed> {
        self.store.claim(self.certificate, self.now(), limit).await.expect("claims")
    }

    pub(crate) async fn claim_ids(&self, limit: u32) -> Vec<DeliveryId> {
        self.claim(limit).await.iter().map(|claimed| claimed.delivery.id).collect()
    }

    pub(crate) async fn begin(&self, id: DeliveryId) -> bool {
        self.store.begin(&[id]).await.expect("answers")[0]
    }

    pub(crate) fn attempt(&self, verdict: &str) -> Attempt {
        Attempt {
            at: self.now(),
            took_ms: 12,
            verdict: verdict.to_owned(),
            http_status: 200,
            code: "0".to_owned(),
            text: "ok".to_owned(),
        }
    }

    /// Stores a try that ends the delivery, or puts it back to be due at once.
    pub(crate) async fn update(&self, id: DeliveryId, state: DeliveryState) {
        let attempt = self.attempt(if state == DeliveryState::Queued { "retry" } else { "accepted" });
        let at = self.now();
        let op = Op::Update(DeliveryUpdate {
            id,
            state,
            reason: VERDICT,
            due_at: at,
            attempt: Some(attempt),
            vendor_message_id: Some("vendor-1".to_owned()),
            at,
        });
        assert_eq!(self.commit(op).await, Outcome::Done);
    }
}

/// A user id.
pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).expect("a short name")
}

/// A new device.
pub(crate) fn device() -> DeviceId {
    DeviceId(Uuid::new_v4())
}

/// An App.
pub(crate) fn app_named(id: AppId, name: &str) -> App {
    App {
        id,
        name: name.to_owned(),
        login_secret: Secret::new("the login secret".to_owned()),
        policy: AppPolicy::default(),
        created_at: START,
    }
}

/// What an iPhone tells of itself.
pub(crate) fn report() -> DeviceReport {
    DeviceReport {
        brand: "apple".to_owned(),
        language: "zh-CN".to_owned(),
        apns_environment: Some(Environment::Production),
        ..DeviceReport::default()
    }
}
