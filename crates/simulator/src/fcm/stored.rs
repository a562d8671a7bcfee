//! What FCM keeps for a phone out of reach: the newest of each collapse key, and a hundred that do not collapse.

use std::{collections::HashMap, sync::Mutex};

use crate::{lock::lock, phone::Phone};

/// Collapse keys that are kept for one phone; one more drives out another. Documented that which one is arbitrary.
const KEYS_MAX: usize = 4;
/// Messages without a collapse key that are kept for one phone; one more discards them all. Documented; that it is
/// discarded with them is assumed.
const PLAIN_MAX: usize = 100;

/// What is kept, by phone.
#[derive(Debug, Default)]
pub(super) struct Stored(Mutex<HashMap<String, Vec<Kept>>>);

#[derive(Debug)]
struct Kept {
    message_id: String,
    collapse_key: Option<String>,
}

impl Stored {
    /// Looks at a phone that was just handed a message, and drops what is too much.
    pub(super) fn note(&self, phone: &Phone, message_id: &str, collapse_key: Option<&str>) {
        let mut phones = lock(&self.0);
        let waiting = phone.waiting_messages();
        if !waiting.iter().any(|id| id == message_id) {
            if waiting.is_empty() {
                phones.remove(phone.name());
            }
            return;
        }
        let kept = phones.entry(phone.name().to_owned()).or_default();
        kept.retain(|kept| waiting.contains(&kept.message_id));
        let dropped = match collapse_key {
            Some(key) => make_way(kept, key),
            None if kept.iter().filter(|kept| kept.collapse_key.is_none()).count() >= PLAIN_MAX => {
                let mut all = take(kept, |kept| kept.collapse_key.is_none());
                all.push(message_id.to_owned());
                all
            }
            None => Vec::new(),
        };
        if !dropped.iter().any(|id| id == message_id) {
            let collapse_key = collapse_key.map(str::to_owned);
            kept.push(Kept { message_id: message_id.to_owned(), collapse_key });
        }
        for id in dropped {
            phone.forget_waiting(&id);
        }
    }
}

/// What a message with this key drives out: the one with the same key, else the oldest of the fourth other.
fn make_way(kept: &mut Vec<Kept>, key: &str) -> Vec<String> {
    let same = take(kept, |kept| kept.collapse_key.as_deref() == Some(key));
    let keys = kept.iter().filter(|kept| kept.collapse_key.is_some());
    if !same.is_empty() || keys.clone().count() < KEYS_MAX {
        return same;
    }
    let oldest = keys.map(|kept| kept.message_id.clone()).next();
    oldest.map(|oldest| take(kept, |kept| kept.message_id == oldest)).unwrap_or_default()
}

fn take(kept: &mut Vec<Kept>, wanted: impl Fn(&Kept) -> bool) -> Vec<String> {
    let (taken, left): (Vec<_>, Vec<_>) = std::mem::take(kept).into_iter().partition(wanted);
    *kept = left;
    taken.into_iter().map(|kept| kept.message_id).collect()
}
