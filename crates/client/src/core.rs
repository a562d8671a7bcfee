//! The core itself: what follows from what.

use model::{BindingKind, CertificateId, Timestamp, Vendor};
use wire::{Ask, ClientEffect, ClientInput, ClientLink, ErrorFrame, LinkState, SendMessage, Welcome};

use crate::{
    AppEvent, Config, Effect, Input, Login, Reported, ShippedCertificate, Snapshot, channel::Channel,
};

/// The SDK core, without I/O: feed it what happens, do what it says, and tick it at [`Client::next_deadline`].
pub struct Client {
    config: Config,
    link: ClientLink,
    login_token: Option<String>,
    leaving: bool,
    foreground: bool,
    channel: Option<Channel>,
    reported: Option<Reported>,
    /// Collected during one step.
    effects: Vec<Effect>,
    dirty: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("device", &self.config.device)
            .field("state", &self.link.state())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// An installation that was never started.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let snapshot = Snapshot {
            device: config.device,
            login_token: None,
            leaving: false,
            link: wire::ClientMemory::default(),
            reported: None,
            certificates: config.certificates.clone(),
        };
        Self::restore(config, snapshot)
    }

    /// A new process of an installation that stored this. Device id and certificates are those stored.
    #[must_use]
    pub fn restore(mut config: Config, snapshot: Snapshot) -> Self {
        let (high, low) = snapshot.device.0.as_u64_pair();
        config.link.jitter_seed = high ^ low;
        config.device = snapshot.device;
        config.certificates = snapshot.certificates;
        Self {
            link: ClientLink::new(config.link, snapshot.link),
            config,
            login_token: snapshot.login_token,
            leaving: snapshot.leaving,
            foreground: false,
            channel: None,
            reported: snapshot.reported,
            effects: Vec::new(),
            dirty: false,
        }
    }

    /// What to store.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            device: self.config.device,
            login_token: self.login_token.clone(),
            leaving: self.leaving,
            link: self.link.memory(),
            reported: self.reported.clone(),
            certificates: self.config.certificates.clone(),
        }
    }

    /// Where the connection stands.
    #[must_use]
    pub const fn connection(&self) -> LinkState {
        self.link.state()
    }

    /// Whether there is a login that stands, connected or not.
    #[must_use]
    pub const fn is_logged_in(&self) -> bool {
        self.login_token.is_some() && !self.leaving
    }

    /// The vendor token that the server has.
    #[must_use]
    pub const fn reported(&self) -> Option<&Reported> {
        self.reported.as_ref()
    }

    /// When to tick next; `None`: not before something else happens.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.link.next_deadline()
    }

    /// Takes what happened and says what to do, in this order.
    pub fn step(&mut self, now: Timestamp, input: Input<'_>) -> Vec<Effect> {
        match input {
            Input::AppStarted { foreground } => self.start(now, foreground),
            Input::LogIn { token } => self.log_in(now, token),
            Input::LogOut => self.log_out(now),
            Input::Foreground => self.set_foreground(now, true),
            Input::Background => self.set_foreground(now, false),
            Input::Connected => self.drive(now, ClientInput::Connected),
            Input::Received(text) => self.drive(now, ClientInput::Text(text)),
            Input::Disconnected => self.drive(now, ClientInput::Closed),
            Input::NetworkBack => self.drive(now, ClientInput::Nudge),
            Input::VendorToken { vendor, outcome } => self.on_vendor_token(now, vendor, outcome),
            Input::UseCertificate { vendor, certificate } => self.use_certificate(vendor, certificate),
            Input::Report(report) => {
                self.link.set_report(&report);
                self.config.report = *report;
            }
            Input::SendMessage { client_message_id, to, body, push } => {
                let push = push.map(|settings| *settings);
                let message = Box::new(SendMessage { push, ..SendMessage::new(client_message_id, to, body) });
                self.drive(now, ClientInput::Send(message));
            }
            Input::Tapped { getter, ext, payload } => self.notify(AppEvent::Tapped {
                getter: getter.to_owned(),
                ext: ext.map(str::to_owned),
                payload: payload.map(str::to_owned),
            }),
            Input::Tick => self.drive(now, ClientInput::Tick),
        }
        if std::mem::take(&mut self.dirty) {
            self.effects.push(Effect::Persist);
        }
        std::mem::take(&mut self.effects)
    }

    fn start(&mut self, now: Timestamp, foreground: bool) {
        self.foreground = foreground;
        if let Some(token) = self.login_token.clone() {
            let was_leaving = self.leaving;
            self.resume(now, &token);
            if was_leaving {
                self.drive(now, ClientInput::LogOut);
            }
        }
    }

    fn log_in(&mut self, now: Timestamp, token: &str) {
        self.login_token = Some(token.to_owned());
        self.leaving = false;
        self.channel = None;
        self.dirty = true;
        self.resume(now, token);
    }

    fn resume(&mut self, now: Timestamp, token: &str) {
        let login = wire::Login {
            token: token.to_owned(),
            device: self.config.device,
            report: self.config.report.clone(),
            certificate_names: self.config.certificates.iter().filter_map(|own| own.name.clone()).collect(),
            foreground: self.foreground,
        };
        self.drive(now, ClientInput::LogIn(Box::new(login)));
    }

    fn log_out(&mut self, now: Timestamp) {
        if self.login_token.is_some() {
            self.leaving = true;
            self.dirty = true;
            self.drive(now, ClientInput::LogOut);
        }
    }

    fn set_foreground(&mut self, now: Timestamp, foreground: bool) {
        self.foreground = foreground;
        self.drive(now, ClientInput::Presence { foreground });
    }

    fn drive(&mut self, now: Timestamp, input: ClientInput<'_>) {
        for effect in self.link.step(now, input) {
            self.on_link(now, effect);
        }
    }

    fn on_link(&mut self, now: Timestamp, effect: ClientEffect) {
        match effect {
            ClientEffect::Connect => self.effects.push(Effect::Connect(self.config.server_url.clone())),
            ClientEffect::Transmit(text) => self.effects.push(Effect::Transmit(text)),
            ClientEffect::Close => self.effects.push(Effect::CloseSocket),
            ClientEffect::Persist => self.dirty = true,
            ClientEffect::Synced => {}
            ClientEffect::LoggedIn(welcome) => self.on_logged_in(now, *welcome),
            ClientEffect::Messages { messages, arrival } => {
                for message in messages {
                    self.notify(AppEvent::MessageReceived { message: Box::new(message), arrival });
                }
            }
            ClientEffect::Sent { client_message_id, message, .. } => {
                self.notify(AppEvent::SendResult { client_message_id, outcome: Ok(message) });
            }
            ClientEffect::SendFailed { client_message_id, error } => {
                self.notify(AppEvent::SendResult { client_message_id, outcome: Err(error) });
            }
            ClientEffect::Answered { ask, outcome } => self.on_answered(now, ask, outcome),
            ClientEffect::Error(error) => self.notify(AppEvent::Error(error)),
            ClientEffect::LoginRefused(error) => self.end_login(AppEvent::LoginRefused(error)),
            ClientEffect::Kicked(reason) => self.end_login(AppEvent::Kicked(reason)),
            ClientEffect::LoggedOut => self.end_login(AppEvent::LoggedOut),
        }
    }

    /// After this the device has nothing that would bring the login back.
    fn end_login(&mut self, event: AppEvent) {
        self.login_token = None;
        self.leaving = false;
        self.channel = None;
        self.reported = None;
        self.dirty = true;
        self.notify(event);
    }

    fn on_logged_in(&mut self, now: Timestamp, welcome: Welcome) {
        let chosen = Channel::choose(&welcome.certificates, &self.config.certificates);
        self.notify(AppEvent::LoggedIn(Box::new(Login {
            user: welcome.user,
            certificate: chosen.as_ref().map(|channel| channel.certificate),
            push_type: welcome.push_type,
            has_pushed: welcome.has_pushed,
            last_device_id: welcome.last_device_id,
        })));
        let Some(chosen) = chosen else {
            self.channel = None;
            return;
        };
        match &self.channel {
            Some(channel) if channel.is_same_road(&chosen) && channel.token.is_some() => {
                self.report_token(now)
            }
            _ => self.open_channel(chosen),
        }
    }

    fn open_channel(&mut self, channel: Channel) {
        let (vendor, certificate) = (channel.vendor, channel.certificate);
        self.channel = Some(channel);
        self.effects.push(Effect::RegisterWithVendor { vendor, certificate });
    }

    fn use_certificate(&mut self, vendor: Vendor, certificate: CertificateId) {
        self.config.certificates.retain(|own| own.vendor != vendor);
        self.config.certificates.push(ShippedCertificate { vendor, id: Some(certificate), name: None });
        self.dirty = true;
        if self.link.state() == LinkState::Live {
            self.open_channel(Channel::of(vendor, certificate));
        }
    }

    /// A token may come at any time: at our asking, or because the vendor renewed it.
    fn on_vendor_token(&mut self, now: Timestamp, vendor: Vendor, outcome: Result<String, String>) {
        let outcome = outcome.and_then(|token| {
            if token.is_empty() { Err("the vendor gave an empty token".to_owned()) } else { Ok(token) }
        });
        match outcome {
            Err(text) => {
                self.config.report.registration_error.clone_from(&text);
                self.link.set_report(&self.config.report);
                self.notify(AppEvent::RegistrationFailed { vendor, text });
            }
            Ok(token) => {
                let Some(channel) = self.channel.as_mut().filter(|channel| channel.vendor == vendor) else {
                    return;
                };
                if channel.token.as_ref() != Some(&token) {
                    channel.token = Some(token);
                    channel.is_reported = false;
                }
                self.config.report.registration_error.clear();
                self.link.set_report(&self.config.report);
                self.report_token(now);
            }
        }
    }

    /// Reports the token once in every process, and again when it changed: only so does a server that has lost it
    /// hear of it. Only after login (row D1).
    fn report_token(&mut self, now: Timestamp) {
        if self.link.state() != LinkState::Live || self.leaving {
            return;
        }
        let Some(channel) = self.channel.as_mut().filter(|channel| !channel.is_reported) else { return };
        let Some(token) = channel.token.clone() else { return };
        channel.is_reported = true;
        let ask = Ask::Bind { certificate: channel.certificate, kind: BindingKind::Alert, token };
        self.drive(now, ClientInput::Ask(ask));
    }

    fn on_answered(&mut self, now: Timestamp, ask: Ask, outcome: Result<(), ErrorFrame>) {
        match (ask, outcome) {
            (Ask::Bind { certificate, token, .. }, Ok(())) => {
                let reported = Reported { certificate, token };
                let before = self.reported.replace(reported.clone());
                self.dirty = true;
                self.notify(AppEvent::TokenReported(reported));
                if let Some(before) = before.filter(|before| before.certificate != certificate) {
                    let ask = Ask::Unbind { certificate: before.certificate, kind: BindingKind::Alert };
                    self.drive(now, ClientInput::Ask(ask));
                }
            }
            (Ask::Bind { .. }, Err(error)) => {
                // The next connection tries again.
                if let Some(channel) = &mut self.channel {
                    channel.is_reported = false;
                }
                self.notify(AppEvent::Error(error));
            }
            // The old certificate may be gone altogether: then there is nothing left to unbind.
            (Ask::Unbind { .. }, _) => {}
        }
    }

    fn notify(&mut self, event: AppEvent) {
        self.effects.push(Effect::Notify(event));
    }
}
