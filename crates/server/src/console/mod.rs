//! The console: drawn on the server in two languages, live without reload.
//!
//! The list of [`pages`] says what each needs; the [`gatekeeper`] sees to it, and to the audit log. Each page's folder
//! has handlers that read, and a `view` that turns what was read into what the template shows; the views are pure. What
//! leaves carries the headers of [`answer`].

mod account;
mod answer;
mod assets;
mod audit;
mod certificates;
mod charts;
mod chrome;
mod dead_letters;
mod deliveries;
mod entrance;
mod events;
mod explain;
mod gate;
mod gatekeeper;
mod groups;
mod keys;
mod lab;
mod lanes;
mod list;
mod operators;
mod overview;
mod pages;
mod passwords;
mod policy;
mod resources;
mod road;
mod session;
mod signin;
mod test;
mod throttle;
mod told;
mod users;
mod visitor;
mod webhooks;
mod welcome;
mod words;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::Router;
use store::StoreError;
use tokio::sync::Semaphore;

use self::{
    certificates::{Drafts, Probes},
    events::Listeners,
    lab::Simulator,
    passwords::Passwords,
    throttle::Throttle,
};
use crate::shared::Shared;

pub(crate) use self::entrance::{Entrance, Grant};
pub use self::pages::{ConsolePage, Need, console_pages};

/// Largest form, in bytes, files included.
const FORM_MAX_BYTES: usize = 512 * 1024;

/// What the console's pages share.
pub(crate) struct Console {
    shared: Arc<Shared>,
    passwords: Passwords,
    throttle: Throttle,
    has_operators: AtomicBool,
    simulator: Option<Simulator>,
    probes: Probes,
    drafts: Drafts,
    listeners: Listeners,
    /// Places for files that are being written.
    exports: Arc<Semaphore>,
}

impl Console {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            simulator: shared.config.simulator.as_ref().map(Simulator::new),
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            has_operators: AtomicBool::new(false),
            probes: Probes::default(),
            drafts: Drafts::default(),
            listeners: Listeners::default(),
            exports: Arc::new(Semaphore::new(deliveries::AT_ONCE)),
            shared,
        }
    }

    /// Whether anybody can sign in with a password. Operators are never deleted, so that one yes is enough.
    async fn has_operators(&self) -> Result<bool, StoreError> {
        if !self.has_operators.load(Ordering::Relaxed) {
            let some = !self.shared.store().operators().await?.is_empty();
            self.has_operators.store(some, Ordering::Relaxed);
        }
        Ok(self.has_operators.load(Ordering::Relaxed))
    }

    /// Where one is led who asked for nothing in particular: beside a simulator one has come to try things out.
    const fn home(&self) -> &'static str {
        if self.simulator.is_some() { "/console/lab" } else { "/console/overview" }
    }

    /// Whether browsers reach the console over https, so that cookies must not travel otherwise.
    fn is_secure(&self) -> bool {
        let config = &self.shared.config;
        config.tls.is_some() || config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Every page of the console, under `/console`.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    pages::router(&Arc::new(Console::new(shared)))
}
