//! The simulator's clock: the machine's, moved on by hand, so that a day's amounts can be seen to come back.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use model::{Clock, Timestamp};

/// A clock that can be moved on.
pub(crate) struct SetClock {
    inner: Arc<dyn Clock>,
    ahead_ms: AtomicI64,
}

impl SetClock {
    pub(crate) fn new(inner: Arc<dyn Clock>) -> Self {
        Self { inner, ahead_ms: AtomicI64::new(0) }
    }

    /// Moves it on; it never goes back.
    pub(crate) fn advance(&self, ms: u32) {
        self.ahead_ms.fetch_add(ms.into(), Ordering::AcqRel);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        self.inner.now().plus_ms(self.ahead_ms.load(Ordering::Acquire))
    }
}
