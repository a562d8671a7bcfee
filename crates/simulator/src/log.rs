//! The request log: the newest requests at every vendor, in a ring of fixed size.

use std::{borrow::Cow, collections::VecDeque, sync::Mutex};

use model::{Timestamp, Vendor};
use serde::Serialize;

use crate::lock::lock;

/// One request at a vendor, or one receipt called back by it.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Its number, counted up.
    pub number: u64,
    /// When it was answered.
    pub at: Timestamp,
    /// At which vendor.
    pub vendor: Vendor,
    /// At which host; for a receipt, where it was posted.
    pub host: Cow<'static, str>,
    /// Method and path, without tokens.
    pub path: Cow<'static, str>,
    /// How many targets it had.
    pub targets: usize,
    /// The first target's token, shortened; empty where it had none.
    pub token: String,
    /// HTTP status answered; 0 where no answer was given.
    pub status: u16,
    /// The vendor's own code or reason; empty for a success that has none.
    pub code: Cow<'static, str>,
    /// Which check or fault decided.
    pub stage: &'static str,
}

/// The newest entries.
#[derive(Debug)]
pub(crate) struct RequestLog {
    ring: Mutex<Ring>,
    capacity: usize,
}

#[derive(Debug)]
struct Ring {
    entries: VecDeque<Entry>,
    written: u64,
}

impl RequestLog {
    /// A log of the newest `capacity` entries.
    #[must_use]
    pub(crate) fn new(capacity: usize) -> Self {
        let ring = Ring { entries: VecDeque::with_capacity(capacity), written: 0 };
        Self { ring: Mutex::new(ring), capacity }
    }

    /// Writes an entry; its number is given here.
    pub(crate) fn write(&self, mut entry: Entry) {
        let mut ring = lock(&self.ring);
        ring.written += 1;
        entry.number = ring.written;
        if ring.entries.len() >= self.capacity {
            ring.entries.pop_front();
        }
        ring.entries.push_back(entry);
    }

    /// Entries after a number, oldest first, at most `limit` of them, the newest being kept.
    #[must_use]
    pub(crate) fn after(&self, number: u64, limit: usize) -> Vec<Entry> {
        let ring = lock(&self.ring);
        let mut newest: Vec<Entry> = ring
            .entries
            .iter()
            .rev()
            .take_while(|entry| entry.number > number)
            .take(limit)
            .cloned()
            .collect();
        newest.reverse();
        newest
    }

    /// How many entries were ever written.
    #[must_use]
    pub(crate) fn written(&self) -> u64 {
        lock(&self.ring).written
    }

    /// Forgets all entries; the numbers go on.
    pub(crate) fn clear(&self) {
        lock(&self.ring).entries.clear();
    }
}

/// A token as logs show it: enough to tell tokens apart, too little to send to.
#[must_use]
pub fn shorten(token: &str) -> String {
    let chars = token.chars().count();
    let shown = if chars <= 12 { 2 } else { 6 };
    let head: String = token.chars().take(shown).collect();
    let tail: String = token.chars().skip(chars.saturating_sub(shown.min(4))).collect();
    if chars <= shown { "…".to_owned() } else { format!("{head}…{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            number: 0,
            at: Timestamp(0),
            vendor: Vendor::Apns,
            host: "h".into(),
            path: "p".into(),
            targets: 1,
            token: String::new(),
            status: 200,
            code: "".into(),
            stage: "accepted",
        }
    }

    #[test]
    fn the_log_keeps_the_newest_and_counts_all() {
        let log = RequestLog::new(3);
        for _ in 0..5 {
            log.write(entry());
        }
        let numbers = |entries: Vec<Entry>| entries.iter().map(|entry| entry.number).collect::<Vec<_>>();
        assert_eq!(numbers(log.after(0, 10)), [3, 4, 5]);
        assert_eq!(numbers(log.after(4, 10)), [5]);
        assert_eq!(numbers(log.after(0, 2)), [4, 5]);
        assert_eq!(log.written(), 5);
    }

    #[test]
    fn a_shortened_token_never_shows_most_of_it() {
        assert_eq!(shorten("abcdefghijklmnopqrstuvwxyz"), "abcdef…wxyz");
        assert_eq!(shorten("abcdefgh"), "ab…gh");
        assert_eq!(shorten("ab"), "…");
        assert_eq!(shorten("令牌令牌令牌令牌令牌令牌令牌"), "令牌令牌令牌…令牌令牌");
    }
}
