//! An app around the core, and the server's side of the talk as far as a test wants it.

use client::{AppEvent, Client, Config, Effect, Input, Snapshot};
use model::{CertificateId, DeviceId, DeviceReport, SessionId, Timestamp, UserId, Vendor};
use uuid::Uuid;
use wire::{ClientFrame, Recommended, ServerFrame, Welcome, decode_client, encode};

pub(crate) const START: Timestamp = Timestamp(1_000_000);

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn recommended(certificate: u32, vendor: Vendor) -> Recommended {
    Recommended { certificate: CertificateId(certificate), name: format!("{vendor}-{certificate}"), vendor }
}

pub(crate) fn welcome(certificates: Vec<Recommended>) -> ServerFrame {
    ServerFrame::Welcome(Box::new(Welcome {
        session: SessionId(1),
        user: user("bo"),
        server_time: START,
        heartbeat_ms: 30_000,
        ack_within_ms: 5_000,
        certificates,
        push_type: 5,
        has_pushed: false,
        last_device_id: None,
    }))
}

pub(crate) fn config() -> Config {
    Config {
        server_url: "ws://127.0.0.1:1/ws".to_owned(),
        device: DeviceId(Uuid::from_u128(7)),
        report: DeviceReport { brand: "xiaomi".to_owned(), ..DeviceReport::default() },
        certificates: Vec::new(),
        link: wire::ClientConfig::default(),
    }
}

/// The app: collects what the core says.
pub(crate) struct App {
    pub(crate) core: Client,
    pub(crate) events: Vec<AppEvent>,
    pub(crate) frames: Vec<ClientFrame>,
    pub(crate) registrations: Vec<(Vendor, CertificateId)>,
    pub(crate) connects: usize,
    pub(crate) stored: Option<String>,
}

impl App {
    pub(crate) fn new(config: Config) -> Self {
        Self::around(Client::new(config))
    }

    fn around(core: Client) -> Self {
        Self { core, events: vec![], frames: vec![], registrations: vec![], connects: 0, stored: None }
    }

    /// A killed app, started again from what it stored.
    pub(crate) fn restarted(&self, config: Config) -> Self {
        let snapshot: Snapshot = serde_json::from_str(self.stored.as_ref().unwrap()).unwrap();
        let mut app = Self { stored: self.stored.clone(), ..Self::around(Client::restore(config, snapshot)) };
        app.feed(Input::AppStarted { foreground: true });
        app
    }

    pub(crate) fn feed(&mut self, input: Input<'_>) {
        for effect in self.core.step(START, input) {
            match effect {
                Effect::Connect(_) => self.connects += 1,
                Effect::Transmit(text) => self.frames.push(decode_client(&text).unwrap()),
                Effect::CloseSocket => {}
                Effect::RegisterWithVendor { vendor, certificate } => {
                    self.registrations.push((vendor, certificate))
                }
                Effect::Notify(event) => self.events.push(event),
                Effect::Persist => self.stored = Some(serde_json::to_string(&self.core.snapshot()).unwrap()),
            }
        }
    }

    pub(crate) fn hear(&mut self, frame: &ServerFrame) {
        self.feed(Input::Received(&encode(frame)));
    }

    /// Started, logged in, recommended these certificates, synced.
    pub(crate) fn logged_in(config: Config, certificates: Vec<Recommended>) -> Self {
        let mut app = Self::new(config);
        app.feed(Input::AppStarted { foreground: true });
        app.feed(Input::LogIn { token: "jwt" });
        app.connect(certificates);
        app
    }

    pub(crate) fn connect(&mut self, certificates: Vec<Recommended>) {
        self.feed(Input::Connected);
        self.hear(&welcome(certificates));
        self.hear(&ServerFrame::Synced {});
    }

    pub(crate) fn token(&mut self, vendor: Vendor, outcome: Result<&str, &str>) {
        let outcome = outcome.map(str::to_owned).map_err(str::to_owned);
        self.feed(Input::VendorToken { vendor, outcome });
    }

    /// The binds so far: request, certificate, token.
    pub(crate) fn binds(&self) -> Vec<(u32, CertificateId, &str)> {
        self.frames
            .iter()
            .filter_map(|frame| match frame {
                ClientFrame::Bind { request, certificate, token, .. } => {
                    Some((*request, *certificate, token.as_str()))
                }
                _ => None,
            })
            .collect()
    }

    /// The server takes the last bind.
    pub(crate) fn confirm_bind(&mut self) {
        let request = self.binds().last().unwrap().0;
        self.hear(&ServerFrame::Ok { request });
    }
}
