//! One App, a Xiaomi certificate, and phones that are plain channels.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use im::{Im, ImConfig, Live, Opened, Outbound, Outbox, issue_token, outbox};
use model::{
    Addressee, App, AppId, AppPolicy, BindingKind, Body, CertificateId, CertificateName, Clock,
    ConversationId, Delivery, DeviceId, DeviceReport, EventKind, Fault, Form, Group, GroupId, JoinMode,
    LoginPolicy, MESSAGE_LIFETIME_MAX_MS, Mentions, Message, MessageId, MessageKind, Platform, PushSettings,
    Secret, Seq, Timestamp, UserId, UserSettings, Vendor, Webhook, WebhookId,
};
use store::{
    CertificateDraft, Change, DeliveryFilter, DeviceRecord, EmbeddedStore, Op, OutboxEntry, Outcome, SealKey,
    Store,
};
use tokio::sync::broadcast;
use uuid::Uuid;
use wire::{Login, MessageFrame, SendMessage};

pub(crate) const APP: AppId = AppId(1);
/// A Tuesday afternoon in Shanghai: 22:13 on 21 September 2026.
pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);

/// A clock that moves with the machine's, so that deadlines pass, from a fixed start, and can be put forward.
pub(crate) struct RunningClock {
    since: tokio::time::Instant,
    ahead_ms: AtomicI64,
}

impl RunningClock {
    pub(crate) fn put_forward(&self, ms: i64) {
        self.ahead_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        let elapsed_ms = i64::try_from(self.since.elapsed().as_millis()).unwrap();
        START.plus_ms(elapsed_ms + self.ahead_ms.load(Ordering::SeqCst))
    }
}

pub(crate) struct World {
    pub(crate) im: Arc<Im>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<RunningClock>,
    pub(crate) certificate: CertificateId,
    config: ImConfig,
    _folder: tempfile::TempDir,
}

pub(crate) struct Phone {
    pub(crate) opened: Opened,
    pub(crate) inbox: Outbox,
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn device(number: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(number))
}

pub(crate) fn peer(one: &str, other: &str) -> ConversationId {
    ConversationId::peer(&user(one), &user(other))
}

pub(crate) fn on(platform: Platform) -> DeviceReport {
    DeviceReport { brand: "xiaomi".into(), platform, language: "en".into(), ..DeviceReport::default() }
}

pub(crate) fn many() -> AppPolicy {
    AppPolicy { login: LoginPolicy::Many, ..AppPolicy::default() }
}

impl World {
    pub(crate) async fn new(policy: AppPolicy) -> Self {
        Self::with(policy, ImConfig { ack_within_ms: 40, ..ImConfig::default() }).await
    }

    pub(crate) async fn with(policy: AppPolicy, config: ImConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = EmbeddedStore::open(folder.path(), SealKey::from_bytes([7; 32])).unwrap();
        let app = App {
            id: APP,
            name: "Sample".into(),
            login_secret: Secret::new("login secret of the sample App".into()),
            policy,
            created_at: START,
        };
        let draft = CertificateDraft {
            app: APP,
            id: None,
            vendor: Vendor::Xiaomi,
            name: CertificateName::new("xiaomi-main").unwrap(),
            disabled: false,
            form: Form::default(),
            environment: None,
            expires_at: None,
            receipt_secret: Secret::new("receipt".into()),
            at: START,
        };
        let outcomes = store.commit(vec![Op::PutApp(app), Op::PutCertificate(draft)]).await.unwrap();
        let Outcome::Certificate(certificate, _) = outcomes[1] else { panic!("{outcomes:?}") };
        let clock =
            Arc::new(RunningClock { since: tokio::time::Instant::now(), ahead_ms: AtomicI64::new(0) });
        let im = Im::start(Arc::clone(&store), Arc::clone(&clock) as Arc<dyn Clock>, config).await.unwrap();
        Self { im, store, clock, certificate, config, _folder: folder }
    }

    pub(crate) async fn default() -> Self {
        Self::new(many()).await
    }

    /// The program stops and starts again over the same store.
    pub(crate) async fn restarted(self) -> Self {
        self.im.stop();
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let im = Im::start(Arc::clone(&self.store), clock, self.config).await.unwrap();
        Self { im, ..self }
    }

    pub(crate) async fn commit(&self, op: Op) -> Outcome {
        self.store.commit(vec![op]).await.unwrap().remove(0)
    }

    /// A further certificate.
    pub(crate) async fn certificate_of(&self, vendor: Vendor, name: &str) -> CertificateId {
        let draft = CertificateDraft {
            app: APP,
            id: None,
            vendor,
            name: CertificateName::new(name).unwrap(),
            disabled: false,
            form: Form::default(),
            environment: None,
            expires_at: None,
            receipt_secret: Secret::new("receipt".into()),
            at: START,
        };
        let Outcome::Certificate(id, _) = self.commit(Op::PutCertificate(draft)).await else {
            panic!("a certificate")
        };
        self.im.catalogue().forget(APP);
        id
    }

    pub(crate) async fn token(&self, name: &str) -> String {
        let view = self.im.catalogue().view(APP).await.unwrap().unwrap();
        issue_token(&view.app, &user(name), self.im.now(), 3600).unwrap()
    }

    pub(crate) async fn try_login(&self, name: &str, number: u128, names: &[&str]) -> Result<Phone, Fault> {
        self.try_login_on(name, number, names, on(Platform::Android)).await
    }

    async fn try_login_on(
        &self,
        name: &str,
        number: u128,
        names: &[&str],
        report: DeviceReport,
    ) -> Result<Phone, Fault> {
        let login = Login {
            token: self.token(name).await,
            device: device(number),
            report,
            certificate_names: names.iter().map(|name| (*name).to_owned()).collect(),
            foreground: true,
        };
        let (outbox, inbox) = outbox();
        self.im.login(login, outbox).await.map(|opened| Phone { opened, inbox })
    }

    /// A login with a token that was issued before.
    pub(crate) async fn login_with(&self, token: String, number: u128) -> Result<Phone, Fault> {
        let login = Login {
            token,
            device: device(number),
            report: on(Platform::Android),
            certificate_names: Vec::new(),
            foreground: true,
        };
        let (outbox, inbox) = outbox();
        self.im.login(login, outbox).await.map(|opened| Phone { opened, inbox })
    }

    /// Logs in and binds a token.
    pub(crate) async fn phone(&self, name: &str, number: u128) -> Phone {
        self.phone_with(name, number, on(Platform::Android)).await
    }

    pub(crate) async fn phone_with(&self, name: &str, number: u128, report: DeviceReport) -> Phone {
        let phone = self.try_login_on(name, number, &[], report).await.unwrap();
        self.bind(&phone, number).await;
        phone
    }

    /// A login without a vendor token.
    pub(crate) async fn browser(&self, name: &str, number: u128) -> Phone {
        self.try_login_on(name, number, &[], on(Platform::Web)).await.unwrap()
    }

    /// A login whose connection is gone.
    pub(crate) async fn sleeping_phone(&self, name: &str, number: u128) -> Phone {
        let phone = self.phone(name, number).await;
        self.lose(&phone).await;
        phone
    }

    /// The phone's connection is gone, and was gone for a moment before anything else happens.
    pub(crate) async fn lose(&self, phone: &Phone) {
        self.im.closed(&phone.opened.live).await;
        self.clock.put_forward(1);
    }

    pub(crate) async fn bind(&self, phone: &Phone, number: u128) {
        let token = format!("token-{number}");
        self.im.bind(&phone.opened.live, self.certificate, BindingKind::Alert, &token).await.unwrap();
    }

    pub(crate) async fn background(&self, phone: &Phone) {
        self.im.set_presence(&phone.opened.live, false, None).await.unwrap();
    }

    pub(crate) async fn send(&self, from: &str, to: &str, text: &str) -> MessageId {
        let id = Uuid::new_v4().to_string().parse().unwrap();
        let message = SendMessage::new(id, user(to), Body::text(text));
        self.im.send_for(APP, user(from), message).await.unwrap().message
    }

    pub(crate) async fn send_with(&self, from: &str, to: &str, push: PushSettings) -> MessageId {
        let id = Uuid::new_v4().to_string().parse().unwrap();
        let message = SendMessage { push: Some(push), ..SendMessage::new(id, user(to), Body::text("hello")) };
        self.im.send_for(APP, user(from), message).await.unwrap().message
    }

    /// A message as accept would store it.
    pub(crate) fn message(&self, from: &str, to: ConversationId) -> Message {
        let now = self.im.now();
        Message {
            id: MessageId(Uuid::now_v7()),
            app: APP,
            addressee: Addressee::Conversation(to),
            kind: MessageKind::Message,
            sender: Some(user(from)),
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text("hello"),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: None,
            sent_at: now,
            expires_at: now.plus_ms(MESSAGE_LIFETIME_MAX_MS),
        }
    }

    pub(crate) async fn accept(&self, message: Message) -> MessageId {
        let id = message.id;
        let outcome = self.commit(Op::Accept(Box::new(message))).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        id
    }

    pub(crate) async fn group(&self, id: &str, owner: &str, members: &[&str]) -> ConversationId {
        let members = members.iter().map(|name| user(name)).collect();
        self.group_of(id, owner, members).await
    }

    pub(crate) async fn group_of(&self, id: &str, owner: &str, members: Vec<UserId>) -> ConversationId {
        let group = Group {
            app: APP,
            id: GroupId::new(id).unwrap(),
            name: format!("group {id}"),
            owner: user(owner),
            join: JoinMode::Open,
            muted: false,
            members: 0,
            created_at: START,
        };
        let conversation = ConversationId::group(&group.id);
        assert_eq!(self.commit(Op::CreateGroup { group, members }).await, Outcome::Done);
        conversation
    }

    pub(crate) async fn settings(&self, name: &str, settings: UserSettings) {
        self.im.set_settings_of(APP, user(name), settings).await.unwrap();
    }

    pub(crate) async fn name(&self, name: &str, called: &str) {
        let op = Op::NameUser { app: APP, user: user(name), name: Some(called.into()), at: self.im.now() };
        self.commit(op).await;
    }

    pub(crate) async fn listen(&self, events: &[EventKind]) {
        self.commit(Op::PutWebhook(Webhook {
            id: WebhookId(0),
            app: APP,
            url: "https://backend.example/hook".into(),
            secret: Secret::new("hook".into()),
            events: events.to_vec(),
            disabled: false,
            created_at: START,
        }))
        .await;
        self.im.catalogue().forget(APP);
    }

    /// What the App's webhook has heard so far.
    pub(crate) async fn heard(&self) -> Vec<OutboxEntry> {
        self.store.due_events(self.im.now(), 100).await.unwrap()
    }

    pub(crate) async fn record(&self, number: u128) -> DeviceRecord {
        self.store.device(APP, device(number)).await.unwrap().unwrap()
    }

    pub(crate) fn news(&self) -> broadcast::Receiver<Change> {
        self.store.feed().subscribe()
    }

    pub(crate) async fn deliveries(&self, message: MessageId) -> Vec<Delivery> {
        let filter = DeliveryFilter { message: Some(message), ..DeliveryFilter::default() };
        self.store.deliveries(APP, &filter, 20_000).await.unwrap()
    }

    /// Waits until every target of a message is decided or acknowledged.
    pub(crate) async fn settled(
        &self,
        news: &mut broadcast::Receiver<Change>,
        message: MessageId,
    ) -> Vec<Delivery> {
        loop {
            if self.store.fanout(APP, message).await.unwrap().is_none() {
                return self.deliveries(message).await;
            }
            match news.recv().await {
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => panic!("the store is gone"),
            }
        }
    }

    /// What became of the message for one user's devices, once it is settled.
    pub(crate) async fn fate(&self, message: MessageId, name: &str) -> Vec<Delivery> {
        let mut news = self.news();
        let mut deliveries = self.settled(&mut news, message).await;
        deliveries.retain(|delivery| delivery.user == Some(user(name)));
        deliveries
    }

    /// A device acknowledges, and the store has it.
    pub(crate) async fn acked(&self, live: &Arc<Live>, cursors: Vec<(ConversationId, Seq)>) {
        self.im.ack(live, cursors);
        self.im.store_acks().await.unwrap();
    }

    /// The one delivery of a user who has one device.
    pub(crate) async fn only(&self, message: MessageId, name: &str) -> Delivery {
        let mut fate = self.fate(message, name).await;
        assert_eq!(fate.len(), 1, "{fate:?}");
        fate.remove(0)
    }
}

impl Phone {
    pub(crate) async fn next_message(&mut self) -> MessageFrame {
        match self.inbox.recv().await {
            Some(Outbound::Deliver(frames) | Outbound::Page(frames)) => frames[0].as_ref().clone(),
            Some(Outbound::Parcel(parcel)) => parcel.message().as_ref().clone(),
            other => panic!("{other:?}"),
        }
    }

    /// Everything that has come in so far.
    pub(crate) fn frames(&mut self) -> Vec<MessageFrame> {
        let mut all = Vec::new();
        while let Some(Outbound::Deliver(frames) | Outbound::Page(frames)) = self.inbox.try_recv() {
            all.extend(frames.iter().map(|frame| frame.as_ref().clone()));
        }
        all
    }

    pub(crate) async fn ack(&self, world: &World, frame: &MessageFrame) {
        let cursors = vec![(frame.conversation.clone(), frame.seq)];
        world.acked(&self.opened.live, cursors).await;
    }
}
