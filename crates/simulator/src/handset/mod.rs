//! Handsets: a phone's system side together with the app on it.
//!
//! A [`Handset`] owns a [`Phone`] and, while the app runs, its process: a task with the SDK core and a socket.
//! Killing the app ends the task; what it had stored, and what people have seen of it, stays with the handset.

mod control;
mod operation;
mod process;
mod registry;
mod state;
mod witness;

use std::sync::{Arc, Mutex, Weak};

use client::{Client, Config, ShippedCertificate, Snapshot};
use model::{Clock, DeviceId, PushId, Secret, UserId};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

pub(crate) use self::control::routes;
pub use self::{
    control::{HandsetList, Problem},
    operation::{NewHandset, Operation, OperationError},
    registry::{Handsets, MakeError},
    state::{AppState, HandsetState, InboxEntry, LogLine, Opened, ShadeEntry, TapRecord, Unseen},
};
use self::{
    process::{COMMANDS_MAX, Command, Ears, Orders, Process, Socket},
    state::Diary,
};
use crate::{
    lock::lock,
    news::News,
    phone::{AppSide, Opens, Phone, SdkCall, Tapped},
};

/// A virtual phone with an app on it.
pub struct Handset {
    me: Weak<Self>,
    phone: Arc<Phone>,
    made_from: MadeFrom,
    clock: Arc<dyn Clock>,
    news: News,
    /// One operation at a time.
    turn: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
}

/// What does not change about a handset beside its phone.
struct MadeFrom {
    model: String,
    server: String,
    device: DeviceId,
    language: String,
    certificates: Vec<ShippedCertificate>,
    auto: bool,
}

struct Inner {
    running: Option<Running>,
    generation: u64,
    /// What the app has stored on the phone.
    storage: Option<Snapshot>,
    /// The login that the app's first start makes.
    first_login: Option<Secret<String>>,
    user: Option<UserId>,
    vitals: Vitals,
    diary: Diary,
    /// Sockets of a time when there was a network: the server must not notice that they are dead.
    parked: Vec<Socket>,
    /// The app was on screen when the screen was locked.
    returns_at_unlock: bool,
}

/// The handset's end of a running process.
struct Running {
    commands: mpsc::Sender<Command>,
    orders: watch::Sender<Orders>,
    task: JoinHandle<()>,
    app: AppState,
}

/// What is shown of the SDK core.
#[derive(Debug, Clone, Copy)]
struct Vitals {
    logged_in: bool,
    connection: wire::LinkState,
    certificate: Option<model::CertificateId>,
    push_on: bool,
    push_id: Option<PushId>,
}

impl std::fmt::Debug for Handset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handset").field("phone", &self.phone).finish_non_exhaustive()
    }
}

impl Handset {
    /// An app on a phone, not started.
    #[must_use]
    pub(crate) fn new(phone: Arc<Phone>, new: NewHandset, clock: Arc<dyn Clock>, news: News) -> Arc<Self> {
        let inner = Inner {
            running: None,
            generation: 0,
            storage: None,
            first_login: new.login_token.map(Secret::new),
            user: new.user,
            vitals: Vitals {
                logged_in: false,
                connection: wire::LinkState::Idle,
                certificate: None,
                push_on: true,
                push_id: None,
            },
            diary: Diary::default(),
            parked: Vec::new(),
            returns_at_unlock: false,
        };
        let made_from = MadeFrom {
            model: new.model,
            server: new.server,
            device: DeviceId(new.device.unwrap_or_else(uuid::Uuid::new_v4)),
            language: new.language,
            certificates: new.certificates,
            auto: new.auto,
        };
        let handset = Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            phone,
            made_from,
            clock,
            news,
            turn: tokio::sync::Mutex::default(),
            inner: Mutex::new(inner),
        });
        let app: Weak<dyn AppSide> = Arc::downgrade(&handset) as Weak<dyn AppSide>;
        handset.phone.attach(app);
        handset
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.phone.name()
    }

    /// The phone under it.
    #[must_use]
    pub const fn phone(&self) -> &Arc<Phone> {
        &self.phone
    }

    /// Everything visible, at one moment.
    #[must_use]
    pub fn state(&self) -> HandsetState {
        let system = self.phone.view();
        let inner = lock(&self.inner);
        HandsetState {
            name: system.profile.name,
            brand: system.profile.brand,
            model: self.made_from.model.clone(),
            vendor: system.profile.vendor,
            package: system.profile.app,
            user: inner.user.clone(),
            app: inner.app(),
            locked: system.switches.locked,
            network: system.switches.network,
            notifications: system.switches.notifications,
            on_lock_screen: system.switches.on_lock_screen,
            in_status_bar: system.switches.in_status_bar,
            sound: system.switches.sound,
            logged_in: inner.vitals.logged_in,
            connection: inner.vitals.connection,
            certificate: inner.vitals.certificate,
            push_on: inner.vitals.push_on,
            push_id: inner.vitals.push_id,
            token_short: system.token,
            token_alive: system.token_alive,
            badge: system.badge,
            shade: system.shade.iter().map(ShadeEntry::from).collect(),
            not_shown: system.not_shown.into_iter().map(Unseen::from).collect(),
            inbox: inner.diary.inbox.clone(),
            calls: inner.diary.calls.clone(),
            last_tap: inner.diary.last_tap.clone(),
            log: inner.diary.log.clone(),
        }
    }

    /// Does what a hand does. When it returns, the phone and the process have done it; what the app then does
    /// with its server shows later.
    ///
    /// # Errors
    /// [`OperationError`] says what stands in the way; nothing was changed.
    pub async fn operate(&self, operation: Operation) -> Result<(), OperationError> {
        let _turn = self.turn.lock().await;
        match operation {
            Operation::Start {} | Operation::Foreground {} => self.bring_to_foreground()?,
            Operation::Background { unread } => self.send_to_background(unread)?,
            Operation::Lock {} => self.set_locked(true)?,
            Operation::Unlock {} => self.set_locked(false)?,
            Operation::Freeze {} => self.freeze()?,
            Operation::Thaw {} => self.thaw()?,
            Operation::Kill {} => self.kill().await,
            Operation::Network { on } => self.set_network(on),
            Operation::Notifications { on } => self.phone.set_notifications(on),
            Operation::Display { on_lock_screen, in_status_bar, sound } => {
                let now = self.phone.switches();
                self.phone.set_display(
                    on_lock_screen.unwrap_or(now.on_lock_screen),
                    in_status_bar.unwrap_or(now.in_status_bar),
                    sound.unwrap_or(now.sound),
                );
            }
            Operation::LogIn { token } => self.command(Command::LogIn(Secret::new(token)))?,
            Operation::LogOut {} => self.command(Command::LogOut)?,
            Operation::Tap { index } => self.tap(index)?,
            Operation::UseCertificate { certificate } => {
                let vendor = self.phone.profile().vendor;
                self.command(Command::UseCertificate { vendor, certificate })?;
            }
            asked @ (Operation::PushSwitch { .. }
            | Operation::Unregister {}
            | Operation::Register {}
            | Operation::Send { .. }
            | Operation::Read { .. }
            | Operation::Recall { .. }
            | Operation::Group { .. }
            | Operation::Call { .. }
            | Operation::Settings { .. }
            | Operation::Mute { .. }
            | Operation::Conversations {}) => self.command(Command::Ask(Box::new(asked)))?,
            Operation::ClearShade {} => self.phone.clear(),
            Operation::InvalidateToken {} => self.phone.invalidate_token(),
        }
        self.news.changed();
        Ok(())
    }

    fn bring_to_foreground(&self) -> Result<(), OperationError> {
        if self.phone.switches().locked {
            return Err(OperationError::Locked);
        }
        self.open_app(None)
    }

    /// The app comes on screen, started or thawed where need be, and is handed what was tapped.
    fn open_app(&self, tapped: Option<Box<TapRecord>>) -> Result<(), OperationError> {
        let mut inner = lock(&self.inner);
        match &mut inner.running {
            None => self.spawn(&mut inner),
            Some(running) => {
                running.orders.send_modify(|orders| orders.frozen = false);
                if running.app != AppState::Foreground {
                    running.command(Command::Foreground)?;
                    running.app = AppState::Foreground;
                }
            }
        }
        if let (Some(running), Some(tapped)) = (&inner.running, tapped) {
            running.command(Command::Tapped(tapped))?;
        }
        inner.returns_at_unlock = false;
        drop(inner);
        self.phone.set_foreground(true);
        Ok(())
    }

    fn spawn(&self, inner: &mut Inner) {
        let Some(me) = self.me.upgrade() else { return };
        inner.generation += 1;
        let (commands, heard) = mpsc::channel(COMMANDS_MAX);
        let (orders, ordered) = watch::channel(Orders::default());
        let ears = Ears { commands: heard, orders: ordered, switches: self.phone.watch_switches() };
        let config = self.config();
        let core = match inner.storage.clone() {
            Some(snapshot) => Client::restore(config, snapshot),
            None => Client::new(config),
        };
        inner.vitals.connection = wire::LinkState::Idle;
        inner.diary.note_line(self.now(), "app start".to_owned());
        let process = Process::new(me, inner.generation, core, ears);
        let task = tokio::spawn(process.run(true, inner.first_login.take()));
        inner.running = Some(Running { commands, orders, task, app: AppState::Foreground });
    }

    fn send_to_background(&self, unread: Option<u32>) -> Result<(), OperationError> {
        let mut inner = lock(&self.inner);
        inner.returns_at_unlock = false;
        let running = inner.running.as_mut().ok_or(OperationError::NotRunning)?;
        if running.app == AppState::Foreground {
            running.command(Command::Background { unread })?;
            running.app = AppState::Background;
        }
        drop(inner);
        self.phone.set_foreground(false);
        Ok(())
    }

    /// The system stops the app where it stands. It has left the screen before it could say so to anyone.
    fn freeze(&self) -> Result<(), OperationError> {
        let mut inner = lock(&self.inner);
        inner.returns_at_unlock = false;
        let running = inner.running.as_mut().ok_or(OperationError::NotRunning)?;
        running.orders.send_modify(|orders| orders.frozen = true);
        running.app = AppState::Frozen;
        drop(inner);
        self.phone.set_foreground(false);
        Ok(())
    }

    fn thaw(&self) -> Result<(), OperationError> {
        let mut inner = lock(&self.inner);
        let running = inner.running.as_mut().ok_or(OperationError::NotRunning)?;
        if running.app == AppState::Frozen {
            running.orders.send_modify(|orders| orders.frozen = false);
            running.command(Command::Background { unread: None })?;
            running.app = AppState::Background;
        }
        Ok(())
    }

    /// Ends the process and waits until its socket is closed.
    async fn kill(&self) {
        let running = {
            let mut inner = lock(&self.inner);
            inner.returns_at_unlock = false;
            inner.vitals.connection = wire::LinkState::Idle;
            // The process must not write any more, not even what it is about to.
            inner.generation += 1;
            inner.running.take()
        };
        self.phone.set_foreground(false);
        if let Some(Running { orders, task, .. }) = running {
            orders.send_modify(|orders| orders.killed = true);
            if task.await.is_err() {
                tracing::error!(handset = self.name(), "the app's process panicked");
            }
        }
    }

    fn set_locked(&self, locked: bool) -> Result<(), OperationError> {
        self.phone.set_locked(locked);
        match self.follow_lock(locked) {
            Some(true) => self.command(Command::Foreground),
            Some(false) => self.command(Command::Background { unread: None }),
            None => Ok(()),
        }
    }

    fn set_network(&self, on: bool) {
        self.phone.set_network(on);
        if on {
            self.drop_parked();
        }
    }

    fn tap(&self, index: usize) -> Result<(), OperationError> {
        let tapped = self.phone.tap(index).ok_or(OperationError::NoNotification(index))?;
        if matches!(tapped.opens, Opens::Web(_)) {
            self.note_tap(&tapped);
        }
        Ok(())
    }

    fn command(&self, command: Command) -> Result<(), OperationError> {
        let inner = lock(&self.inner);
        let running = inner.running.as_ref().ok_or(OperationError::NotRunning)?;
        if running.app == AppState::Frozen {
            return Err(OperationError::Frozen);
        }
        running.command(command)
    }

    fn config(&self) -> Config {
        Config {
            server_url: self.made_from.server.clone(),
            device: self.made_from.device,
            report: self.report(),
            certificates: self.made_from.certificates.clone(),
            auto: self.made_from.auto,
            link: wire::ClientConfig::default(),
        }
    }
}

impl Running {
    fn command(&self, command: Command) -> Result<(), OperationError> {
        self.commands.try_send(command).map_err(|_| OperationError::Busy)
    }
}

impl Inner {
    fn app(&self) -> AppState {
        self.running.as_ref().map_or(AppState::Killed, |running| running.app)
    }
}

impl AppSide for Handset {
    fn status(&self) -> serde_json::Value {
        let inner = lock(&self.inner);
        serde_json::json!({
            "app": inner.app(),
            "user": inner.user,
            "logged_in": inner.vitals.logged_in,
            "connection": inner.vitals.connection,
        })
    }

    fn called_back(&self, call: &SdkCall) {
        let runs = matches!(lock(&self.inner).app(), AppState::Foreground | AppState::Background);
        if runs || call.starts_app {
            self.note_line(format!("{} from {}: {}", call.callback.name(), call.vendor, call.text));
        }
        if runs && let Err(error) = self.command(Command::VendorCalled(Box::new(call.clone()))) {
            self.note_line(format!("{} lost: {error}", call.callback.name()));
        }
    }

    fn opened(&self, tapped: &Tapped) {
        let record = self.note_tap(tapped);
        if let Err(error) = self.open_app(Some(Box::new(record))) {
            self.note_line(format!("tap lost: {error}"));
        }
    }
}
