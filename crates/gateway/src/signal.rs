//! How a lane is told that something changed: flags that gather until the lane looks.

use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// Flags for a lane, and its bell.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    flags: AtomicU8,
    bell: Notify,
}

/// What a lane was told since it last looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told(u8);

impl Told {
    /// Deliveries may be due.
    pub(crate) const QUEUED: Self = Self(1);
    /// The certificate, or its App's policy, may have changed.
    pub(crate) const REOPEN: Self = Self(2);
    /// Begin nothing more; end when what is on the wire has landed.
    pub(crate) const STOP: Self = Self(4);
    /// End now.
    pub(crate) const ABANDON: Self = Self(8);
    /// The operator has released the brake on mass removal.
    pub(crate) const RELEASED: Self = Self(16);

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this is among what was told.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl Signal {
    pub(crate) fn tell(&self, told: Told) {
        self.flags.fetch_or(told.0, Ordering::AcqRel);
        self.bell.notify_one();
    }

    /// What was told, and forgets it.
    pub(crate) fn take(&self) -> Told {
        Told(self.flags.swap(0, Ordering::AcqRel))
    }

    /// Waits until something is told.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }
}
