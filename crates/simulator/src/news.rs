//! Word that something visible has changed: a counter that anyone can wait on.

use tokio::sync::watch;

/// A counter that grows whenever a phone, a fault or the request log changes.
#[derive(Debug, Clone)]
pub struct News(watch::Sender<u64>);

impl Default for News {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl News {
    /// Says that something changed.
    pub fn changed(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Waits for changes; several in a row may be seen as one.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
