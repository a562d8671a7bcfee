//! The app's process: one task with a [`client::Client`] and its socket. It ends when it is killed.

mod asking;
mod hearing;
mod socket;

use std::{future::pending, sync::Arc};

use client::{Client, Effect, Input};
use futures_util::StreamExt;
use model::{CertificateId, Secret, Vendor};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::{self, Message};

pub(super) use socket::Socket;

use self::socket::Connecting;
use super::{Handset, Operation, state::TapRecord};
use crate::phone::{LocalNotification, Opens, SdkCall, Switches};

/// So many commands may wait for a process.
pub(super) const COMMANDS_MAX: usize = 64;

/// What the user does in the app.
pub(super) enum Command {
    Foreground,
    Background {
        unread: Option<u32>,
    },
    LogIn(Secret<String>),
    LogOut,
    UseCertificate {
        vendor: Vendor,
        certificate: CertificateId,
    },
    /// What the user asks of the app.
    Ask(Box<Operation>),
    /// A vendor's SDK calls.
    VendorCalled(Box<SdkCall>),
    Tapped(Box<TapRecord>),
}

/// What the system does to a process, whether it listens or not.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Orders {
    pub(super) frozen: bool,
    pub(super) killed: bool,
}

/// The ends by which a process hears.
pub(super) struct Ears {
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) orders: watch::Receiver<Orders>,
    pub(super) switches: watch::Receiver<Switches>,
}

/// A running process.
pub(super) struct Process {
    handset: Arc<Handset>,
    /// Which of the handset's processes this is: a later one has taken over what is visible and stored.
    generation: u64,
    core: Client,
    ears: Ears,
    switches: Switches,
    connecting: Option<Connecting>,
    socket: Option<Socket>,
    /// While it was frozen the network went and came back.
    network_returned: bool,
}

enum Event {
    Orders,
    Abandoned,
    Switches,
    Command(Command),
    Connected(Result<Socket, String>),
    Incoming(Option<Result<Message, tungstenite::Error>>),
    Due,
}

impl Process {
    pub(super) fn new(handset: Arc<Handset>, generation: u64, core: Client, mut ears: Ears) -> Self {
        let switches = *ears.switches.borrow_and_update();
        Self {
            handset,
            generation,
            core,
            ears,
            switches,
            connecting: None,
            socket: None,
            network_returned: false,
        }
    }

    /// Runs until it is killed.
    pub(super) async fn run(mut self, foreground: bool, login: Option<Secret<String>>) {
        self.feed(Input::AppStarted { foreground }).await;
        if let Some(token) = login {
            self.feed(Input::LogIn { token: token.expose() }).await;
        }
        loop {
            match self.next_event().await {
                Event::Orders => {
                    let orders = *self.ears.orders.borrow_and_update();
                    if orders.killed {
                        break;
                    }
                    if !orders.frozen && std::mem::take(&mut self.network_returned) {
                        self.on_network_back().await;
                    }
                }
                Event::Abandoned => break,
                Event::Switches => self.on_switches().await,
                Event::Command(command) => self.on_command(command).await,
                Event::Connected(Ok(socket)) => {
                    self.connecting = None;
                    self.socket = Some(socket);
                    self.feed(Input::Connected).await;
                }
                Event::Connected(Err(text)) => {
                    self.connecting = None;
                    self.note(format!("connect failed: {text}"));
                    self.feed(Input::Disconnected).await;
                }
                Event::Incoming(Some(Ok(Message::Text(text)))) => self.feed(Input::Received(&text)).await,
                Event::Incoming(Some(Ok(Message::Close(_)) | Err(_)) | None) => self.on_socket_lost().await,
                // The socket answers pings itself, and there are no binary frames.
                Event::Incoming(Some(Ok(_))) => {}
                Event::Due => self.feed(Input::Tick).await,
            }
        }
        if !self.ears.switches.borrow().network {
            self.park_socket();
        }
    }

    fn is_frozen(&self) -> bool {
        self.ears.orders.borrow().frozen
    }

    async fn next_event(&mut self) -> Event {
        let frozen = self.is_frozen();
        let due = self.core.next_deadline().map(|at| at.after(self.handset.now()));
        let Self { ears, connecting, socket, .. } = self;
        tokio::select! {
            biased;
            changed = ears.orders.changed() => if changed.is_ok() { Event::Orders } else { Event::Abandoned },
            changed = ears.switches.changed() => match changed {
                Ok(()) => Event::Switches,
                Err(_) => pending().await,
            },
            Some(command) = ears.commands.recv(), if !frozen => Event::Command(command),
            outcome = connected(connecting), if !frozen => Event::Connected(outcome),
            incoming = received(socket), if !frozen => Event::Incoming(incoming),
            () = elapsed(due), if !frozen => Event::Due,
        }
    }

    /// What the system's switches mean for the app. A frozen app hears of it when it is thawed.
    async fn on_switches(&mut self) {
        let before = std::mem::replace(&mut self.switches, *self.ears.switches.borrow_and_update());
        match (before.network, self.switches.network) {
            (true, false) => {
                self.connecting = None;
                self.park_socket();
            }
            (false, true) => {
                self.handset.drop_parked();
                if self.is_frozen() {
                    self.network_returned = true;
                } else {
                    self.on_network_back().await;
                }
            }
            _ => {}
        }
        if before.notifications != self.switches.notifications {
            let report = Box::new(self.handset.report());
            self.feed(Input::Report(report)).await;
        }
        if before.locked != self.switches.locked
            && let Some(foreground) = self.handset.follow_lock(self.switches.locked)
        {
            self.feed(if foreground { Input::Foreground } else { Input::Background { unread: None } }).await;
        }
    }

    /// Without a network nothing goes out, not even that the socket closes: the server must not notice.
    fn park_socket(&mut self) {
        if let Some(socket) = self.socket.take() {
            self.handset.park(socket);
        }
    }

    /// What was connected before stays dead; the app is told and connects anew.
    async fn on_network_back(&mut self) {
        self.socket = None;
        self.feed(Input::Disconnected).await;
        self.feed(Input::NetworkBack).await;
    }

    async fn on_socket_lost(&mut self) {
        self.socket = None;
        self.note("connection lost".to_owned());
        self.feed(Input::Disconnected).await;
    }

    async fn on_command(&mut self, command: Command) {
        match command {
            Command::Foreground => self.feed(Input::Foreground).await,
            Command::Background { unread } => self.feed(Input::Background { unread }).await,
            Command::LogIn(token) => self.feed(Input::LogIn { token: token.expose() }).await,
            Command::LogOut => self.feed(Input::LogOut).await,
            Command::UseCertificate { vendor, certificate } => {
                self.feed(Input::UseCertificate { vendor, certificate }).await;
            }
            Command::Ask(asked) => {
                if let Some(input) = asking::input_of(*asked) {
                    self.feed(input).await;
                }
            }
            Command::VendorCalled(call) => self.feed(asking::input_of_call(*call)).await,
            Command::Tapped(tap) => {
                let (ext, payload) = (tap.ext.as_deref(), tap.payload.as_deref());
                let members = &tap.members;
                self.feed(Input::Tapped { getter: &tap.getter, ext, payload, members }).await;
            }
        }
    }

    /// Hands one input to the core and carries out what follows, to the end.
    async fn feed(&mut self, input: Input<'_>) {
        let mut effects = self.core.step(self.handset.now(), input);
        while !effects.is_empty() {
            let mut following = Vec::new();
            for effect in effects {
                if let Some(outcome) = self.carry_out(effect).await {
                    following.extend(self.core.step(self.handset.now(), outcome));
                }
            }
            effects = following;
        }
        self.handset.note_vitals(self.generation, &self.core);
    }

    /// Carries out one effect; what it brought at once is the next input.
    async fn carry_out(&mut self, effect: Effect) -> Option<Input<'static>> {
        match effect {
            Effect::Connect(_) if !self.switches.network => return Some(Input::Disconnected),
            Effect::Connect(url) => {
                self.socket = None;
                self.connecting = Some(socket::connect(url));
            }
            Effect::Transmit(text) => {
                // Without a network there is no socket, and the text goes nowhere.
                let socket = self.socket.as_mut()?;
                if socket::write(socket, text).await.is_err() {
                    self.socket = None;
                    return Some(Input::Disconnected);
                }
            }
            Effect::CloseSocket => {
                self.connecting = None;
                self.socket = None;
            }
            Effect::RegisterWithVendor { vendor, certificate, kind, keys: _ } => {
                self.note(format!("register vendor={vendor} certificate={certificate}"));
                let outcome = self.handset.register(vendor, kind);
                if let Ok(token) = &outcome {
                    self.note(format!(
                        "onRegistered tokenName={certificate} token={}",
                        crate::log::shorten(token)
                    ));
                }
                return Some(Input::VendorToken { vendor, kind, outcome });
            }
            Effect::ShowNotification(local) => {
                let shown = self.handset.phone().notify_locally(LocalNotification {
                    title: local.title,
                    body: local.body,
                    replace_key: Some(local.key.to_string()),
                    handover: asking::handover_of_own(local.ext, local.payload),
                    opens: Opens::App,
                });
                self.note(format!("notification of the app's own, shown={shown}"));
            }
            Effect::WithdrawNotification { key } => {
                self.handset.phone().withdraw(&key.to_string());
            }
            Effect::SetBadge(badge) => self.handset.phone().set_badge(badge),
            Effect::Notify(event) => self.hear(event),
            Effect::Persist => self.handset.store(self.generation, self.core.snapshot()),
        }
        None
    }

    fn note(&self, line: String) {
        self.handset.note_line(line);
    }
}

async fn connected(connecting: &mut Option<Connecting>) -> Result<Socket, String> {
    match connecting {
        Some(outcome) => outcome.await,
        None => pending().await,
    }
}

async fn received(socket: &mut Option<Socket>) -> Option<Result<Message, tungstenite::Error>> {
    match socket {
        Some(socket) => socket.next().await,
        None => pending().await,
    }
}

async fn elapsed(due: Option<std::time::Duration>) {
    match due {
        Some(due) => tokio::time::sleep(due).await,
        None => pending().await,
    }
}
