//! A phone maker with one app, and a handset of it with that app.

use std::{sync::Arc, time::Duration};

use model::{UserId, Vendor};
use serde_json::{Value, json};
use simulator::{Handset, HandsetState, NewHandset, Operation};
use tokio::time::timeout;

use crate::{
    fcm,
    handset::server::{CERTIFICATE, FakeServer, Seen},
    huawei, oppo,
    support::{PACKAGE, World},
    vivo, xiaomi,
};

/// So long a test waits for something before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// Title of every notification here.
pub(super) const TITLE: &str = "阿明";

/// A vendor of matrix H, with a sender for its one app.
pub(super) enum Maker {
    Xiaomi(World),
    Vivo(vivo::Vivo),
    Huawei(huawei::Counter),
    Fcm(fcm::Sender),
    Oppo(oppo::Oppo),
}

impl Maker {
    /// All five, each in a world of its own.
    pub(super) async fn all() -> [Self; 5] {
        [
            Self::Xiaomi(World::start().await),
            Self::Vivo(vivo::Vivo::start().await),
            Self::Huawei(huawei::Counter::open().await),
            Self::Fcm(fcm::Sender::start().await),
            Self::Oppo(oppo::Oppo::start().await),
        ]
    }

    pub(super) const fn world(&self) -> &World {
        match self {
            Self::Xiaomi(world) => world,
            Self::Vivo(vivo) => &vivo.world,
            Self::Huawei(counter) => &counter.world,
            Self::Fcm(sender) => &sender.world,
            Self::Oppo(oppo) => &oppo.world,
        }
    }

    pub(super) const fn vendor(&self) -> Vendor {
        match self {
            Self::Xiaomi(_) => Vendor::Xiaomi,
            Self::Vivo(_) => Vendor::Vivo,
            Self::Huawei(_) => Vendor::Huawei,
            Self::Fcm(_) => Vendor::Fcm,
            Self::Oppo(_) => Vendor::Oppo,
        }
    }

    /// Sends a notification, which the vendor takes.
    pub(super) async fn notify(&self, token: &str) {
        let taken = match self {
            Self::Xiaomi(world) => xiaomi::send(world, &xiaomi::fields(token, &[])).await["code"] == 0,
            Self::Vivo(vivo) => vivo.send(token, json!({})).await["result"] == 0,
            Self::Huawei(counter) => counter.code(&huawei::chat(&[token])).await.0 == 200,
            Self::Fcm(sender) => sender.send(&fcm::chat(token, TITLE)).await.0 == 200,
            Self::Oppo(oppo) => oppo.unicast(&oppo::message(token, json!({}))).await["code"] == 0,
        };
        assert!(taken, "{}", self.vendor());
    }
}

/// A handset whose app runs on screen, is logged in and bound.
pub(super) struct Scene<'a> {
    world: &'a World,
    /// It answers as long as the scene stands.
    _server: FakeServer,
    pub(super) handset: Arc<Handset>,
    /// What the server was told.
    pub(super) token: String,
}

impl<'a> Scene<'a> {
    pub(super) async fn of(maker: &'a Maker) -> Self {
        let vendor = maker.vendor();
        Self::on(maker.world(), vendor, vendor.facts().brands[0]).await
    }

    async fn on(world: &'a World, vendor: Vendor, brand: &str) -> Self {
        let mut server = FakeServer::recommending(vendor).await;
        let new = NewHandset {
            name: format!("{brand}-of-bo"),
            brand: brand.to_owned(),
            model: brand.to_owned(),
            package: PACKAGE.to_owned(),
            user: Some(UserId::new("bo").unwrap()),
            server: server.url(),
            login_token: Some("jwt of bo".to_owned()),
            environment: None,
            certificates: Vec::new(),
            auto: false,
            google: false,
            device: None,
            language: "zh-CN".to_owned(),
        };
        let handset = world.running.handsets().make(new).unwrap();
        handset.operate(Operation::Start {}).await.unwrap();
        let token = loop {
            if let Seen::Bound { certificate: CERTIFICATE, token } = server.next().await {
                break token;
            }
        };
        Self { world, _server: server, handset, token }
    }

    pub(super) async fn operate(&self, operation: Operation) -> HandsetState {
        self.handset.operate(operation).await.unwrap();
        self.handset.state()
    }

    /// The lines of the app's log that begin so.
    pub(super) fn log(&self, beginning: &str) -> Vec<String> {
        let lines = self.handset.state().log.into_iter().map(|line| line.text);
        lines.filter(|line| line.starts_with(beginning)).collect()
    }

    /// How often the vendor's SDK has called the app by this callback.
    pub(super) fn calls(&self, callback: &str) -> usize {
        self.log(callback).len()
    }

    /// Waits until the handset shows something.
    pub(super) async fn until(&self, shows: impl Fn(&HandsetState) -> bool) -> HandsetState {
        let mut news = self.world.running.world().news().subscribe();
        let waiting = async {
            loop {
                let state = self.handset.state();
                if shows(&state) {
                    return state;
                }
                news.changed().await.unwrap();
            }
        };
        timeout(PATIENCE, waiting).await.expect("the handset never showed it")
    }
}

/// A data message of Huawei's, of this urgency.
pub(super) fn huawei_data(token: &str, urgency: &str) -> Value {
    let data = json!({"payload": "payload content"}).to_string();
    json!({"message": {"token": [token], "data": data, "android": {"urgency": urgency}}})
}

/// A data message of FCM's.
pub(super) fn fcm_data(token: &str) -> Value {
    json!({"token": token, "data": {"payload": "payload content"}, "android": {"priority": "HIGH"}})
}
