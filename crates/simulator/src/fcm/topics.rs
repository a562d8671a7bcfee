//! Which app instances have which topics.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard},
};

use model::Timestamp;

use super::condition::Condition;
use crate::lock::lock;

/// Topics of one app instance. Widely known.
pub(super) const TOPICS_MAX: usize = 2000;
/// Longest topic name. Documented.
const NAME_MAX_CHARS: usize = 900;
/// App instances with topics that a project remembers: more than there can be phones.
const INSTANCES_MAX: usize = 100_000;

/// Whether a text is a topic's name, without `/topics/`. Documented.
pub(super) fn is_topic(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
    !name.is_empty() && name.len() <= NAME_MAX_CHARS && name.bytes().all(allowed)
}

/// Topics of one app instance, with the moment of subscribing.
type Subscriptions = BTreeMap<String, Timestamp>;

/// Topics by token.
#[derive(Debug, Default)]
pub(super) struct Topics(Mutex<HashMap<String, Subscriptions>>);

/// An app instance has as many topics as it may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

impl Topics {
    /// Subscribes; returns whether it had the topic before, and since when it has it.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(super) fn add(&self, token: &str, topic: &str, now: Timestamp) -> Result<(bool, Timestamp), TooMany> {
        let mut instances = self.instances();
        if instances.len() >= INSTANCES_MAX && !instances.contains_key(token) {
            return Err(TooMany);
        }
        let topics = instances.entry(token.to_owned()).or_default();
        if let Some(since) = topics.get(topic) {
            return Ok((true, *since));
        }
        if topics.len() >= TOPICS_MAX {
            return Err(TooMany);
        }
        topics.insert(topic.to_owned(), now);
        Ok((false, now))
    }

    /// Unsubscribes; returns whether it had the topic.
    pub(super) fn remove(&self, token: &str, topic: &str) -> bool {
        let mut instances = self.instances();
        let Some(topics) = instances.get_mut(token) else { return false };
        let had = topics.remove(topic).is_some();
        if topics.is_empty() {
            instances.remove(token);
        }
        had
    }

    /// Topics of an app instance, by name.
    pub(super) fn of(&self, token: &str) -> Subscriptions {
        self.instances().get(token).cloned().unwrap_or_default()
    }

    /// Tokens whose topics fulfil a condition.
    pub(super) fn fulfilling(&self, condition: &Condition) -> Vec<String> {
        let instances = self.instances();
        let holds = |topics: &Subscriptions| condition.holds(&|topic| topics.contains_key(topic));
        instances.iter().filter(|(_, topics)| holds(topics)).map(|(token, _)| token.clone()).collect()
    }

    fn instances(&self) -> MutexGuard<'_, HashMap<String, Subscriptions>> {
        lock(&self.0)
    }
}
