//! Login and its end, and whether the app is on screen.

use model::Timestamp;
use wire::{ClientInput, Welcome};

use crate::{AppEvent, Client, Login, channel::Channel};

impl Client {
    pub(crate) fn start(&mut self, now: Timestamp, foreground: bool) {
        self.foreground = foreground;
        if let Some(token) = self.login_token.clone() {
            let was_leaving = self.leaving;
            self.resume(now, &token);
            if was_leaving {
                self.drive(now, ClientInput::LogOut);
            }
        }
    }

    pub(crate) fn log_in(&mut self, now: Timestamp, token: &str) {
        self.login_token = Some(token.to_owned());
        self.leaving = false;
        self.channel = Channel::default();
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

    pub(crate) fn log_out(&mut self, now: Timestamp) {
        if self.login_token.is_some() {
            self.leaving = true;
            self.dirty = true;
            self.drive(now, ClientInput::LogOut);
        }
    }

    pub(crate) fn come_to_foreground(&mut self, now: Timestamp) {
        self.foreground = true;
        self.show_unread();
        self.drive(now, ClientInput::Presence { foreground: true, unread: None });
    }

    pub(crate) fn go_to_background(&mut self, now: Timestamp, unread: Option<u32>) {
        if !self.foreground && unread.is_none() {
            return;
        }
        self.foreground = false;
        let unread = unread.unwrap_or_else(|| self.badge.total());
        self.show_badge(unread);
        self.drive(now, ClientInput::Presence { foreground: false, unread: Some(unread) });
    }

    pub(crate) fn on_logged_in(&mut self, now: Timestamp, welcome: Welcome) {
        if self.user.as_ref().is_some_and(|user| *user != welcome.user) {
            self.forget_user();
        }
        self.server_ahead_ms = welcome.server_time.since_ms(now);
        self.user = Some(welcome.user.clone());
        self.push_id = welcome.push_id;
        self.recommended = welcome.certificates;
        self.dirty = true;
        self.choose_roads();
        self.notify(AppEvent::LoggedIn(Box::new(Login {
            user: welcome.user,
            certificate: self.channel.candidates.first().and_then(|best| best.certificate()),
            push_type: welcome.push_type,
            has_pushed: welcome.has_pushed,
            last_device_id: welcome.last_device_id,
            push_id: welcome.push_id,
            push_on: welcome.push_on,
        })));
        self.register_roads(now);
    }

    /// After this the device has nothing that would bring the login back.
    pub(crate) fn end_login(&mut self, event: AppEvent) {
        self.login_token = None;
        self.leaving = false;
        self.channel = Channel::default();
        self.reported.clear();
        self.forget_user();
        self.dirty = true;
        self.notify(event);
    }

    fn forget_user(&mut self) {
        self.user = None;
        self.ringing.clear();
        self.badge.forget();
        self.show_badge(0);
        let raised = self.notices.take_all();
        self.withdraw(raised);
    }
}
