//! How much one app sends to one device within a minute, beyond which messages are folded.

use std::{collections::VecDeque, sync::Mutex};

use model::Timestamp;

use crate::{counter::Passing, lock::lock};

const MINUTE_MS: i64 = 60_000;

/// The messages of the last minute, by device and app.
#[derive(Debug, Default)]
pub(super) struct MinuteGate(Mutex<Passing<VecDeque<Timestamp>>>);

impl MinuteGate {
    /// Whether one more message stays under the number of a minute; then it counts. A folded one does not (assumed).
    pub(super) fn pass(&self, key: &str, per_minute: usize, now: Timestamp) -> bool {
        let is_over = |at: &Timestamp| now.since_ms(*at) >= MINUTE_MS;
        let mut devices = lock(&self.0);
        let ended = |sent: &VecDeque<Timestamp>| sent.back().is_none_or(is_over);
        let sent = devices.of(key, ended, VecDeque::new);
        while sent.front().is_some_and(is_over) {
            sent.pop_front();
        }
        let passes = sent.len() < per_minute;
        if passes {
            sent.push_back(now);
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minute_moves_along() {
        let gate = MinuteGate::default();
        assert!(gate.pass("a", 2, Timestamp(0)) && gate.pass("a", 2, Timestamp(30_000)));
        assert!(!gate.pass("a", 2, Timestamp(59_999)));
        assert!(gate.pass("b", 2, Timestamp(59_999)));
        assert!(gate.pass("a", 2, Timestamp(60_000)));
        assert!(!gate.pass("a", 2, Timestamp(89_999)));
    }
}
