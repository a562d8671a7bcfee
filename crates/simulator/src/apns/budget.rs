//! The budget for background pushes: a phone takes few of them in an hour.

use std::{collections::HashMap, sync::Mutex};

use model::Timestamp;

use crate::lock::lock;

/// Background pushes that a phone takes in an hour; the others are dropped. Documented as two or three.
const PER_HOUR: u8 = 3;
const HOUR_MS: i64 = 3_600_000;
/// Tokens that are counted; beyond them nothing is, so that memory stays bounded.
const TOKENS_MAX: usize = 100_000;

/// What each token has taken in the hour that runs.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Hour>);

#[derive(Debug, Default)]
struct Hour {
    number: i64,
    taken: HashMap<String, u8>,
}

impl Budget {
    /// Whether a phone takes one more; then it has.
    pub(super) fn take(&self, token: &str, now: Timestamp) -> bool {
        let number = now.millis().div_euclid(HOUR_MS);
        let mut hour = lock(&self.0);
        if hour.number != number {
            *hour = Hour { number, taken: HashMap::new() };
        }
        if let Some(taken) = hour.taken.get_mut(token) {
            let has_room = *taken < PER_HOUR;
            *taken += u8::from(has_room);
            return has_room;
        }
        if hour.taken.len() < TOKENS_MAX {
            hour.taken.insert(token.to_owned(), 1);
        }
        true
    }
}
