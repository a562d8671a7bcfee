//! The shelf: what a vendor keeps for a phone that it cannot reach.

use std::collections::VecDeque;

use model::Timestamp;

use super::push::Push;

/// Most pushes a vendor keeps for one phone; the oldest falls out.
const SHELF_MAX: usize = 1000;

/// How much a vendor keeps for one app of a phone that it cannot reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Everything, until its lifetime ends.
    All,
    /// The newest only.
    Newest,
}

/// A push that waits, with the token it was sent to.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) push: Push,
    pub(super) token: String,
}

/// What waits for one phone, oldest first.
#[derive(Debug)]
pub(super) struct Shelf {
    keep: Keep,
    waiting: VecDeque<Waiting>,
}

impl Shelf {
    pub(super) const fn new(keep: Keep) -> Self {
        Self { keep, waiting: VecDeque::new() }
    }

    /// Puts a push on the shelf, which may push others off.
    pub(super) fn put(&mut self, waiting: Waiting) {
        if self.keep == Keep::Newest {
            self.waiting.clear();
        }
        if self.waiting.len() == SHELF_MAX {
            self.waiting.pop_front();
        }
        self.waiting.push_back(waiting);
    }

    /// Takes down what can be delivered now.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Waiting> {
        self.take(|waiting| waiting.push.not_before <= now)
    }

    /// Takes down what can no longer be delivered.
    pub(super) fn take_expired(&mut self, now: Timestamp) -> Vec<Waiting> {
        self.take(|waiting| waiting.push.expires_at <= now)
    }

    /// Takes back what waits under a key.
    pub(super) fn withdraw(&mut self, replace_key: &str) -> usize {
        self.take(|waiting| waiting.push.replace_key.as_deref() == Some(replace_key)).len()
    }

    /// Takes back one push.
    pub(super) fn withdraw_message(&mut self, message_id: &str) -> usize {
        self.take(|waiting| waiting.push.origin.message_id == message_id).len()
    }

    /// The ids of the pushes that wait, oldest first.
    pub(super) fn message_ids(&self) -> Vec<String> {
        self.waiting.iter().map(|waiting| waiting.push.origin.message_id.clone()).collect()
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn take(&mut self, wanted: impl Fn(&Waiting) -> bool) -> Vec<Waiting> {
        let (taken, left) = std::mem::take(&mut self.waiting).into_iter().partition(wanted);
        self.waiting = left;
        Vec::from_iter::<VecDeque<_>>(taken)
    }
}
