//! Vendor tokens: which phone each belongs to, and whether the vendor still serves it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use model::Timestamp;

use crate::phone::Phone;

/// The tokens one vendor has given out.
#[derive(Default)]
pub(crate) struct TokenBook(RwLock<HashMap<String, Registration>>);

/// What a vendor knows of one token.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// The phone it was given to.
    pub(crate) phone: Arc<Phone>,
    /// Whether it is served.
    pub(crate) standing: Standing,
}

/// Whether a vendor serves a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is served.
    Alive,
    /// It is not served any more.
    Dead {
        /// Since when.
        since: Timestamp,
        /// The token that took its place, where the app registered anew.
        replaced_by: Option<String>,
    },
}

impl Standing {
    /// Whether it is served.
    #[must_use]
    pub(crate) const fn is_alive(&self) -> bool {
        matches!(self, Self::Alive)
    }
}

impl TokenBook {
    /// Notes a token that was given to a phone.
    pub(crate) fn add(&self, token: String, phone: Arc<Phone>) {
        self.write().insert(token, Registration { phone, standing: Standing::Alive });
    }

    /// Stops serving a token. A token that is dead already keeps its date.
    pub(crate) fn bury(&self, token: &str, since: Timestamp, replaced_by: Option<String>) {
        if let Some(registration) = self.write().get_mut(token)
            && registration.standing.is_alive()
        {
            registration.standing = Standing::Dead { since, replaced_by };
        }
    }

    /// What is known of a token.
    #[must_use]
    pub(crate) fn find(&self, token: &str) -> Option<Registration> {
        self.read().get(token).cloned()
    }

    /// Whether a token is served.
    #[must_use]
    pub(crate) fn is_alive(&self, token: &str) -> bool {
        self.read().get(token).is_some_and(|registration| registration.standing.is_alive())
    }

    /// Every phone that has a token, once for each token.
    pub(crate) fn phones(&self) -> Vec<Arc<Phone>> {
        self.read().values().map(|registration| Arc::clone(&registration.phone)).collect()
    }

    /// Every token that is served on a phone with this app.
    pub(crate) fn served(&self, app: &str) -> Vec<String> {
        let is_served = |registration: &Registration| {
            registration.standing.is_alive() && registration.phone.profile().app == app
        };
        let tokens = self.read();
        tokens
            .iter()
            .filter(|(_, registration)| is_served(registration))
            .map(|(token, _)| token.clone())
            .collect()
    }

    /// Forgets every token of a phone.
    pub(crate) fn forget(&self, phone: &str) {
        self.write().retain(|_, registration| registration.phone.name() != phone);
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, HashMap<String, Registration>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<String, Registration>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
