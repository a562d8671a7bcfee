//! Keys that were looked up, believed until a commit changes them; and when each was last used.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering::Relaxed},
};

use model::Timestamp;
use store::{ApiKey, Op, Store, StoreError};

use crate::believed::Believed;

/// Keys that are known at once; beyond that all are forgotten and looked up again.
const KNOWN_MAX: usize = 4096;

/// API keys that were looked up, by hash. What a commit changes is forgotten at once.
pub struct Keys(Believed<[u8; 32], KnownKey>);

struct KnownKey {
    key: Arc<ApiKey>,
    used_at: AtomicI64,
    /// What the store knows of that.
    noted_at: AtomicI64,
}

impl Default for Keys {
    fn default() -> Self {
        Self(Believed::new(KNOWN_MAX))
    }
}

impl Keys {
    /// The key with this hash, which is used now.
    ///
    /// # Errors
    /// [`StoreError`] where it has to be read and cannot.
    pub async fn find(
        &self,
        store: &dyn Store,
        hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<Arc<ApiKey>>, StoreError> {
        let heard = match self.0.get(&hash) {
            Ok(one) => {
                one.used_at.store(now.0, Relaxed);
                return Ok(Some(Arc::clone(&one.key)));
            }
            Err(heard) => heard,
        };
        let Some(read) = store.api_key(&hash).await? else { return Ok(None) };
        let key = Arc::new(read);
        let noted_at = AtomicI64::new(key.used_at.map_or(0, |at| at.0));
        let one = KnownKey { key: Arc::clone(&key), used_at: AtomicI64::new(now.0), noted_at };
        self.0.keep(heard, hash, Arc::new(one));
        Ok(Some(key))
    }

    /// When a key was last used, where that is newer than what the store knows.
    #[must_use]
    pub fn used_at(&self, hash: &[u8; 32]) -> Option<Timestamp> {
        self.0.get(hash).ok().map(|one| Timestamp(one.used_at.load(Relaxed)))
    }

    /// Forgets a key. For whoever commits its end and answers for it at once.
    pub fn forget(&self, hash: &[u8; 32]) {
        self.0.forget(hash);
    }

    pub(crate) fn forget_all(&self) {
        self.0.forget_all();
    }

    /// The op that notes uses which the store does not know of yet; `None`: it knows all. They count as noted from now
    /// on.
    #[must_use]
    pub fn noting(&self) -> Option<Op> {
        let uses = self.0.filter_map(|(hash, one)| {
            let used_at = one.used_at.load(Relaxed);
            (one.noted_at.swap(used_at, Relaxed) < used_at).then_some((*hash, Timestamp(used_at)))
        });
        (!uses.is_empty()).then_some(Op::NoteKeyUse(uses))
    }
}
