//! The core itself: its state, and which part of it an input is for.

use std::collections::BTreeMap;

use model::{BindingKind, CertificateId, PushId, Timestamp, UserId, Vendor};
use wire::{Ask, ClientEffect, ClientInput, ClientLink, LinkState, Recommended};

use crate::{
    AppEvent, Badge, Config, Effect, Input, Reported, Sent, Snapshot, channel::Channel, notices::Notices,
    ringing::Ringing, tap,
};

/// The SDK core, without I/O: feed it what happens, do what it says, and tick it at [`Client::next_deadline`].
pub struct Client {
    pub(crate) config: Config,
    pub(crate) link: ClientLink,
    pub(crate) login_token: Option<String>,
    pub(crate) leaving: bool,
    pub(crate) foreground: bool,
    pub(crate) user: Option<UserId>,
    /// What the server's clock is ahead of this phone's, in milliseconds.
    pub(crate) server_ahead_ms: i64,
    /// As the last login brought them.
    pub(crate) recommended: Vec<Recommended>,
    pub(crate) chosen: BTreeMap<Vendor, CertificateId>,
    pub(crate) channel: Channel,
    /// What the server has confirmed.
    pub(crate) reported: BTreeMap<BindingKind, Reported>,
    pub(crate) unregistered: bool,
    pub(crate) push_id: Option<PushId>,
    pub(crate) badge: Badge,
    pub(crate) notices: Notices,
    pub(crate) ringing: Ringing,
    /// Collected during one step.
    pub(crate) effects: Vec<Effect>,
    pub(crate) dirty: bool,
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
        let snapshot = Snapshot::new(config.device);
        Self::restore(config, snapshot)
    }

    /// A new process of an installation that stored this. The device id is the stored one.
    #[must_use]
    pub fn restore(mut config: Config, snapshot: Snapshot) -> Self {
        let (high, low) = snapshot.device.0.as_u64_pair();
        config.link.jitter_seed = high ^ low;
        config.device = snapshot.device;
        let reported = [(BindingKind::Alert, snapshot.reported), (BindingKind::Voip, snapshot.reported_voip)];
        Self {
            link: ClientLink::new(config.link, snapshot.link),
            config,
            login_token: snapshot.login_token,
            leaving: snapshot.leaving,
            foreground: false,
            user: snapshot.user,
            server_ahead_ms: 0,
            recommended: Vec::new(),
            chosen: snapshot.chosen,
            channel: Channel::default(),
            reported: reported.into_iter().filter_map(|(kind, token)| Some((kind, token?))).collect(),
            unregistered: snapshot.unregistered,
            push_id: None,
            badge: snapshot.badge,
            notices: Notices::default(),
            ringing: Ringing::of(snapshot.ringing),
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
            user: self.user.clone(),
            link: self.link.memory(),
            reported: self.reported.get(&BindingKind::Alert).cloned(),
            reported_voip: self.reported.get(&BindingKind::Voip).cloned(),
            chosen: self.chosen.clone(),
            unregistered: self.unregistered,
            badge: self.badge.clone(),
            ringing: self.ringing.held().to_vec(),
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
    pub fn reported(&self) -> Option<&Reported> {
        self.reported.get(&BindingKind::Alert)
    }

    /// The id under which a backend can push to this device; `None` before the first login of this process, and after
    /// it was unregistered.
    #[must_use]
    pub const fn push_id(&self) -> Option<PushId> {
        self.push_id
    }

    /// The number that the app's icon should show.
    #[must_use]
    pub const fn badge(&self) -> u32 {
        self.badge.shown()
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
            Input::Foreground => self.come_to_foreground(now),
            Input::Background { unread } => self.go_to_background(now, unread),
            Input::Connected => self.drive(now, ClientInput::Connected),
            Input::Received(text) => self.drive(now, ClientInput::Text(text)),
            Input::Disconnected => self.drive(now, ClientInput::Closed),
            Input::NetworkBack => self.drive(now, ClientInput::Nudge),
            Input::VendorToken { vendor, kind, outcome } => self.on_vendor_token(now, vendor, kind, outcome),
            Input::VendorCalled { vendor, callback, pushed } => {
                self.on_vendor_called(vendor, callback, pushed);
            }
            Input::Tapped { getter, ext, payload, members } => {
                self.notify(tap::read(getter, ext, payload, members));
            }
            Input::UseCertificate { vendor, certificate } => self.use_certificate(now, vendor, certificate),
            Input::Report(report) => self.change_report(now, *report),
            Input::PushSwitch { on } => self.ask(now, Ask::PushSwitch { on }),
            Input::Unregister => self.unregister(now),
            Input::Register => self.register(now),
            Input::SendMessage(message) => self.drive(now, ClientInput::Send(message)),
            Input::Read { conversation, seq } => self.read(now, conversation, seq),
            Input::Recall { message, push } => self.ask(now, Ask::Recall { message, push }),
            Input::Group { group, action } => self.ask(now, Ask::Group { group, action }),
            Input::Call { call, action } => self.ask(now, Ask::Call { call, action }),
            Input::Settings(settings) => self.ask(now, Ask::Settings { settings }),
            Input::Mute { conversation, mute } => self.ask(now, Ask::Mute { conversation, mute }),
            Input::History { conversation, before, limit } => {
                self.ask(now, Ask::History { conversation, before, limit });
            }
            Input::Conversations => self.ask(now, Ask::Conversations {}),
            Input::Tick => self.drive(now, ClientInput::Tick),
        }
        if std::mem::take(&mut self.dirty) {
            self.effects.push(Effect::Persist);
        }
        std::mem::take(&mut self.effects)
    }

    pub(crate) fn ask(&mut self, now: Timestamp, ask: Ask) {
        self.drive(now, ClientInput::Ask(ask));
    }

    pub(crate) fn drive(&mut self, now: Timestamp, input: ClientInput<'_>) {
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
            ClientEffect::Synced => self.on_synced(now),
            ClientEffect::LoggedIn(welcome) => self.on_logged_in(now, *welcome),
            ClientEffect::Messages { messages, arrival } => self.on_messages(now, messages, arrival),
            ClientEffect::Read { user, conversation, seq } => self.on_read_mark(user, conversation, seq),
            ClientEffect::Sent { client_message_id, message, conversation, seq, sent_at } => {
                let outcome = Ok(Sent { message, conversation, seq, sent_at });
                self.notify(AppEvent::SendResult { client_message_id, outcome });
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

    pub(crate) fn notify(&mut self, event: AppEvent) {
        self.effects.push(Effect::Notify(event));
    }
}
