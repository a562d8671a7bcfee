//! What becomes of a push on a phone: it arrives, is shown or not, is told to the app, is tapped, is taken back.

use std::sync::{Arc, Weak};

use super::{
    AppSide, Arrival, BadgeChange, Calls, LocalNotification, NotShown, Opens, Origin, Phone, Push, Report,
    ReportKind, SdkCall, SdkCallback, Shown, Source, Tapped, shade::Pushed, shelf::Waiting,
};
use crate::lock::lock;

/// How many repeat keys a phone remembers.
const REPEAT_KEYS_MAX: usize = 500;
/// How many pushes that were not shown a phone remembers.
const NOT_SHOWN_MAX: usize = 50;

impl Phone {
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

    pub(super) fn app(&self) -> Option<Arc<dyn AppSide>> {
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
