//! The feedback host: registration ids that were found invalid, and what is left of the day's amount.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Mutex,
};

use serde::Serialize;

use super::{
    desk::{Desk, Sender},
    reply,
};
use crate::{counter::Answer, faults::Turn, lock::lock};

/// Ids that one call tells. Documented.
const TOLD_MAX: usize = 500;
/// Ids that wait for one app.
const WAITING_MAX: usize = 10_000;

/// Invalid ids that have not been fetched, by app key.
#[derive(Debug, Default)]
pub(super) struct Feedback(Mutex<HashMap<String, BTreeSet<String>>>);

impl Feedback {
    /// Notes an id that a message was sent to in vain.
    pub(super) fn note(&self, app_key: &str, id: &str) {
        let mut waiting = lock(&self.0);
        let ids = waiting.entry(app_key.to_owned()).or_default();
        if ids.len() < WAITING_MAX {
            ids.insert(id.to_owned());
        }
    }

    /// Takes out what one call tells, with how many waited.
    fn take(&self, app_key: &str) -> InvalidIds {
        let mut waiting = lock(&self.0);
        let ids = waiting.entry(app_key.to_owned()).or_default();
        let total_count = ids.len();
        let registration_ids = (0..TOLD_MAX).map_while(|_| ids.pop_first()).collect();
        InvalidIds { registration_ids, total_count }
    }
}

#[derive(Serialize)]
struct InvalidIds {
    registration_ids: Vec<String>,
    /// Those that waited before this call (assumed). Documented in this spelling.
    #[serde(rename = "totalCount")]
    total_count: usize,
}

/// Content messages of today. Documented.
#[derive(Serialize)]
struct Permit {
    total_count: u64,
    push_count: u64,
    remain_count: u64,
}

impl Desk {
    /// Ids vanish once they are fetched (documented).
    pub(super) fn invalid_ids(&self, sender: &Sender) -> Answer {
        let told = self.feedback.take(&sender.app.app_key);
        let first = told.registration_ids.first().cloned().unwrap_or_default();
        reply::success(&told).to(told.registration_ids.len(), &first)
    }

    pub(super) fn push_permit(&self, sender: &Sender, turn: &Turn) -> Answer {
        let total_count = sender.rights.day_amount();
        let push_count = if turn.quota_used_up { total_count } else { self.spent(sender) };
        let remain_count = total_count.saturating_sub(push_count);
        reply::success(&Permit { total_count, push_count, remain_count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_are_told_at_a_time_and_then_forgotten() {
        let feedback = Feedback::default();
        for number in 0..501 {
            feedback.note("key", &format!("CN_{number}"));
            feedback.note("key", &format!("CN_{number}"));
        }
        let counts = [(); 3].map(|()| {
            let told = feedback.take("key");
            (told.registration_ids.len(), told.total_count)
        });
        assert_eq!(counts, [(500, 501), (1, 1), (0, 0)]);
        assert_eq!(feedback.take("other").total_count, 0);
    }
}
