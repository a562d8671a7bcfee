//! Vendor simulators and virtual phones, with an HTTP control API.
//!
//! A second, independent reading of the vendors' books: each vendor's server API over real TLS, on loopback ports,
//! under the vendor's own host names and a certificate authority of our own. A sender connects to the address in
//! [`Running::hosts`] instead of the real host and trusts [`Running::ca_pem`].
//!
//! What the rest of the world calls: [`Simulator::start`], then [`Running`], [`World`] and [`Phone`].

mod apns;
mod ca;
mod callback;
mod clock;
mod control;
mod counter;
mod faults;
mod fcm;
mod handset;
mod harmony;
mod honor;
mod huawei;
mod listener;
mod lock;
mod log;
mod meizu;
mod news;
mod oppo;
mod phone;
mod shared;
mod tally;
mod token;
mod vendor;
mod vivo;
mod webpush;
mod world;
mod xiaomi;

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use model::{Clock, Environment, Secret, Timestamp, Vendor};
use tokio::{sync::watch, task::JoinSet};

pub use client::ShippedCertificate;

pub use crate::{
    apns::ApnsKey,
    ca::{Ca, CaError, ClientCertificate, Issued, SampleP12},
    control::{IssuedP12, WantedP12},
    counter::Credential,
    faults::{Failure, FaultPlan, Goaway, LoneDead, PlanError},
    handset::{
        AppState, Handset, HandsetList, HandsetState, Handsets, InboxEntry, LogLine, MakeError, NewHandset,
        Opened, Operation, OperationError, Problem, ShadeEntry, TapRecord, Unseen,
    },
    listener::BindError,
    log::{Entry, shorten},
    news::News,
    phone::{
        AppSide, Handover, LocalNotification, NotShown, Opens, Phone, PhoneView, Profile, RegistrationError,
        SdkCall, SdkCallback, Shown, Source, Switches, Tapped,
    },
    tally::Count,
    world::{FaultError, HostView, NewPhone, NewPhoneError, Snapshot, World},
    xiaomi::{XiaomiApp, XiaomiChannel},
};
use crate::{
    clock::SetClock,
    listener::{Bound, Desk, Door, Served},
    log::RequestLog,
    shared::{Host, Settings, Shared, hex, random},
    tally::Tally,
    vendor::Vendors,
    world::Doors,
};

/// How a simulator is set up.
pub struct Config {
    /// Where it reads the time.
    pub clock: Arc<dyn Clock>,
    /// How long receipts are collected before they are posted; the vendor takes about a second.
    pub receipt_collect: Duration,
    /// Tokens that nobody registered are accepted and lead nowhere: for load tests.
    pub accept_unknown_tokens: bool,
    /// APNs moves its stream limits: one stream until the first success, one again after a 400.
    pub moving_stream_limit: bool,
    /// Entries of the request log.
    pub log_entries: usize,
    /// The port at which every vendor host can be had with TLS, told apart by name; 0: a free one.
    pub tls_port: u16,
}

impl Config {
    /// What `dev` uses: faithful, with quick receipts.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            receipt_collect: Duration::from_millis(300),
            accept_unknown_tokens: false,
            moving_stream_limit: true,
            log_entries: 2000,
            tls_port: 0,
        }
    }
}

/// The vendor simulators.
#[derive(Debug)]
pub struct Simulator;

/// The simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No certificate authority.
    #[error(transparent)]
    Ca(#[from] CaError),
    /// A vendor host could not be opened.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The control API could not be opened.
    #[error("no free port for the control API")]
    Control(#[from] std::io::Error),
}

/// A running simulator; it ends when this is dropped.
pub struct Running {
    world: Arc<World>,
    handsets: Arc<Handsets>,
    control: SocketAddr,
    control_key: Secret<String>,
    tasks: JoinSet<()>,
}

/// A signing key as an operator downloads it from Apple.
#[derive(Debug)]
pub struct SampleP8 {
    /// The file's text.
    pub pem: Secret<String>,
    /// Key id.
    pub key_id: String,
    /// Team id.
    pub team_id: String,
}

impl Simulator {
    /// Starts every vendor host and the control API, each on its own free loopback port.
    ///
    /// # Errors
    /// [`StartError`] where a port or a certificate could not be had.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let ca = Ca::generate()?;
        let clock = Arc::new(SetClock::new(config.clock));
        let shared = Arc::new(Shared {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            blocked_words: RwLock::default(),
            news: News::default(),
            log: RequestLog::new(config.log_entries),
            tally: Tally::default(),
            settings: Settings {
                receipt_collect: config.receipt_collect,
                accept_unknown_tokens: config.accept_unknown_tokens,
                moving_stream_limit: config.moving_stream_limit,
            },
        });
        let vendors = Vendors::new(&shared, &ca);
        let (power, _) = watch::channel(true);
        let mut tasks = JoinSet::new();
        let mut hosts = Vec::new();
        let mut by_name = HashMap::new();
        for spec in vendors.host_names() {
            let Bound { listener, plain, tls } = listener::bind(spec, &ca).await?;
            let (address, plain_address) = (listener.local_addr()?, plain.local_addr()?);
            let mut desks = vendors.at(spec.name).into_iter().map(|(vendor, book)| {
                let faults = faults::Faults::default();
                Desk {
                    host: Arc::new(Host { name: spec.name, vendor, address, plain_address, faults }),
                    book,
                }
            });
            let Some(desk) = desks.next() else { continue };
            let neighbours: Arc<[Desk]> = desks.collect();
            hosts.push(Arc::clone(&desk.host));
            hosts.extend(neighbours.iter().map(|desk| Arc::clone(&desk.host)));
            let served = Served { desk, neighbours, tls };
            tasks.spawn(listener::run(listener, Door::Tls(served.clone()), power.subscribe()));
            tasks.spawn(listener::run(plain, Door::Plain(served.clone()), power.subscribe()));
            by_name.insert(spec.name, served);
        }
        for vendor in Vendor::ALL {
            tasks.spawn(vendors.book(vendor).run());
        }
        let front = listener::bind_port(config.tls_port).await?;
        let tls_address = front.local_addr()?;
        tasks.spawn(listener::run(front, Door::ByName(Arc::new(by_name)), power.subscribe()));
        let world = Arc::new(World::new(shared, clock, vendors, ca, Doors { hosts, tls_address, power }));
        tasks.spawn(Arc::clone(&world).run_sweeper());
        let control_key = Secret::new(hex(&random::<32>()));
        let handsets = Arc::new(Handsets::new(Arc::clone(&world)));
        let (control, serving) =
            control::bind(Arc::clone(&world), Arc::clone(&handsets), control_key.clone()).await?;
        tasks.spawn(serving);
        Ok(Running { world, handsets, control, control_key, tasks })
    }
}

impl Running {
    /// The world inside: phones, faults, log.
    #[must_use]
    pub const fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// The handsets: phones with an app on them.
    #[must_use]
    pub const fn handsets(&self) -> &Arc<Handsets> {
        &self.handsets
    }

    /// Every phone, by name.
    #[must_use]
    pub fn phones(&self) -> Vec<Arc<Phone>> {
        self.world.phones()
    }

    /// The vendors' real host names, each once, with the addresses to connect to instead.
    #[must_use]
    pub fn hosts(&self) -> Vec<(String, SocketAddr)> {
        let mut named = Vec::new();
        for host in &self.world.hosts {
            if !named.iter().any(|(name, _)| name == host.name) {
                named.push((host.name.to_owned(), host.address));
            }
        }
        named
    }

    /// The certificate authority, to issue sample credentials.
    #[must_use]
    pub fn ca(&self) -> &Ca {
        &self.world.ca
    }

    /// The certificate authority's certificate, for a sender to trust.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        self.world.ca.pem()
    }

    /// Base URL of the control API, without a slash at the end.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// The control API's bearer key.
    #[must_use]
    pub const fn control_key(&self) -> &Secret<String> {
        &self.control_key
    }

    /// The address at which every vendor host can be had with TLS, told apart by name.
    #[must_use]
    pub fn tls_address(&self) -> SocketAddr {
        self.world.tls_address
    }

    /// Registers an app with a vendor and returns the fields of a certificate for it; `known` is what an earlier
    /// registration gave, which then holds again.
    ///
    /// # Errors
    /// What is wrong with `known`, in words.
    pub fn enrol(
        &self,
        vendor: Vendor,
        package: &str,
        known: Option<&Credential>,
    ) -> Result<Credential, String> {
        self.world.vendors.book(vendor).enrol(package, known)
    }

    /// Grants and withdraws rights of an app at a vendor, and sets its amounts, as that vendor's file describes.
    ///
    /// # Errors
    /// What the vendor does not know, in words.
    pub fn set_rights(
        &self,
        vendor: Vendor,
        package: &str,
        rights: &serde_json::Value,
    ) -> Result<(), String> {
        self.world.vendors.book(vendor).set_rights(package, rights)
    }

    /// Registers an app with Xiaomi; the same secret again replaces it.
    pub fn register_xiaomi_app(&self, app: XiaomiApp) {
        self.world.vendors.xiaomi.register(app);
    }

    /// Registers a signing key with Apple; the same key id again replaces it.
    pub fn register_apns_key(&self, key: ApnsKey) {
        self.world.vendors.apns.register_key(key);
    }

    /// Trusts an APNs client certificate, in DER, that the simulator did not issue.
    pub fn register_apns_certificate(&self, der: Vec<u8>) {
        self.world.vendors.apns.register_certificate(der);
    }

    /// A new signing key for these bundle ids, registered with Apple.
    ///
    /// # Errors
    /// [`CaError::Issue`] where no key could be made.
    pub fn sample_p8(&self, team_id: &str, bundles: &[&str]) -> Result<SampleP8, CaError> {
        let key = rcgen::KeyPair::generate()?;
        let key_id = hex(&random::<5>()).to_ascii_uppercase();
        self.register_key_pair(&key, &key_id, team_id, bundles);
        Ok(SampleP8 { pem: Secret::new(key.serialize_pem()), key_id, team_id: team_id.to_owned() })
    }

    fn register_key_pair(&self, key: &rcgen::KeyPair, key_id: &str, team_id: &str, bundles: &[&str]) {
        self.register_apns_key(ApnsKey {
            key_id: key_id.to_owned(),
            team_id: team_id.to_owned(),
            public_key: key.public_key_raw().to_vec(),
            bundles: bundles.iter().map(|&bundle| bundle.to_owned()).collect(),
            environment: None,
        });
    }

    /// A p12 file with a new client certificate for a bundle id.
    ///
    /// # Errors
    /// [`CaError`] where it could not be made.
    pub fn sample_p12(
        &self,
        bundle: &str,
        team_id: &str,
        environments: &[Environment],
        not_after: Timestamp,
        password: &str,
    ) -> Result<SampleP12, CaError> {
        let wanted = ClientCertificate { bundle, team_id, environments, not_after };
        self.ca().apns_client_certificate(&wanted)?.to_p12(password)
    }

    /// Stops every host and the control API, and waits until their ports are free.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }
}
