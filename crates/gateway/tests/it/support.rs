//! A store in a folder, simulators, a gateway between them, and a clock that can be moved.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use gateway::{Gateway, GatewayConfig, Pacing, WebhookConfig};
use model::{
    Addressee, App, AppId, AppPolicy, Body, CertificateId, CertificateName, Clock, Delivery, DeliveryState,
    Environment, Form, Mentions, Message, MessageId, MessageKind, Purpose, PushId, PushSettings, ReasonCode,
    Secret, Seq, TextVariant, Timestamp, Vendor,
};
use rules::Reason;
use simulator::{Config, FaultPlan, NewPhone, Phone, Running, Simulator, XiaomiApp};
use store::{
    CertificateDraft, Change, DeliveryFilter, EmbeddedStore, FanoutNext, FollowUp, NewDelivery, Op, Outcome,
    SealKey, Store,
};
use tempfile::TempDir;
use tokio::{
    net::TcpSocket,
    sync::broadcast::{Receiver, error::RecvError},
    time::timeout,
};
use uuid::Uuid;

pub(crate) const APP: AppId = AppId(1);
pub(crate) const XIAOMI_HOST: &str = "api.xmpush.xiaomi.com";
pub(crate) const APNS_HOST: &str = "api.sandbox.push.apple.com";
pub(crate) const SECRET: &str = "xiaomi-app-secret";
pub(crate) const PACKAGE: &str = "com.example.im";
/// Long enough for the slowest machine; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A clock that runs, and that can be moved forward.
pub(crate) struct TestClock {
    base: i64,
    started: Instant,
    moved_ms: AtomicI64,
}

impl TestClock {
    fn new() -> Self {
        Self { base: 1_790_000_000_000, started: Instant::now(), moved_ms: AtomicI64::new(0) }
    }

    pub(crate) fn advance_ms(&self, ms: i64) {
        self.moved_ms.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let run = i64::try_from(self.started.elapsed().as_millis()).unwrap();
        Timestamp(self.base + run + self.moved_ms.load(Ordering::SeqCst))
    }
}

/// The world of one test.
pub(crate) struct Stage {
    pub(crate) store: Arc<EmbeddedStore>,
    pub(crate) simulator: Running,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) config: GatewayConfig,
    folder: TempDir,
}

impl Stage {
    /// Any token is taken by the simulators and leads nowhere.
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(TestClock::new());
        let simulator = Simulator::start(Config {
            accept_unknown_tokens: true,
            log_entries: 20_000,
            ..Config::new(clock.clone())
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(folder.path(), SealKey::from_bytes([7; 32])).unwrap();
        let config = GatewayConfig {
            connect_to: simulator
                .hosts()
                .into_iter()
                .map(|(host, to)| (format!("{host}:443"), to.to_string()))
                .collect(),
            extra_roots: vec![simulator.ca().der().clone()],
            pacing: Pacing::Unlimited,
            webhooks: WebhookConfig {
                may_reach_inside: true,
                first_wait: Duration::from_millis(20),
                ..WebhookConfig::default()
            },
            ..GatewayConfig::default()
        };
        let stage = Self { store, simulator, clock, config, folder };
        let app = App {
            id: APP,
            name: "chat".to_owned(),
            login_secret: Secret::new("login".to_owned()),
            policy: AppPolicy::default(),
            created_at: stage.now(),
        };
        stage.commit(Op::PutApp(app)).await;
        stage
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn gateway(&self) -> Arc<Gateway> {
        Gateway::start(self.store.clone(), self.clock.clone(), self.config.clone())
    }

    /// Connections to this vendor host go to this address instead.
    pub(crate) fn redirect(&mut self, host: &str, to: SocketAddr) {
        self.config.connect_to.insert(format!("{host}:443"), to.to_string());
    }

    /// Where connections to this vendor host go.
    pub(crate) fn behind(&self, host: &str) -> SocketAddr {
        self.config.connect_to[&format!("{host}:443")].parse().unwrap()
    }

    /// The store commits nothing until this is dropped.
    pub(crate) fn lock_store(&self) -> rusqlite::Connection {
        let other = rusqlite::Connection::open(self.folder.path().join("posthouse.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        other
    }

    pub(crate) fn fault(&self, host: &str, plan: FaultPlan) {
        self.simulator.world().set_faults(host, plan).unwrap();
    }

    pub(crate) async fn commit(&self, op: Op) -> Outcome {
        self.store.commit(vec![op]).await.unwrap().remove(0)
    }

    pub(crate) async fn put_certificate(
        &self,
        id: Option<CertificateId>,
        vendor: Vendor,
        form: Form,
        disabled: bool,
    ) -> CertificateId {
        let channel = vendors_open(vendor, &form);
        let draft = CertificateDraft {
            app: APP,
            id,
            vendor,
            name: CertificateName::new(vendor.name()).unwrap(),
            disabled,
            form,
            environment: channel,
            expires_at: None,
            receipt_secret: Secret::new("receipt-secret".to_owned()),
            at: self.now(),
        };
        match self.commit(Op::PutCertificate(draft)).await {
            Outcome::Certificate(id, _) => id,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn xiaomi(&self) -> CertificateId {
        let app = XiaomiApp::new(PACKAGE, "2882303", Secret::new(SECRET.to_owned()));
        self.simulator.register_xiaomi_app(app);
        self.put_certificate(None, Vendor::Xiaomi, xiaomi_form(SECRET), false).await
    }

    pub(crate) async fn apns(&self) -> CertificateId {
        self.put_certificate(None, Vendor::Apns, self.p8_form(), false).await
    }

    pub(crate) fn p8_form(&self) -> Form {
        let key = self.simulator.sample_p8("TEAM012345", &[PACKAGE]).unwrap();
        form(
            &[
                ("environment", Environment::Development.as_str()),
                ("key_id", &key.key_id),
                ("team_id", &key.team_id),
                ("topic", PACKAGE),
            ],
            &[("p8", key.pem.expose())],
        )
    }

    pub(crate) fn p12_form(&self) -> Form {
        let ends = self.now().plus_ms(300 * 86_400_000);
        let p12 =
            self.simulator.sample_p12(PACKAGE, "TEAM012345", &[Environment::Development], ends, "password");
        let file = STANDARD.encode(p12.unwrap().bytes.expose());
        form(
            &[("environment", Environment::Development.as_str()), ("topic", PACKAGE)],
            &[("p12", &file), ("p12_password", "password")],
        )
    }

    /// Queues one message for these bare tokens.
    pub(crate) async fn queue(&self, certificate: CertificateId, tokens: &[String]) -> MessageId {
        self.queue_with(certificate, tokens, 3_600_000).await
    }

    pub(crate) async fn queue_with(
        &self,
        certificate: CertificateId,
        tokens: &[String],
        lifetime_ms: i64,
    ) -> MessageId {
        let row = self.row(certificate, "", lifetime_ms);
        let rows =
            tokens.iter().map(|token| NewDelivery { token: token.as_str().into(), ..row.clone() }).collect();
        self.queue_rows(certificate, rows).await
    }

    /// Queues one message that asks for this push.
    pub(crate) async fn queue_push(
        &self,
        certificate: CertificateId,
        tokens: &[String],
        push: PushSettings,
    ) -> MessageId {
        let row = self.row(certificate, "", 3_600_000);
        let rows =
            tokens.iter().map(|token| NewDelivery { token: token.as_str().into(), ..row.clone() }).collect();
        self.accept(certificate, rows, push).await
    }

    pub(crate) async fn queue_rows(&self, certificate: CertificateId, rows: Vec<NewDelivery>) -> MessageId {
        let push = PushSettings { ext: Some("ext content".to_owned()), ..PushSettings::default() };
        self.accept(certificate, rows, push).await
    }

    pub(crate) async fn accept(
        &self,
        certificate: CertificateId,
        rows: Vec<NewDelivery>,
        push: PushSettings,
    ) -> MessageId {
        let message = Message {
            addressee: Addressee::Token { certificate, token: "of each row".into() },
            push: Some(push),
            ..self.message()
        };
        let id = message.id;
        let decide = Op::Decide { app: APP, message: id, deliveries: rows, next: FanoutNext::Done };
        self.store.commit(vec![Op::Accept(Box::new(message)), decide]).await.unwrap();
        id
    }

    /// A push that says little, to nobody in particular.
    pub(crate) fn message(&self) -> Message {
        Message {
            id: MessageId(Uuid::now_v7()),
            app: APP,
            addressee: Addressee::PushId(PushId(Uuid::nil())),
            kind: MessageKind::Push,
            sender: None,
            sender_device: None,
            client_message_id: None,
            seq: Seq(0),
            body: Body::text("dinner?"),
            mentions: Mentions::default(),
            online_only: false,
            recalled_at: None,
            push: None,
            sent_at: self.now(),
            expires_at: self.now().plus_ms(3_600_000),
        }
    }

    pub(crate) fn row(&self, certificate: CertificateId, token: &str, lifetime_ms: i64) -> NewDelivery {
        NewDelivery {
            purpose: Purpose::Notify,
            user: None,
            device: None,
            push_id: None,
            certificate: Some(certificate),
            token: token.into(),
            binding_generation: 0,
            state: DeliveryState::Queued,
            reason: ReasonCode(63),
            rules_version: 1,
            facts: Vec::new(),
            text: TextVariant::Full,
            counts_badge: false,
            decided_at: self.now(),
            due_at: self.now(),
            expires_at: self.now().plus_ms(lifetime_ms),
        }
    }

    /// A certificate of an app that the vendor's simulator has just made.
    pub(crate) async fn enrolled(&self, vendor: Vendor) -> CertificateId {
        let credentials = self.simulator.enrol(vendor, PACKAGE, None).unwrap();
        self.put_certificate(None, vendor, vendors::fill_form(vendor, &credentials), false).await
    }

    /// A phone of the vendor's own make that shows notifications.
    pub(crate) fn phone(&self, vendor: Vendor, name: &str) -> Arc<Phone> {
        let brand = vendor.facts().brands[0].to_owned();
        let app = Some(PACKAGE.to_owned());
        let new = NewPhone { name: name.to_owned(), brand, app, environment: None };
        let phone = self.simulator.world().create_phone(new).unwrap();
        phone.set_notifications(true);
        phone
    }

    /// Follows up the one notification of a message, and waits for what becomes of that.
    pub(crate) async fn followed_up(
        &self,
        message: MessageId,
        purpose: Purpose,
        replacement: Option<PushSettings>,
    ) -> Delivery {
        self.follow_up(message, purpose, replacement).await;
        let all =
            self.wait_for(message, |all| all.len() == 2 && all.iter().all(|one| one.state.is_terminal()));
        all.await.into_iter().find(|one| one.purpose == purpose).unwrap()
    }

    /// Follows up the notifications of a message.
    pub(crate) async fn follow_up(
        &self,
        message: MessageId,
        purpose: Purpose,
        replacement: Option<PushSettings>,
    ) {
        let at = self.now();
        let follow_up = FollowUp {
            app: APP,
            message,
            user: None,
            except: None,
            purpose,
            replacement: replacement.map(Box::new),
            cancel_reason: Reason::RECALLED_BEFORE_SEND,
            reason: if purpose == Purpose::Withdraw { Reason::WITHDRAWING } else { Reason::REPLACING },
            expires_at: at.plus_ms(3_600_000),
            at,
        };
        self.commit(Op::FollowUp(follow_up)).await;
    }

    /// Waits until every delivery of the message has ended.
    pub(crate) async fn ended(&self, message: MessageId) -> Vec<Delivery> {
        self.wait_for(message, |deliveries| deliveries.iter().all(|delivery| delivery.state.is_terminal()))
            .await
    }

    /// Waits until this holds for the message's deliveries.
    pub(crate) async fn wait_for(
        &self,
        message: MessageId,
        holds: impl Fn(&[Delivery]) -> bool,
    ) -> Vec<Delivery> {
        let mut feed = self.store.feed().subscribe();
        let waiting = async {
            loop {
                let deliveries = self.deliveries(message).await;
                if !deliveries.is_empty() && holds(&deliveries) {
                    return deliveries;
                }
                next_changes(&mut feed).await;
            }
        };
        match timeout(PATIENCE, waiting).await {
            Ok(deliveries) => deliveries,
            Err(_) => panic!(
                "not so in time: {:#?}",
                self.deliveries(message).await.iter().take(3).collect::<Vec<_>>()
            ),
        }
    }

    pub(crate) async fn deliveries(&self, message: MessageId) -> Vec<Delivery> {
        let filter = DeliveryFilter { message: Some(message), ..DeliveryFilter::default() };
        self.store.deliveries(APP, &filter, 10_000).await.unwrap()
    }

    /// Pushes that a vendor was asked for and answered, as its log has them.
    pub(crate) fn requests(&self, vendor: Vendor) -> Vec<simulator::Entry> {
        let log = self.simulator.world().log_after(0, usize::MAX);
        log.into_iter().filter(|entry| entry.vendor == vendor && entry.path.starts_with("POST")).collect()
    }
}

/// Waits for one change, and takes those that came with it.
async fn next_changes(feed: &mut Receiver<Change>) {
    match feed.recv().await {
        Ok(_) | Err(RecvError::Lagged(_)) => while feed.try_recv().is_ok() {},
        Err(RecvError::Closed) => panic!("the store is gone"),
    }
}

fn vendors_open(vendor: Vendor, form: &Form) -> Option<Environment> {
    let environment = form.get("environment")?;
    vendor.facts().has_environments.then(|| environment.parse().unwrap())
}

pub(crate) fn xiaomi_form(secret: &str) -> Form {
    form(&[("package_name", PACKAGE)], &[("app_secret", secret)])
}

fn form(public: &[(&str, &str)], secret: &[(&str, &str)]) -> Form {
    let owned = |(field, value): &(&str, &str)| ((*field).to_owned(), (*value).to_owned());
    let sealed: BTreeMap<String, String> = secret.iter().map(owned).collect();
    Form {
        public: public.iter().map(owned).collect(),
        secret: sealed.into_iter().map(|(field, value)| (field, Secret::new(value))).collect(),
    }
}

pub(crate) fn regids(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("regid/{number:06}")).collect()
}

pub(crate) fn device_tokens(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:064x}")).collect()
}

pub(crate) fn all_in(deliveries: &[Delivery], state: DeliveryState) -> bool {
    deliveries.iter().all(|delivery| delivery.state == state)
}

/// An address of this machine that is taken for good, and where nobody listens.
pub(crate) fn nowhere() -> SocketAddr {
    static TAKEN: LazyLock<TcpSocket> = LazyLock::new(|| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        socket
    });
    TAKEN.local_addr().unwrap()
}
