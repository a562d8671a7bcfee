//! Changes of one group one after another.

use std::hash::{BuildHasher, RandomState};

use model::{AppId, GroupId};
use tokio::sync::{Mutex, MutexGuard};

/// How many groups change at once at the most.
const STRIPES: usize = 64;

/// Turns to change groups. Groups share them by chance, which costs a wait and nothing else.
pub(crate) struct Turns {
    stripes: [Mutex<()>; STRIPES],
    hasher: RandomState,
}

impl Default for Turns {
    fn default() -> Self {
        Self { stripes: std::array::from_fn(|_| Mutex::new(())), hasher: RandomState::new() }
    }
}

impl Turns {
    /// Waits for the group's turn, which lasts as long as what is given back.
    pub(crate) async fn take(&self, app: AppId, group: &GroupId) -> MutexGuard<'_, ()> {
        let stripe = self.hasher.hash_one((app, group)) % STRIPES as u64;
        self.stripes[usize::try_from(stripe).unwrap_or_default()].lock().await
    }
}
