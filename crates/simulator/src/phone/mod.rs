//! The system side of a virtual phone: registration with its vendor, lock, network, notification switch, shade.
//!
//! A phone is the place where a vendor's push ends. The app on it is somebody else's: it tells the phone whether
//! it is in the foreground, asks for its vendor token, and is handed what a tap gives it.

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
use self::{
    shade::{Pushed, Shade},
    shelf::{Shelf, Waiting},
};
use crate::{lock::lock, news::News};

/// How many repeat keys a phone remembers.
const REPEAT_KEYS_MAX: usize = 500;
/// How many pushes that were not shown a phone remembers.
const NOT_SHOWN_MAX: usize = 50;

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
        if !self.switches().network {
            return Err(RegistrationError::NoNetwork);
        }
        let mut state = lock(&self.state);
        if let Some(token) = &state.token
            && self.service.tokens.is_alive(token)
        {
            return Ok(token.clone());
        }
        let token = self.give_token(&mut state);
        drop(state);
        self.news.changed();
        Ok(token)
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
        if !self.switches().network {
            return Err(RegistrationError::NoNetwork);
        }
        let mut state = lock(&self.state);
        if let Some(token) = state.second_token.as_ref().filter(|token| service.tokens.is_alive(token)) {
            return Ok(token.clone());
        }
        let token = (service.mint)();
        service.tokens.add(token.clone(), Arc::clone(self));
        state.second_token = Some(token.clone());
        Ok(token)
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
        if !self.switches().network {
            return Err(RegistrationError::NoNetwork);
        }
        let mut state = lock(&self.state);
        if let Some(token) = &state.call_token
            && self.service.tokens.is_alive(token)
        {
            return Ok(token.clone());
        }
        let token = (self.service.mint)();
        self.service.tokens.add_for_calls(token.clone(), Arc::clone(self));
        state.call_token = Some(token.clone());
        Ok(token)
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
        let token = self.give_token(&mut state);
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

    fn give_token(self: &Arc<Self>, state: &mut State) -> String {
        let token = (self.service.mint)();
        self.service.tokens.add(token.clone(), Arc::clone(self));
        state.token = Some(token.clone());
        token
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

    // Pushes.

    /// A vendor hands over a push that was sent to one of this phone's tokens.
    pub(crate) fn deliver(&self, push: Push, token: &str) -> Arrival {
        let now = self.clock.now();
        let arrival = if push.expires_at > now && self.switches().network && push.not_before <= now {
            self.arrive(push, token.to_owned())
        } else if push.kept && push.expires_at > now {
            lock(&self.state).shelf.put(Waiting { push, token: token.to_owned() });
            Arrival::Kept
        } else {
            self.report(&push.origin, token, ReportKind::Expired);
            Arrival::Discarded
        };
        self.news.changed();
        arrival
    }

    /// Delivers what has come due on the shelf, and reports what has expired there.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        let (expired, due) = {
            let mut state = lock(&self.state);
            if state.shelf.len() == 0 {
                return;
            }
            let expired = state.shelf.take_expired(now);
            let due = if self.switches().network { state.shelf.take_due(now) } else { Vec::new() };
            (expired, due)
        };
        if expired.is_empty() && due.is_empty() {
            return;
        }
        for gone in expired {
            self.report(&gone.push.origin, &gone.token, ReportKind::Expired);
        }
        for waiting in due {
            self.arrive(waiting.push, waiting.token);
        }
        self.news.changed();
    }

    fn arrive(&self, push: Push, token: String) -> Arrival {
        let switches = self.switches();
        if let Some(reason) = push.hidden {
            self.report(&push.origin, &token, ReportKind::Withheld(reason));
            self.note_not_shown(&push, reason);
            return Arrival::Hidden;
        }
        if push.alert.is_some() && !switches.notifications {
            self.report(&push.origin, &token, ReportKind::NotificationsOff);
            self.note_not_shown(&push, "notifications of this app are switched off");
            return Arrival::NotificationsOff;
        }
        self.report(&push.origin, &token, ReportKind::Arrived);
        if !self.is_first_of_its_key(&push) {
            self.note_not_shown(&push, "a push with the same key came before");
            return Arrival::Repeated;
        }
        self.tell_app(&push, &token);
        let mut state = lock(&self.state);
        match push.badge {
            Some(BadgeChange::Set(badge)) => state.badge = badge,
            Some(BadgeChange::Add(more)) => state.badge = state.badge.saturating_add(more),
            None => (),
        }
        let Some(alert) = push.alert else { return Arrival::Silent };
        if self.is_foreground() && !push.shows_in_foreground {
            return Arrival::Silent;
        }
        let origin = Arc::clone(&push.origin);
        state.shade.show(Shown {
            id: 0,
            source: Source::Push,
            title: alert.title,
            body: alert.body,
            received_at: self.clock.now(),
            replace_key: push.replace_key,
            quiet: push.quiet || !(switches.sound && switches.in_status_bar),
            on_lock_screen: switches.locked && switches.on_lock_screen,
            opens: push.opens,
            handover: push.handover,
            push: Some(Pushed { origin: push.origin, token: token.clone() }),
        });
        drop(state);
        self.report(&origin, &token, ReportKind::Shown);
        Arrival::Shown
    }

    /// Remembers the push's repeat key; `false` where the phone has seen it.
    fn is_first_of_its_key(&self, push: &Push) -> bool {
        let Some(key) = &push.repeat_key else { return true };
        let mut state = lock(&self.state);
        if state.repeat_keys.contains(key) {
            return false;
        }
        if state.repeat_keys.len() == REPEAT_KEYS_MAX {
            state.repeat_keys.pop_front();
        }
        state.repeat_keys.push_back(key.clone());
        true
    }

    /// What the vendor's SDK tells the app when a push arrives (matrix H).
    fn tell_app(&self, push: &Push, token: &str) {
        let (vendor, service) = self.service_of(token);
        let (when, callback, text) = match &push.alert {
            Some(alert) => (service.arrived, SdkCallback::NotificationArrived, alert.title.as_str()),
            None => {
                let handover = &push.handover;
                let data = handover.ext.as_deref().or(handover.payload.as_deref()).unwrap_or_default();
                if self.is_for_calls(token) {
                    (Calls::Always, SdkCallback::CallReceived, data)
                } else {
                    let when = match service.through {
                        Calls::Always if !push.starts_app => Calls::WhileRunning,
                        when => when,
                    };
                    (when, SdkCallback::ThroughMessageReceived, data)
                }
            }
        };
        if when != Calls::Never
            && let Some(app) = self.app()
        {
            let starts_app = when == Calls::Always;
            let (title, body) = match &push.alert {
                Some(alert) => (alert.title.clone(), alert.body.clone()),
                None => <(String, String)>::default(),
            };
            let (text, handover) = (text.to_owned(), push.handover.clone());
            app.called_back(&SdkCall { vendor, callback, text, title, body, handover, starts_app });
        }
    }

    fn is_for_calls(&self, token: &str) -> bool {
        let state = lock(&self.state);
        state.call_token.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(token))
    }

    fn note_not_shown(&self, push: &Push, reason: &'static str) {
        let title = push.alert.as_ref().map(|alert| alert.title.clone()).unwrap_or_default();
        let mut state = lock(&self.state);
        if state.not_shown.len() == NOT_SHOWN_MAX {
            state.not_shown.pop_front();
        }
        state.not_shown.push_back(NotShown { at: self.clock.now(), title, reason });
    }

    /// The app raises a notification by itself. Returns whether it is shown.
    pub fn notify_locally(&self, local: LocalNotification) -> bool {
        let switches = self.switches();
        if !switches.notifications {
            return false;
        }
        lock(&self.state).shade.show(Shown {
            id: 0,
            source: Source::App,
            title: local.title,
            body: local.body,
            received_at: self.clock.now(),
            replace_key: local.replace_key,
            quiet: !(switches.sound && switches.in_status_bar),
            on_lock_screen: switches.locked && switches.on_lock_screen,
            opens: local.opens,
            handover: local.handover,
            push: None,
        });
        self.news.changed();
        true
    }

    /// The vendor takes back what was sent under a replace key, shown or waiting.
    pub(crate) fn withdraw(&self, replace_key: &str) -> usize {
        let mut state = lock(&self.state);
        let withdrawn = state.shade.withdraw(replace_key) + state.shelf.withdraw(replace_key);
        drop(state);
        self.news.changed();
        withdrawn
    }

    /// The vendor takes back one push, shown or waiting.
    pub(crate) fn withdraw_message(&self, message_id: &str) -> usize {
        let mut state = lock(&self.state);
        let withdrawn = state.shade.withdraw_message(message_id) + state.shelf.withdraw_message(message_id);
        drop(state);
        self.news.changed();
        withdrawn
    }

    /// The ids of the pushes that the vendor keeps for it, oldest first.
    pub(crate) fn waiting_messages(&self) -> Vec<String> {
        lock(&self.state).shelf.message_ids()
    }

    /// The vendor takes back one push while it waits; what is shown stays. Returns whether it waited.
    pub(crate) fn forget_waiting(&self, message_id: &str) -> bool {
        let withdrawn = lock(&self.state).shelf.withdraw_message(message_id) > 0;
        if withdrawn {
            self.news.changed();
        }
        withdrawn
    }

    /// The user taps the notification at a place, 0 being the newest: the phone unlocks, the notification goes,
    /// what it opens opens. `None`: there is no notification at that place.
    pub fn tap(&self, index: usize) -> Option<Tapped> {
        let notification = lock(&self.state).shade.take(index)?;
        self.set_locked(false);
        if let Some(push) = &notification.push {
            self.report(&push.origin, &push.token, ReportKind::Clicked);
        }
        let reaches_app = !matches!(notification.opens, Opens::Web(_));
        let tapped = Tapped {
            vendor: self.profile.vendor,
            opens: notification.opens.clone(),
            getter: notification.handover.getter,
            ext: notification.handover.ext.clone().filter(|_| reaches_app),
            payload: notification.handover.payload.clone().filter(|_| reaches_app),
            notification,
        };
        if reaches_app && let Some(app) = self.app() {
            app.opened(&tapped);
        }
        self.news.changed();
        Some(tapped)
    }

    fn app(&self) -> Option<Arc<dyn AppSide>> {
        lock(&self.app).as_ref().and_then(Weak::upgrade)
    }

    /// Tells the vendor what became of a push. A full queue loses it, as a vendor's receipts may be lost.
    fn report(&self, origin: &Arc<Origin>, token: &str, kind: ReportKind) {
        let Some(reports) = &self.service_of(token).1.reports else { return };
        let report = Report {
            origin: Arc::clone(origin),
            token: token.to_owned(),
            kind,
            notifications_allowed: Some(self.switches().notifications),
            at: self.clock.now(),
        };
        if reports.try_send(report).is_err() {
            tracing::warn!(phone = self.name(), "a report to the vendor was lost");
        }
    }
}
