//! Vendor tokens: which vendor is asked, when the server hears of it, and what ends it (rows B11, B12, D1 to D10).

use model::{BindingKind, CertificateId, DeviceReport, PushId, Timestamp, Vendor};
use wire::{Answer, Ask, ErrorFrame, LinkState};

use crate::{
    AppEvent, Client, Effect, Pushed, Reported, VendorCallback,
    channel::{Channel, shipped_for},
};

const KINDS: [BindingKind; 2] = [BindingKind::Alert, BindingKind::Voip];

impl Client {
    /// The roads that the last login's recommendations come to; none while the device is unregistered.
    pub(crate) fn choose_roads(&mut self) {
        if self.unregistered {
            self.channel = Channel::default();
        } else {
            self.channel.open(&self.recommended, &self.config, &self.chosen);
        }
    }

    /// Asks vendors for the tokens that are missing, and reports the best of those that are there.
    pub(crate) fn register_roads(&mut self, now: Timestamp) {
        for candidate in &self.channel.candidates {
            let vendor = candidate.vendor;
            let keys = shipped_for(&self.config, vendor).map(|own| own.keys.clone()).unwrap_or_default();
            self.effects.extend(candidate.missing().map(|(kind, certificate)| Effect::RegisterWithVendor {
                vendor,
                certificate,
                kind,
                keys: keys.clone(),
            }));
        }
        self.report_tokens(now);
    }

    pub(crate) fn use_certificate(&mut self, now: Timestamp, vendor: Vendor, certificate: CertificateId) {
        self.chosen.insert(vendor, certificate);
        self.dirty = true;
        if self.link.state() == LinkState::Live {
            self.choose_roads();
            self.register_roads(now);
        }
    }

    /// A token may come at any time: at our asking, or because the vendor renewed it.
    pub(crate) fn on_vendor_token(
        &mut self,
        now: Timestamp,
        vendor: Vendor,
        kind: BindingKind,
        outcome: Result<String, String>,
    ) {
        let outcome = outcome.and_then(|token| {
            if token.is_empty() { Err("the vendor gave an empty token".to_owned()) } else { Ok(token) }
        });
        match outcome {
            Ok(token) => {
                if self.channel.note_token(vendor, kind, token) {
                    self.set_registration_error(now, String::new());
                    self.report_tokens(now);
                }
            }
            Err(text) => {
                // One vendor's refusal matters to the server only where no other has given a token.
                if !self.channel.has_token(BindingKind::Alert) {
                    self.set_registration_error(now, text.clone());
                }
                self.notify(AppEvent::RegistrationFailed { vendor, kind, text });
            }
        }
    }

    fn set_registration_error(&mut self, now: Timestamp, text: String) {
        self.tell_report(now, DeviceReport { registration_error: text, ..self.config.report.clone() });
    }

    /// What the shell knows of the phone. What a vendor's registration said only the core knows.
    pub(crate) fn change_report(&mut self, now: Timestamp, mut report: DeviceReport) {
        if report.registration_error.is_empty() {
            report.registration_error.clone_from(&self.config.report.registration_error);
        }
        self.tell_report(now, report);
    }

    fn tell_report(&mut self, now: Timestamp, report: DeviceReport) {
        if report == self.config.report {
            return;
        }
        self.config.report = report.clone();
        self.link.set_report(&report);
        // A login that is on its way was written with the earlier report.
        if matches!(self.link.state(), LinkState::Live | LinkState::LoggingIn) {
            self.ask(now, Ask::Report { report: Box::new(report) });
        }
    }

    /// Only after login (row D1), and each token once in a process.
    fn report_tokens(&mut self, now: Timestamp) {
        if self.link.state() != LinkState::Live || self.leaving {
            return;
        }
        for kind in KINDS {
            if let Some(Reported { certificate, token }) = self.channel.take_unreported(kind) {
                self.ask(now, Ask::Bind { certificate, kind, token });
            }
        }
    }

    pub(crate) fn unregister(&mut self, now: Timestamp) {
        self.unregistered = true;
        self.channel = Channel::default();
        self.dirty = true;
        self.ask(now, Ask::Unregister {});
    }

    pub(crate) fn register(&mut self, now: Timestamp) {
        self.unregistered = false;
        self.dirty = true;
        if self.link.state() == LinkState::Live {
            self.choose_roads();
            self.register_roads(now);
        }
    }

    pub(crate) fn on_answered(&mut self, now: Timestamp, ask: Ask, outcome: Result<Answer, ErrorFrame>) {
        match (ask, outcome) {
            (Ask::Bind { certificate, kind, token }, Ok(answer)) => {
                let push_id = if let Answer::Bound(push_id) = answer { Some(push_id) } else { self.push_id };
                self.on_bound(now, kind, Reported { certificate, token }, push_id);
            }
            (Ask::Bind { kind, .. }, Err(error)) => {
                self.channel.note_refused(kind);
                self.notify(AppEvent::Error(error));
            }
            // The old certificate may be gone altogether: then there is nothing left to unbind.
            (Ask::Unbind { .. }, _) | (Ask::Report { .. }, Ok(_)) => {}
            (Ask::PushSwitch { on }, Ok(_)) => self.notify(AppEvent::PushSwitched { on }),
            (Ask::Unregister {}, Ok(_)) => {
                self.reported.clear();
                self.push_id = None;
                self.dirty = true;
                self.notify(AppEvent::Unregistered);
            }
            (Ask::Report { .. } | Ask::PushSwitch { .. } | Ask::Unregister {}, Err(error)) => {
                self.notify(AppEvent::Error(error));
            }
            (ask, outcome) => self.on_app_answered(ask, outcome),
        }
    }

    fn on_bound(&mut self, now: Timestamp, kind: BindingKind, reported: Reported, push_id: Option<PushId>) {
        self.push_id = push_id;
        self.dirty = true;
        let before = self.reported.insert(kind, reported.clone());
        let certificate = reported.certificate;
        if let Some(vendor) = self.channel.vendor_of(certificate) {
            self.notify(AppEvent::Registered { vendor, kind, reported, push_id });
        }
        if let Some(before) = before.filter(|before| before.certificate != certificate) {
            self.ask(now, Ask::Unbind { certificate: before.certificate, kind });
        }
    }

    pub(crate) fn on_vendor_called(&mut self, vendor: Vendor, callback: VendorCallback, pushed: Box<Pushed>) {
        let facts = vendor.facts();
        match callback {
            VendorCallback::NotificationArrived if facts.tells_arrival => {
                self.notify(AppEvent::NotificationArrived(pushed));
            }
            VendorCallback::ThroughMessageReceived if facts.hands_data => {
                self.notify(AppEvent::ThroughMessageReceived(pushed));
            }
            VendorCallback::CallReceived => self.notify(AppEvent::CallPushed(pushed)),
            VendorCallback::NotificationArrived | VendorCallback::ThroughMessageReceived => {}
        }
    }
}
