//! All handsets of a simulator, by name.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use super::{Handset, NewHandset};
use crate::{
    lock::lock,
    world::{NewPhone, NewPhoneError, World},
};

/// All handsets of a simulator.
pub struct Handsets {
    world: Arc<World>,
    by_name: Mutex<BTreeMap<String, Arc<Handset>>>,
}

/// Why a handset was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// The server address is not `ws://`.
    #[error("server must be a ws:// address")]
    Server,
    /// There can be no such phone.
    #[error(transparent)]
    Phone(#[from] NewPhoneError),
}

impl std::fmt::Debug for Handsets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(lock(&self.by_name).keys()).finish()
    }
}

impl Handsets {
    /// None yet; their phones are made in this world.
    #[must_use]
    pub const fn new(world: Arc<World>) -> Self {
        Self { world, by_name: Mutex::new(BTreeMap::new()) }
    }

    /// Makes a handset; its app is not started.
    ///
    /// # Errors
    /// [`MakeError`] says what is wrong with the wish; nothing was made.
    pub fn make(&self, new: NewHandset) -> Result<Arc<Handset>, MakeError> {
        if !new.server.starts_with("ws://") {
            return Err(MakeError::Server);
        }
        let phone = self.world.create_phone(NewPhone {
            name: new.name.clone(),
            brand: new.brand.clone(),
            app: Some(new.package.clone()),
            environment: new.environment,
        })?;
        if new.google {
            self.world.give_google(&phone);
        }
        let clock = Arc::clone(&self.world.shared.clock);
        let handset = Handset::new(phone, new, clock, self.world.news().clone());
        lock(&self.by_name).insert(handset.name().to_owned(), Arc::clone(&handset));
        self.world.news().changed();
        Ok(handset)
    }

    /// Takes a handset away: its app is killed, its phone is unknown to its vendor. Returns whether there was one.
    pub async fn remove(&self, name: &str) -> bool {
        let Some(handset) = lock(&self.by_name).remove(name) else { return false };
        handset.kill().await;
        self.world.remove_phone(name);
        true
    }

    /// A handset.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Handset>> {
        lock(&self.by_name).get(name).cloned()
    }

    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<Handset>> {
        lock(&self.by_name).values().cloned().collect()
    }
}
