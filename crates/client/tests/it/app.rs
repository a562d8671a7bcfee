//! An app around the core, and the server's side of the talk as far as a test wants it.

use std::collections::BTreeMap;

use client::{AppEvent, Client, Config, Effect, Input, LocalNotification, Snapshot};
use model::{
    BindingKind, Body, CertificateId, ClientMessageId, ConversationId, DeviceId, DeviceReport, Mentions,
    MessageId, MessageKind, PushId, Seq, SessionId, Timestamp, UserId, Vendor,
};
use uuid::Uuid;
use wire::{
    ClientFrame, MessageFrame, Recommended, SendMessage, ServerFrame, Welcome, decode_client, encode,
};

pub(crate) const START: Timestamp = Timestamp(1_000_000);

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn recommended(certificate: u32, vendor: Vendor) -> Recommended {
    Recommended { certificate: CertificateId(certificate), name: format!("{vendor}-{certificate}"), vendor }
}

pub(crate) const PUSH_ID: PushId = PushId(Uuid::from_u128(70));

pub(crate) fn welcome(certificates: Vec<Recommended>) -> ServerFrame {
    ServerFrame::Welcome(Box::new(welcome_of(certificates)))
}

pub(crate) fn welcome_of(certificates: Vec<Recommended>) -> Welcome {
    Welcome {
        session: SessionId(1),
        user: user("bo"),
        server_time: START,
        heartbeat_ms: 30_000,
        ack_within_ms: 5_000,
        push_id: Some(PUSH_ID),
        push_on: true,
        push_type: certificates.first().map_or(0, |first| first.vendor.facts().push_type),
        certificates,
        has_pushed: false,
        last_device_id: None,
    }
}

pub(crate) fn peer() -> ConversationId {
    ConversationId::peer(&user("an"), &user("bo"))
}

/// A message from `an`.
pub(crate) fn message(seq: i64) -> MessageFrame {
    MessageFrame {
        id: MessageId(Uuid::from_u128(u128::from(seq.unsigned_abs()))),
        conversation: peer(),
        seq: Seq(seq),
        kind: MessageKind::Message,
        sender: Some(user("an")),
        body: Body::text("hi"),
        mentions: Mentions::default(),
        ext: Some("ext content".to_owned()),
        sent_at: START,
        reminder: None,
    }
}

pub(crate) fn text(id: &str, to: &str) -> Box<SendMessage> {
    Box::new(SendMessage::new(ClientMessageId::new(id).unwrap(), user(to), Body::text("hi")))
}

pub(crate) fn config() -> Config {
    Config {
        server_url: "ws://127.0.0.1:1/ws".to_owned(),
        device: DeviceId(Uuid::from_u128(7)),
        report: DeviceReport { brand: "xiaomi".to_owned(), ..DeviceReport::default() },
        certificates: Vec::new(),
        auto: false,
        link: wire::ClientConfig::default(),
    }
}

/// The app: collects what the core says.
pub(crate) struct App {
    pub(crate) core: Client,
    pub(crate) events: Vec<AppEvent>,
    pub(crate) frames: Vec<ClientFrame>,
    pub(crate) registrations: Vec<(Vendor, CertificateId)>,
    /// What was asked for beside ordinary notifications.
    pub(crate) voip_registrations: Vec<CertificateId>,
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) connects: usize,
    pub(crate) shown: Vec<LocalNotification>,
    pub(crate) withdrawn: Vec<MessageId>,
    pub(crate) icon: u32,
    pub(crate) now: Timestamp,
    pub(crate) stored: Option<String>,
}

impl App {
    pub(crate) fn new(config: Config) -> Self {
        Self::around(Client::new(config))
    }

    fn around(core: Client) -> Self {
        Self {
            core,
            events: vec![],
            frames: vec![],
            registrations: vec![],
            voip_registrations: vec![],
            keys: BTreeMap::new(),
            connects: 0,
            shown: vec![],
            withdrawn: vec![],
            icon: 0,
            now: START,
            stored: None,
        }
    }

    /// A killed app, started again from what it stored.
    pub(crate) fn restarted(&self, config: Config) -> Self {
        let snapshot: Snapshot = serde_json::from_str(self.stored.as_ref().unwrap()).unwrap();
        let mut app = Self { stored: self.stored.clone(), ..Self::around(Client::restore(config, snapshot)) };
        app.feed(Input::AppStarted { foreground: true });
        app
    }

    pub(crate) fn feed(&mut self, input: Input<'_>) {
        for effect in self.core.step(self.now, input) {
            match effect {
                Effect::Connect(_) => self.connects += 1,
                Effect::Transmit(text) => self.frames.push(decode_client(&text).unwrap()),
                Effect::CloseSocket => {}
                Effect::RegisterWithVendor { kind: BindingKind::Voip, certificate, .. } => {
                    self.voip_registrations.push(certificate);
                }
                Effect::RegisterWithVendor { vendor, certificate, keys, .. } => {
                    self.registrations.push((vendor, certificate));
                    self.keys.extend(keys);
                }
                Effect::ShowNotification(notification) => self.shown.push(*notification),
                Effect::WithdrawNotification { key } => {
                    self.shown.retain(|shown| shown.key != key);
                    self.withdrawn.push(key);
                }
                Effect::SetBadge(number) => self.icon = number,
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
        self.token_for(vendor, BindingKind::Alert, outcome);
    }

    pub(crate) fn token_for(&mut self, vendor: Vendor, kind: BindingKind, outcome: Result<&str, &str>) {
        let outcome = outcome.map(str::to_owned).map_err(str::to_owned);
        self.feed(Input::VendorToken { vendor, kind, outcome });
    }

    /// The connection is lost and made again.
    pub(crate) fn reconnect(&mut self, certificates: Vec<Recommended>) {
        self.feed(Input::Disconnected);
        self.feed(Input::NetworkBack);
        self.connect(certificates);
    }

    pub(crate) fn receive(&mut self, messages: Vec<MessageFrame>, sync: bool) {
        self.hear(&ServerFrame::Messages { messages, sync });
    }

    /// The last frame, with the number of its request.
    pub(crate) fn last_request(&self) -> (&ClientFrame, u32) {
        let frame = self.frames.last().unwrap();
        let request = serde_json::to_value(frame).unwrap()["request"].as_u64().unwrap();
        (frame, u32::try_from(request).unwrap())
    }

    /// The server does what was asked last.
    pub(crate) fn agree(&mut self) {
        let request = self.last_request().1;
        self.hear(&ServerFrame::Ok { request });
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
        self.hear(&ServerFrame::Bound { request, push_id: PUSH_ID });
    }
}
