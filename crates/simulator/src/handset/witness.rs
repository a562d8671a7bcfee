//! What a handset sees of its process and writes down, and what it tells it of the phone.

use std::collections::BTreeMap;

use client::{Client, Snapshot};
use model::{BindingKind, CallSignal, DeviceReport, MessageId, Permission, Timestamp, UserId, Vendor};

use super::{
    AppState, Handset, Inner, Opened, Vitals,
    process::Socket,
    state::{InboxEntry, TapRecord},
};
use crate::{
    lock::lock,
    phone::{Handover, Tapped},
};

/// Version of the client SDK, as the device reports it.
const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

impl Handset {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the device tells of itself.
    pub(super) fn report(&self) -> DeviceReport {
        let (profile, switches) = (self.phone.profile(), self.phone.switches());
        DeviceReport {
            brand: profile.brand.clone(),
            model: self.made_from.model.clone(),
            platform: profile.vendor.facts().platform,
            os_version: "simulated".to_owned(),
            package: profile.app.clone(),
            sdk_version: SDK_VERSION.to_owned(),
            language: self.made_from.language.clone(),
            time_zone: "Asia/Shanghai".to_owned(),
            notifications: if switches.notifications { Permission::Allowed } else { Permission::Off },
            channels: Vec::new(),
            apns_environment: profile.environment,
            registration_error: String::new(),
        }
    }

    /// The vendor SDK's registration on this phone.
    pub(super) fn register(&self, vendor: Vendor, kind: BindingKind) -> Result<String, String> {
        let token = match kind {
            BindingKind::Alert => self.phone.register_with(vendor),
            BindingKind::Voip => self.phone.register_call_token(),
        };
        token.map_err(|error| error.to_string())
    }

    /// What the screen's lock means for the app; `Some`: it has come on screen, or left it.
    pub(super) fn follow_lock(&self, locked: bool) -> Option<bool> {
        let mut inner = lock(&self.inner);
        let returns = inner.returns_at_unlock;
        let running = inner.running.as_mut()?;
        let foreground = match (locked, running.app) {
            (true, AppState::Foreground) => false,
            (false, AppState::Background) if returns => true,
            _ => return None,
        };
        running.app = if foreground { AppState::Foreground } else { AppState::Background };
        inner.returns_at_unlock = !foreground;
        drop(inner);
        self.phone.set_foreground(foreground);
        Some(foreground)
    }

    /// Keeps a socket of a time when there was a network.
    pub(super) fn park(&self, socket: Socket) {
        lock(&self.inner).parked.push(socket);
    }

    pub(super) fn drop_parked(&self) {
        let parked = std::mem::take(&mut lock(&self.inner).parked);
        drop(parked);
    }

    /// Stores for a process that is still the handset's own.
    pub(super) fn store(&self, generation: u64, snapshot: Snapshot) {
        self.note(|inner| {
            if inner.generation == generation {
                inner.storage = Some(snapshot);
            }
        });
    }

    pub(super) fn note_vitals(&self, generation: u64, core: &Client) {
        let vitals = Vitals {
            logged_in: core.is_logged_in(),
            connection: core.connection(),
            certificate: core.reported().map(|reported| reported.certificate),
            push_on: true,
            push_id: core.push_id(),
        };
        self.note(|inner| {
            if inner.generation == generation {
                inner.vitals = Vitals { push_on: inner.vitals.push_on, ..vitals };
            }
        });
    }

    pub(super) fn note_user(&self, user: &UserId) {
        self.note(|inner| inner.user = Some(user.clone()));
    }

    pub(super) fn note_message(&self, entry: InboxEntry) {
        self.note(|inner| inner.diary.note_message(entry));
    }

    pub(super) fn note_push_switch(&self, on: bool) {
        self.note(|inner| inner.vitals.push_on = on);
    }

    pub(super) fn note_call(&self, signal: CallSignal) {
        self.note(|inner| inner.diary.note_call(signal));
    }

    pub(super) fn note_recall(&self, message: MessageId) {
        self.note(|inner| inner.diary.note_recall(message));
    }

    pub(super) fn note_line(&self, line: String) {
        let now = self.now();
        self.note(|inner| inner.diary.note_line(now, line));
    }

    pub(super) fn note_handover(&self, entity: Option<serde_json::Value>) {
        self.note(|inner| inner.diary.note_handover(entity));
    }

    /// Writes down what a tap did so far.
    pub(super) fn note_tap(&self, tapped: &Tapped) -> TapRecord {
        let record = TapRecord {
            title: tapped.notification.title.clone(),
            getter: tapped.getter.to_owned(),
            ext: tapped.ext.clone(),
            payload: tapped.payload.clone(),
            members: members_of(&tapped.notification.handover),
            entity: None,
            opened: Opened::from(&tapped.opens),
            handed_over: false,
            at: self.now(),
        };
        self.note(|inner| inner.diary.last_tap = Some(record.clone()));
        record
    }

    fn note(&self, write: impl FnOnce(&mut Inner)) {
        write(&mut lock(&self.inner));
        self.news.changed();
    }
}

/// The string extras of the opened page.
fn members_of(handover: &Handover) -> BTreeMap<String, String> {
    let extras = handover.extras.as_object().into_iter().flatten();
    extras.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}
