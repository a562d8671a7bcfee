//! Users with their logins, devices and bindings, as they were read last: a push looks at them three times on its way.
//!
//! Whatever a commit changes of a user or a device is forgotten with it, before the commit is answered. What was read
//! from before a change is not kept: a read says what had been changed when it began.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use model::{
    AppId, CertificateId, Device, DeviceId, Environment, SessionState, Timestamp, UserId, UserSettings,
};

use super::tables::bindings::BindingRow;
use crate::{Change, NewDelivery, SessionRecord};

/// Users that are kept; before one more, all are forgotten.
const USERS_MAX: usize = 16_384;

/// One of a user's devices; of a user without any there is one row without a device.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) session: Option<SessionRecord>,
    pub(super) fetched_at: Option<Timestamp>,
    pub(super) device: Option<Device>,
    pub(super) binding: Option<BindingRow>,
}

impl Known {
    /// Whether a push that was decided for this device surely still stands. Where it is not sure, the tables are asked.
    fn still_bears(&self, new: &NewDelivery) -> bool {
        let is_bound = || self.binding.as_ref().is_some_and(|binding| binding.is_of(new));
        let is_quiet = |session: &SessionRecord| {
            matches!(session.state, SessionState::OnlineBackground | SessionState::Disconnected)
        };
        (new.binding_generation == 0 || is_bound())
            && self.device.as_ref().is_none_or(|device| device.push_off_at.is_none())
            && self.session.as_ref().is_none_or(is_quiet)
            && self.fetched_at.is_none_or(|at| at <= new.decided_at)
    }
}

/// A user.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) user: UserId,
    pub(super) settings: Arc<UserSettings>,
    /// In the order of their devices.
    pub(super) devices: Vec<Known>,
}

impl Person {
    pub(super) fn on(&self, device: DeviceId) -> Option<&Known> {
        self.devices.iter().find(|known| known.device.as_ref().is_some_and(|there| there.id == device))
    }
}

/// How many changes there had been when a read began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epoch(u64);

/// Whom a transaction changes.
#[derive(Debug, Default)]
pub(super) struct PeopleChanges {
    users: HashSet<(AppId, UserId)>,
    devices: HashSet<(AppId, DeviceId)>,
    certificates: Vec<CertificateId>,
}

impl PeopleChanges {
    /// What is told of a change says whom it concerns.
    pub(super) fn hear(&mut self, change: &Change) {
        match change {
            Change::User(app, user) | Change::Session(app, user, _) => self.user(*app, user),
            Change::Device(app, device) => self.device(*app, *device),
            Change::Certificate(_, certificate) => self.certificates.push(*certificate),
            _ => {}
        }
    }

    pub(super) fn user(&mut self, app: AppId, user: &UserId) {
        self.users.insert((app, user.clone()));
    }

    pub(super) fn device(&mut self, app: AppId, device: DeviceId) {
        self.devices.insert((app, device));
    }

    fn concern(&self, app: AppId, user: &UserId, device: DeviceId) -> bool {
        // Most transactions change nobody.
        !(self.users.is_empty() && self.devices.is_empty())
            && (self.users.contains(&(app, user.clone())) || self.devices.contains(&(app, device)))
    }

    fn is_empty(&self) -> bool {
        self.users.is_empty() && self.devices.is_empty() && self.certificates.is_empty()
    }
}

/// See the module's words.
#[derive(Debug, Default)]
pub(super) struct People {
    users: HashMap<(AppId, UserId), Arc<Person>>,
    on_device: HashMap<(AppId, DeviceId), HashSet<UserId>>,
    environments: HashMap<CertificateId, Option<Environment>>,
    changes: u64,
}

impl People {
    pub(super) const fn epoch(&self) -> Epoch {
        Epoch(self.changes)
    }

    pub(super) fn find(&self, app: AppId, user: &UserId) -> Option<Arc<Person>> {
        self.users.get(&(app, user.clone())).map(Arc::clone)
    }

    /// The environment that a certificate is for, where it is known.
    pub(super) fn environment(&self, certificate: CertificateId) -> Option<Option<Environment>> {
        self.environments.get(&certificate).copied()
    }

    /// Keeps what was read, where nothing was changed since.
    pub(super) fn keep(&mut self, app: AppId, read: Vec<Arc<Person>>, epoch: Epoch) {
        if epoch != self.epoch() {
            return;
        }
        if self.users.len() + read.len() > USERS_MAX {
            self.users.clear();
            self.on_device.clear();
        }
        for person in read.into_iter().take(USERS_MAX) {
            for device in person.devices.iter().filter_map(|known| known.device.as_ref()) {
                self.on_device.entry((app, device.id)).or_default().insert(person.user.clone());
            }
            self.users.insert((app, person.user.clone()), person);
        }
    }

    pub(super) fn keep_environment(
        &mut self,
        certificate: CertificateId,
        environment: Option<Environment>,
        epoch: Epoch,
    ) {
        if epoch == self.epoch() {
            self.environments.insert(certificate, environment);
        }
    }

    /// These changes were committed.
    pub(super) fn forget(&mut self, changes: PeopleChanges) {
        if changes.is_empty() {
            return;
        }
        self.changes += 1;
        for (app, user) in changes.users {
            self.forget_user(app, user);
        }
        for (app, device) in changes.devices {
            for user in self.on_device.remove(&(app, device)).unwrap_or_default() {
                self.forget_user(app, user);
            }
        }
        for certificate in changes.certificates {
            self.environments.remove(&certificate);
        }
    }

    fn forget_user(&mut self, app: AppId, user: UserId) {
        let Some(person) = self.users.remove(&(app, user)) else { return };
        for device in person.devices.iter().filter_map(|known| known.device.as_ref()) {
            if let Some(users) = self.on_device.get_mut(&(app, device.id)) {
                users.remove(&person.user);
                if users.is_empty() {
                    self.on_device.remove(&(app, device.id));
                }
            }
        }
    }

    /// Whether a push surely rests on what is still so, with what an open transaction changes.
    pub(super) fn still_bears(&self, app: AppId, new: &NewDelivery, changes: &PeopleChanges) -> bool {
        let (Some(user), Some(device)) = (&new.user, new.device) else { return false };
        !changes.concern(app, user, device)
            && self
                .find(app, user)
                .is_some_and(|person| person.on(device).is_some_and(|known| known.still_bears(new)))
    }
}
