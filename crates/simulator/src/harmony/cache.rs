//! The offline cache: what waits for a phone that is out of reach, and what newer messages push out of it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use crate::{lock::lock, phone::Origin};

/// Most messages that wait for one token; the oldest is overwritten. Documented for the older protocol.
const WAITING_MAX: usize = 120;

/// What waits, by token, oldest first.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<String, VecDeque<Waiting>>>);

#[derive(Debug)]
struct Waiting {
    origin: Arc<Origin>,
    group: Option<i64>,
}

impl Cache {
    /// Notes a message that waits. Returns those whose place it takes: of its group, and the oldest of too many.
    pub(super) fn keep(&self, token: &str, origin: &Arc<Origin>, group: Option<i64>) -> Vec<Arc<Origin>> {
        let mut cache = lock(&self.0);
        let waiting = cache.entry(token.to_owned()).or_default();
        let (mut overwritten, left): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(waiting).into_iter().partition(|old| group.is_some() && old.group == group);
        *waiting = left;
        while waiting.len() >= WAITING_MAX {
            overwritten.extend(waiting.pop_front());
        }
        waiting.push_back(Waiting { origin: Arc::clone(origin), group });
        overwritten.into_iter().map(|old| old.origin).collect()
    }

    /// A message waits no longer.
    pub(super) fn release(&self, token: &str, message_id: &str) {
        let mut cache = lock(&self.0);
        let Some(waiting) = cache.get_mut(token) else { return };
        waiting.retain(|one| one.origin.message_id != message_id);
        if waiting.is_empty() {
            cache.remove(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Vendor;

    use super::*;

    fn origin(id: &str) -> Arc<Origin> {
        Arc::new(Origin {
            vendor: Vendor::Harmony,
            app: "com.example.im".to_owned(),
            message_id: id.to_owned(),
            jobkey: String::new(),
            callback: None,
        })
    }

    fn ids(overwritten: &[Arc<Origin>]) -> Vec<&str> {
        overwritten.iter().map(|origin| origin.message_id.as_str()).collect()
    }

    #[test]
    fn the_newest_of_a_group_takes_the_place_of_those_before_it() {
        let cache = Cache::default();
        assert!(cache.keep("t", &origin("a"), Some(0)).is_empty());
        assert!(cache.keep("t", &origin("b"), Some(1)).is_empty());
        assert!(cache.keep("t", &origin("c"), None).is_empty());
        assert_eq!(ids(&cache.keep("t", &origin("d"), Some(0))), ["a"]);
        cache.release("t", "d");
        assert!(cache.keep("t", &origin("e"), Some(0)).is_empty());
    }

    #[test]
    fn one_over_the_most_overwrites_the_oldest() {
        let cache = Cache::default();
        for number in 0..WAITING_MAX {
            assert!(cache.keep("t", &origin(&number.to_string()), None).is_empty());
        }
        assert_eq!(ids(&cache.keep("t", &origin("last"), None)), ["0"]);
    }
}
