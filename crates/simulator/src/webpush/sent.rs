//! Messages that may still wait: by their own URL, and by their topic.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use crate::{lock::lock, phone::Phone};

/// Messages that are remembered; the oldest is forgotten, and can then be neither taken back nor replaced.
const REMEMBERED_MAX: usize = 10_000;

/// The newest messages.
#[derive(Default)]
pub(super) struct Sent(Mutex<Messages>);

#[derive(Default)]
struct Messages {
    /// The oldest first, each with its topic.
    order: VecDeque<(String, Option<Topic>)>,
    phones: HashMap<String, Arc<Phone>>,
    /// The last message of each topic.
    topics: HashMap<Topic, String>,
}

/// A subscription's topic.
type Topic = (String, String);

impl Sent {
    /// Remembers a message. Where it has a topic, the one that waits under the same topic makes way.
    pub(super) fn add(&self, message_id: &str, phone: &Arc<Phone>, topic: Option<Topic>) {
        let mut sent = lock(&self.0);
        if sent.order.len() == REMEMBERED_MAX
            && let Some((oldest, topic)) = sent.order.pop_front()
        {
            sent.phones.remove(&oldest);
            if let Some(topic) = topic.filter(|topic| sent.topics.get(topic) == Some(&oldest)) {
                sent.topics.remove(&topic);
            }
        }
        sent.order.push_back((message_id.to_owned(), topic.clone()));
        sent.phones.insert(message_id.to_owned(), Arc::clone(phone));
        let replaced = topic.and_then(|topic| sent.topics.insert(topic, message_id.to_owned()));
        drop(sent);
        if let Some(replaced) = replaced {
            phone.forget_waiting(&replaced);
        }
    }

    /// Takes a message back where it still waits. Returns whether it is remembered.
    pub(super) fn cancel(&self, message_id: &str) -> bool {
        let phone = lock(&self.0).phones.remove(message_id);
        if let Some(phone) = &phone {
            phone.forget_waiting(message_id);
        }
        phone.is_some()
    }
}
