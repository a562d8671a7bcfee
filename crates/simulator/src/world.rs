//! The simulated world: vendors, hosts and phones, and what can be done with them from outside.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use model::{Environment, Timestamp, Vendor};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    ca::Ca,
    clock::SetClock,
    faults::{FaultPlan, PlanError},
    log::Entry,
    news::News,
    phone::{Phone, PhoneView, Profile},
    shared::{Host, Shared},
    tally::Count,
    vendor::Vendors,
};

/// Most phones there can be.
const PHONES_MAX: usize = 10_000;
/// Longest name of a phone, in characters.
const PHONE_NAME_MAX_CHARS: usize = 32;
/// How often shelves are looked through for what is due or expired.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Entries of the request log in a snapshot.
const SNAPSHOT_ENTRIES: usize = 100;

/// The simulated world.
pub struct World {
    pub(crate) shared: Arc<Shared>,
    pub(crate) vendors: Vendors,
    pub(crate) ca: Ca,
    pub(crate) hosts: Vec<Arc<Host>>,
    pub(crate) tls_address: SocketAddr,
    power: watch::Sender<bool>,
    outage: tokio::sync::Mutex<()>,
    clock: Arc<SetClock>,
    phones: RwLock<BTreeMap<String, Arc<Phone>>>,
}

/// Where the world can be reached.
pub(crate) struct Doors {
    pub(crate) hosts: Vec<Arc<Host>>,
    pub(crate) tls_address: SocketAddr,
    /// Off: every port is closed.
    pub(crate) power: watch::Sender<bool>,
}

/// A phone to be made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPhone {
    /// Its name, unique: 1 to 32 lower-case letters, digits and hyphens.
    pub name: String,
    /// A brand that some vendor serves, in lower case: `xiaomi`, `apple`.
    pub brand: String,
    /// Package name or bundle id of its app; absent: one that is registered with the vendor.
    pub app: Option<String>,
    /// The environment its app was built for; absent: development, where the vendor has environments.
    pub environment: Option<Environment>,
}

/// Why a phone is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewPhoneError {
    /// Not a name.
    #[error("name must be 1 to {PHONE_NAME_MAX_CHARS} lower-case letters, digits and hyphens")]
    Name,
    /// Another phone has it.
    #[error("there is a phone of this name already")]
    Taken,
    /// No vendor serves it.
    #[error("brand is not served by any simulated vendor")]
    Brand,
    /// None was named, and none is registered.
    #[error("app is missing, and no app is registered with this vendor")]
    App,
    /// Too many.
    #[error("there are {PHONES_MAX} phones already")]
    TooMany,
}

/// Why faults are not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// No such host.
    #[error("no vendor host has this name")]
    UnknownHost,
    /// The plan cannot be carried out.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Everything visible, at one moment.
#[derive(Debug, Serialize)]
pub struct Snapshot {
    /// The simulator's time.
    pub now: Timestamp,
    /// Where every vendor host can be had with TLS, told apart by name.
    pub tls_address: String,
    /// The vendor hosts.
    pub hosts: Vec<HostView>,
    /// The phones, by name.
    pub phones: Vec<PhoneView>,
    /// The newest requests, oldest first.
    pub log: Vec<Entry>,
    /// How many requests there were in all.
    pub requests: u64,
}

/// A vendor host.
#[derive(Debug, Serialize)]
pub struct HostView {
    /// Real host name.
    pub name: &'static str,
    /// Whose it is.
    pub vendor: Vendor,
    /// Where it listens with TLS.
    pub address: String,
    /// Where it listens without.
    pub plain_address: String,
    /// What it does wrong.
    pub faults: FaultPlan,
}

impl World {
    pub(crate) fn new(
        shared: Arc<Shared>,
        clock: Arc<SetClock>,
        vendors: Vendors,
        ca: Ca,
        doors: Doors,
    ) -> Self {
        let Doors { hosts, tls_address, power } = doors;
        let (phones, outage) = (RwLock::default(), tokio::sync::Mutex::default());
        Self { shared, clock, vendors, ca, hosts, tls_address, power, outage, phones }
    }

    /// Stops every vendor host and starts it again after a while, as a restart of the vendor's servers does: ports are
    /// closed meanwhile, and connections break off. Comes back when that is done; one restart at a time.
    pub async fn restart(&self, down: Duration) {
        let _one = self.outage.lock().await;
        self.power.send_replace(false);
        tokio::time::sleep(down).await;
        self.power.send_replace(true);
    }

    /// Moves the simulator's clock on, at most 49 days at a time.
    pub fn advance_clock(&self, ms: u32) {
        self.clock.advance(ms);
        self.shared.news.changed();
    }

    /// Texts with one of these words are taken by every vendor and shown to nobody (row E11).
    pub fn set_blocked_words(&self, words: Vec<String>) {
        *self.shared.blocked_words.write().unwrap_or_else(PoisonError::into_inner) = words;
        self.shared.news.changed();
    }

    /// Word of visible changes.
    #[must_use]
    pub fn news(&self) -> &News {
        &self.shared.news
    }

    /// Makes a phone: unlocked, with a network, notifications allowed, not yet registered with its vendor.
    ///
    /// # Errors
    /// [`NewPhoneError`] says what is wrong.
    pub fn create_phone(&self, new: NewPhone) -> Result<Arc<Phone>, NewPhoneError> {
        let allowed = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if new.name.is_empty() || new.name.len() > PHONE_NAME_MAX_CHARS || !new.name.chars().all(allowed) {
            return Err(NewPhoneError::Name);
        }
        let serves = |vendor: &Vendor| vendor.facts().brands.contains(&new.brand.as_str());
        let vendor = Vendor::ALL.into_iter().find(serves).ok_or(NewPhoneError::Brand)?;
        let book = self.vendors.book(vendor);
        let environment =
            vendor.facts().has_environments.then(|| new.environment.unwrap_or(Environment::Development));
        let profile = Profile {
            name: new.name.clone(),
            app: new.app.or_else(|| book.any_app()).ok_or(NewPhoneError::App)?,
            brand: new.brand,
            vendor,
            environment,
        };
        let phone =
            Phone::new(profile, book.service(), Arc::clone(&self.shared.clock), self.shared.news.clone());
        let phone = Arc::new(phone);
        let mut phones = self.phones.write().unwrap_or_else(PoisonError::into_inner);
        if phones.contains_key(&new.name) {
            return Err(NewPhoneError::Taken);
        }
        if phones.len() >= PHONES_MAX {
            return Err(NewPhoneError::TooMany);
        }
        phones.insert(new.name, Arc::clone(&phone));
        drop(phones);
        self.shared.news.changed();
        Ok(phone)
    }

    /// Gives a phone Google's services beside its maker's.
    pub(crate) fn give_google(&self, phone: &Phone) {
        phone.add_service(Vendor::Fcm, self.vendors.book(Vendor::Fcm).service());
    }

    /// Takes a phone away; its tokens are unknown from then on. `None`: there is no such phone.
    pub fn remove_phone(&self, name: &str) -> Option<Arc<Phone>> {
        let phone = self.phones.write().unwrap_or_else(PoisonError::into_inner).remove(name)?;
        phone.forget_tokens();
        self.shared.news.changed();
        Some(phone)
    }

    /// The phone of this name.
    #[must_use]
    pub fn phone(&self, name: &str) -> Option<Arc<Phone>> {
        self.phones.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Every phone, by name.
    #[must_use]
    pub fn phones(&self) -> Vec<Arc<Phone>> {
        self.phones.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Sets what a host does wrong, or every host of a vendor; the whole plan is replaced. At a host name that several
    /// vendors have, those of them that have the plan's code follow it.
    ///
    /// # Errors
    /// [`FaultError`] says what is wrong.
    pub fn set_faults(&self, host: &str, plan: FaultPlan) -> Result<(), FaultError> {
        let mut outcome = Err(FaultError::UnknownHost);
        for host in self.named(host) {
            let book = self.vendors.book(host.vendor);
            match plan.check(|code| book.knows_code(code)) {
                Ok(()) => {
                    host.faults.set(plan.clone());
                    outcome = Ok(());
                }
                Err(error) => outcome = outcome.or(Err(error.into())),
            }
        }
        outcome?;
        self.shared.news.changed();
        Ok(())
    }

    /// Ends every access token and provider token that the vendor of this name, or the vendors of this host, accepted
    /// until now.
    ///
    /// # Errors
    /// [`FaultError::UnknownHost`].
    pub fn expire_auth(&self, host: &str) -> Result<(), FaultError> {
        let named = self.named(host);
        if named.is_empty() {
            return Err(FaultError::UnknownHost);
        }
        let concerned = |host: &Host| named.iter().any(|named| named.vendor == host.vendor);
        for host in self.hosts.iter().filter(|host| concerned(host)) {
            host.faults.expire_auth();
        }
        Ok(())
    }

    /// The host of this name, or every host of the vendor of this name.
    fn named(&self, name: &str) -> Vec<&Arc<Host>> {
        self.hosts.iter().filter(|host| host.name == name || host.vendor.name() == name).collect()
    }

    /// Entries of the request log after a number, oldest first.
    #[must_use]
    pub fn log_after(&self, number: u64, limit: usize) -> Vec<Entry> {
        self.shared.log.after(number, limit)
    }

    /// What every vendor took since the start or the last reset; a push that was sent twice counts twice.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<Vendor, Count> {
        self.shared.tally.counts()
    }

    /// Everything visible.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            now: self.shared.clock.now(),
            tls_address: self.tls_address.to_string(),
            hosts: self.host_views(),
            phones: self.phones().iter().map(|phone| phone.view()).collect(),
            log: self.shared.log.after(0, SNAPSHOT_ENTRIES),
            requests: self.shared.log.written(),
        }
    }

    /// The vendor hosts.
    #[must_use]
    pub fn host_views(&self) -> Vec<HostView> {
        let view = |host: &Arc<Host>| HostView {
            name: host.name,
            vendor: host.vendor,
            address: host.address.to_string(),
            plain_address: host.plain_address.to_string(),
            faults: host.faults.plan(),
        };
        self.hosts.iter().map(view).collect()
    }

    /// Ends all faults, empties shades, shelves and the log. Phones and their tokens stay.
    pub fn reset(&self) {
        for host in &self.hosts {
            host.faults.set(FaultPlan::default());
        }
        for phone in self.phones() {
            phone.clear();
        }
        self.set_blocked_words(Vec::new());
        self.shared.log.clear();
        self.shared.tally.clear();
        self.shared.news.changed();
    }

    /// Delivers what has come due and reports what has expired, until it is dropped.
    pub(crate) async fn run_sweeper(self: Arc<Self>) {
        loop {
            tokio::time::sleep(SWEEP_EVERY).await;
            for phone in self.phones() {
                phone.sweep();
            }
        }
    }
}
