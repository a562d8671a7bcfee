//! What the vendor keeps for phones that it cannot reach: at most 120 messages each, and fewer where a collapse key
//! says so. A message that makes way is told by receipt.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use crate::{
    lock::lock,
    phone::{Origin, Phone},
};

/// Messages kept for one phone. Documented.
const KEPT_MAX: usize = 120;
/// Phones that are remembered; beyond them all are forgotten, and then nothing makes way.
const PHONES_MAX: usize = 20_000;

/// Messages that were kept, by token.
#[derive(Debug, Default)]
pub(super) struct OfflineCache(Mutex<HashMap<String, VecDeque<Kept>>>);

#[derive(Debug)]
struct Kept {
    origin: Arc<Origin>,
    collapse_key: i64,
}

impl OfflineCache {
    /// Notes a message that is kept for a phone. Returns those that made way for it and were not delivered before.
    pub(super) fn note(
        &self,
        token: &str,
        phone: &Phone,
        origin: &Arc<Origin>,
        collapse_key: i64,
    ) -> Vec<Arc<Origin>> {
        let mut tokens = lock(&self.0);
        if tokens.len() >= PHONES_MAX && !tokens.contains_key(token) {
            tokens.clear();
        }
        let kept = tokens.entry(token.to_owned()).or_default();
        let makes_way = |other: &Kept| match collapse_key {
            -1 => false,
            0 => true,
            group => other.collapse_key == group,
        };
        let (mut gone, mut left): (VecDeque<_>, VecDeque<_>) = kept.drain(..).partition(makes_way);
        left.push_back(Kept { origin: Arc::clone(origin), collapse_key });
        while left.len() > KEPT_MAX {
            gone.extend(left.pop_front());
        }
        *kept = left;
        drop(tokens);
        gone.retain(|gone| phone.give_up(&gone.origin.message_id) > 0);
        gone.into_iter().map(|gone| gone.origin).collect()
    }
}
