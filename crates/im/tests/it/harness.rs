//! One App, a Xiaomi certificate, and phones that are plain channels.

use std::sync::Arc;

use im::{Im, ImConfig, Opened, Outbound, issue_token};
use model::{
    App, AppId, AppPolicy, BindingKind, Body, CertificateId, CertificateName, Clock, Delivery, DeviceId,
    DeviceReport, Fault, Form, LoginPolicy, MessageId, Platform, Secret, Timestamp, UserId, Vendor,
};
use store::{CertificateDraft, Change, DeliveryFilter, EmbeddedStore, Op, Outcome, SealKey, Store};
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;
use wire::{Login, MessageFrame, SendMessage};

pub(crate) const APP: AppId = AppId(1);

/// A clock that moves with the machine's, so that deadlines pass, from a fixed start.
struct RunningClock(tokio::time::Instant);

impl Clock for RunningClock {
    fn now(&self) -> Timestamp {
        Timestamp(1_790_000_000_000).plus_ms(i64::try_from(self.0.elapsed().as_millis()).unwrap())
    }
}

pub(crate) struct World {
    pub(crate) im: Arc<Im>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) certificate: CertificateId,
    _folder: tempfile::TempDir,
}

pub(crate) struct Phone {
    pub(crate) opened: Opened,
    pub(crate) inbox: mpsc::Receiver<Outbound>,
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

impl World {
    pub(crate) async fn new(policy: AppPolicy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = EmbeddedStore::open(folder.path(), SealKey::from_bytes([7; 32])).unwrap();
        let at = Timestamp(1_790_000_000_000);
        let app = App {
            id: APP,
            name: "Sample".into(),
            login_secret: Secret::new("login secret of the sample App".into()),
            policy,
            created_at: at,
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
            at,
        };
        let outcomes = store.commit(vec![Op::PutApp(app), Op::PutCertificate(draft)]).await.unwrap();
        let Outcome::Certificate(certificate, _) = outcomes[1] else { panic!("{outcomes:?}") };
        let config = ImConfig { ack_within_ms: 40, ..ImConfig::default() };
        let clock = Arc::new(RunningClock(tokio::time::Instant::now()));
        let im = Im::start(Arc::clone(&store), clock, config).await.unwrap();
        Self { im, store, certificate, _folder: folder }
    }

    pub(crate) async fn default() -> Self {
        Self::new(AppPolicy { login: LoginPolicy::Many, ..AppPolicy::default() }).await
    }

    pub(crate) async fn token(&self, name: &str) -> String {
        let view = self.im.catalogue().view(APP).await.unwrap().unwrap();
        issue_token(&view.app, &user(name), self.im.now(), 3600).unwrap()
    }

    pub(crate) async fn try_login(&self, name: &str, device: u128, names: &[&str]) -> Result<Phone, Fault> {
        let login = Login {
            token: self.token(name).await,
            device: DeviceId(Uuid::from_u128(device)),
            report: DeviceReport {
                brand: "xiaomi".into(),
                platform: Platform::Android,
                ..DeviceReport::default()
            },
            certificate_names: names.iter().map(|name| (*name).to_owned()).collect(),
            foreground: true,
        };
        let (outbox, inbox) = mpsc::channel(64);
        self.im.login(login, outbox).await.map(|opened| Phone { opened, inbox })
    }

    /// Logs in and binds a token.
    pub(crate) async fn phone(&self, name: &str, device: u128) -> Phone {
        let phone = self.try_login(name, device, &[]).await.unwrap();
        let token = format!("token-{device}");
        self.im.bind(&phone.opened.live, self.certificate, BindingKind::Alert, &token).await.unwrap();
        phone
    }

    pub(crate) async fn send(&self, from: &str, to: &str, text: &str) -> MessageId {
        let id = Uuid::new_v4().to_string().parse().unwrap();
        let message = SendMessage::new(id, user(to), Body::text(text));
        self.im.send_for(APP, user(from), message).await.unwrap().message
    }

    pub(crate) fn news(&self) -> broadcast::Receiver<Change> {
        self.store.feed().subscribe()
    }

    pub(crate) async fn deliveries(&self, message: MessageId) -> Vec<Delivery> {
        let filter = DeliveryFilter { message: Some(message), ..DeliveryFilter::default() };
        self.store.deliveries(APP, &filter, 100).await.unwrap()
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
            news.recv().await.unwrap();
        }
    }
}

impl Phone {
    pub(crate) async fn next_message(&mut self) -> MessageFrame {
        match self.inbox.recv().await {
            Some(Outbound::Deliver(frames) | Outbound::Page(frames)) => frames[0].as_ref().clone(),
            other => panic!("{other:?}"),
        }
    }
}
