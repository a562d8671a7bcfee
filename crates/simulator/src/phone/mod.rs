//! The system side of a virtual phone: registration with its vendor, lock, network, notification switch, shade.
//!
//! A phone is the place where a vendor's push ends. The app on it is somebody else's: it tells the phone whether
//! it is in the foreground, asks for its vendor token, and is handed what a tap gives it.

mod arrival;
mod profile;
mod push;
mod shade;
mod shelf;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{Clock, Vendor};
use tokio::sync::watch;

pub use self::{
    profile::{
        AppSide, LocalNotification, NotShown, PhoneView, Profile, RegistrationError, SdkCall, SdkCallback,
        Switches, Tapped,
    },
    push::{Handover, Opens},
    shade::{Shown, Source},
};
pub(crate) use self::{
    profile::{Badge, Calls, Service},
    push::{Alert, Arrival, BadgeChange, Callback, Origin, Push, Report, ReportKind},
    shelf::Keep,
};
use self::{shade::Shade, shelf::Shelf};
use crate::{lock::lock, news::News, token::TokenBook};

/// A virtual phone's system side.
pub struct Phone {
    profile: Profile,
    service: Service,
    /// A push service beside the maker's: Google's, where the phone has it.
    second: OnceLock<(Vendor, Service)>,
    clock: Arc<dyn Clock>,
    news: News,
    switches: watch::Sender<Switches>,
    foreground: AtomicBool,
    state: Mutex<State>,
    app: Mutex<Option<Weak<dyn AppSide>>>,
}

/// How a new token is entered in its vendor's book.
type Enter = fn(&TokenBook, String, Arc<Phone>);

struct State {
    token: Option<String>,
    second_token: Option<String>,
    call_token: Option<String>,
    badge: u32,
    shade: Shade,
    shelf: Shelf,
    repeat_keys: VecDeque<String>,
    not_shown: VecDeque<NotShown>,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone").field("profile", &self.profile).finish_non_exhaustive()
    }
}

impl Phone {
    pub(crate) fn new(profile: Profile, service: Service, clock: Arc<dyn Clock>, news: News) -> Self {
        let state = State {
            token: None,
            second_token: None,
            call_token: None,
            badge: 0,
            shade: Shade::default(),
            shelf: Shelf::new(service.keep),
            repeat_keys: VecDeque::new(),
            not_shown: VecDeque::new(),
        };
        let notifications = !service.notifications_off_at_first;
        Self {
            profile,
            service,
            second: OnceLock::new(),
            clock,
            news,
            switches: watch::Sender::new(Switches {
                locked: false,
                network: true,
                notifications,
                on_lock_screen: true,
                in_status_bar: true,
                sound: true,
            }),
            foreground: AtomicBool::new(false),
            state: Mutex::new(state),
            app: Mutex::new(None),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.profile.name
    }

    /// What does not change about it.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its switches now.
    #[must_use]
    pub fn switches(&self) -> Switches {
        *self.switches.borrow()
    }

    /// Its switches now and at every change: an app follows network and lock by this.
    #[must_use]
    pub fn watch_switches(&self) -> watch::Receiver<Switches> {
        self.switches.subscribe()
    }

    /// Whether the app is in the foreground.
    #[must_use]
    pub fn is_foreground(&self) -> bool {
        self.foreground.load(Ordering::Relaxed)
    }

    /// The app says that it came to the foreground or left it.
    pub fn set_foreground(&self, foreground: bool) {
        self.foreground.store(foreground, Ordering::Relaxed);
        self.news.changed();
    }

    /// Connects the app on this phone; it is forgotten when it is dropped.
    pub fn attach(&self, app: Weak<dyn AppSide>) {
        *lock(&self.app) = Some(app);
        self.news.changed();
    }

    /// Everything visible, at one moment.
    #[must_use]
    pub fn view(&self) -> PhoneView {
        let app_status = self.app().map(|app| app.status());
        let state = lock(&self.state);
        PhoneView {
            profile: self.profile.clone(),
            switches: self.switches(),
            foreground: self.is_foreground(),
            token: state.token.as_deref().map(crate::log::shorten),
            token_alive: state.token.as_deref().is_some_and(|token| self.service.tokens.is_alive(token)),
            badge: match self.service.badge {
                Badge::Counted => u32::try_from(state.shade.items().len()).unwrap_or(u32::MAX),
                Badge::Set => state.badge,
            },
            waiting: state.shelf.len(),
            shade: state.shade.items().to_vec(),
            not_shown: state.not_shown.iter().cloned().collect(),
            app_status,
        }
    }

    /// The shade, newest first.
    #[must_use]
    pub fn shade(&self) -> Vec<Shown> {
        lock(&self.state).shade.items().to_vec()
    }

    // Registration.

    /// The vendor SDK's registration: the token the phone has, or a new one where it has none that is served.
    ///
    /// # Errors
    /// [`RegistrationError::NoNetwork`] where the vendor cannot be reached.
    pub fn register_token(self: &Arc<Self>) -> Result<String, RegistrationError> {
        self.registered(&self.service, |state| &mut state.token, TokenBook::add)
    }

    /// Gives the phone a push service beside its maker's, for good. A phone has at most one.
    pub(crate) fn add_service(&self, vendor: Vendor, service: Service) {
        let _ = self.second.set((vendor, service));
    }

    /// The registration with a vendor whose service the phone has: its maker's, or the second one.
    ///
    /// # Errors
    /// [`RegistrationError::NoService`] where it has none of this vendor, [`RegistrationError::NoNetwork`] where the
    /// vendor cannot be reached.
    pub fn register_with(self: &Arc<Self>, vendor: Vendor) -> Result<String, RegistrationError> {
        if vendor == self.profile.vendor {
            return self.register_token();
        }
        let second = self.second.get().filter(|(second, _)| *second == vendor);
        let Some((_, service)) = second else { return Err(RegistrationError::NoService) };
        self.registered(service, |state| &mut state.second_token, TokenBook::add)
    }

    /// The service that a token belongs to.
    fn service_of(&self, token: &str) -> (Vendor, &Service) {
        let is_second = lock(&self.state).second_token.as_deref() == Some(token);
        match self.second.get().filter(|_| is_second) {
            Some((vendor, service)) => (*vendor, service),
            None => (self.profile.vendor, &self.service),
        }
    }

    /// The registration for calls, which have a token of their own at some vendors (`PushKit`).
    ///
    /// # Errors
    /// [`RegistrationError::NoNetwork`] where the vendor cannot be reached.
    pub fn register_call_token(self: &Arc<Self>) -> Result<String, RegistrationError> {
        self.registered(&self.service, |state| &mut state.call_token, TokenBook::add_for_calls)
    }

    /// The token in a slot where its service serves it, else a new one.
    fn registered(
        self: &Arc<Self>,
        service: &Service,
        slot: fn(&mut State) -> &mut Option<String>,
        add: Enter,
    ) -> Result<String, RegistrationError> {
        if !self.switches().network {
            return Err(RegistrationError::NoNetwork);
        }
        let mut state = lock(&self.state);
        let slot = slot(&mut state);
        if let Some(token) = slot.as_ref().filter(|token| service.tokens.is_alive(token)) {
            return Ok(token.clone());
        }
        let token = self.give_token(service, slot, add);
        drop(state);
        self.news.changed();
        Ok(token)
    }

    fn give_token(self: &Arc<Self>, service: &Service, slot: &mut Option<String>, add: Enter) -> String {
        let token = (service.mint)();
        add(&service.tokens, token.clone(), Arc::clone(self));
        *slot = Some(token.clone());
        token
    }

    /// The vendor gives out a new token, which takes the old one's place.
    ///
    /// # Errors
    /// [`RegistrationError::NoNetwork`] where the vendor cannot be reached.
    pub fn renew_token(self: &Arc<Self>) -> Result<String, RegistrationError> {
        if !self.switches().network {
            return Err(RegistrationError::NoNetwork);
        }
        let mut state = lock(&self.state);
        let old = state.token.take();
        let token = self.give_token(&self.service, &mut state.token, TokenBook::add);
        drop(state);
        if let Some(old) = old {
            self.service.tokens.bury(&old, self.clock.now(), Some(token.clone()));
        }
        self.news.changed();
        Ok(token)
    }

    /// The vendor stops serving the phone's tokens; the phone learns of it at its next registration.
    pub fn invalidate_token(&self) {
        let tokens = {
            let state = lock(&self.state);
            [state.token.clone(), state.call_token.clone()]
        };
        for token in tokens.iter().flatten() {
            self.service.tokens.bury(token, self.clock.now(), None);
        }
        self.news.changed();
    }

    /// The vendor forgets this phone.
    pub(crate) fn forget_tokens(&self) {
        self.service.tokens.forget(self.name());
        if let Some((_, second)) = self.second.get() {
            second.tokens.forget(self.name());
        }
    }

    // Switches.

    /// Locks or unlocks the screen.
    pub fn set_locked(&self, locked: bool) {
        self.switches.send_modify(|switches| switches.locked = locked);
        if !locked {
            lock(&self.state).shade.leave_lock_screen();
        }
        self.news.changed();
    }

    /// Takes or gives back the network. What the vendor kept is delivered when it comes back.
    pub fn set_network(&self, on: bool) {
        self.switches.send_modify(|switches| switches.network = on);
        self.sweep();
        self.news.changed();
    }

    /// Switches the app's notifications on or off in the system's settings.
    pub fn set_notifications(&self, on: bool) {
        self.switches.send_modify(|switches| switches.notifications = on);
        self.news.changed();
    }

    /// Sets how much the app's notifications may show of themselves: on the lock screen, in the status bar, by a sound
    /// (row J5).
    pub fn set_display(&self, on_lock_screen: bool, in_status_bar: bool, sound: bool) {
        self.switches.send_modify(|switches| {
            (switches.on_lock_screen, switches.in_status_bar, switches.sound) =
                (on_lock_screen, in_status_bar, sound);
        });
        self.news.changed();
    }

    /// Sets the badge, as an app may where the launcher does not count by itself.
    pub fn set_badge(&self, badge: u32) {
        lock(&self.state).badge = badge;
        self.news.changed();
    }

    /// Empties the shade and the vendor's shelf.
    pub fn clear(&self) {
        let mut state = lock(&self.state);
        state.shade.clear();
        state.not_shown.clear();
        state.shelf.clear();
        drop(state);
        self.news.changed();
    }
}
