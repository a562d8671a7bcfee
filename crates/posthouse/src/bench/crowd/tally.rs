//! What a crowd has received: how far everybody is, in which order, after how long.

use std::collections::VecDeque;

use model::Timestamp;
use serde::{Deserialize, Serialize};

/// Latencies are counted in milliseconds up to this many; what took longer counts as this.
const LATENCY_MAX_MS: usize = 20_000;

/// What came of everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::bench) struct Report {
    /// Messages that reached a receiver.
    pub(in crate::bench) received: u64,
    /// Messages that did not follow directly on the one before.
    pub(in crate::bench) disordered: u64,
    /// Connections that broke.
    pub(in crate::bench) broken: u64,
    /// How many took so many milliseconds.
    latency_ms: Vec<u64>,
}

impl Report {
    pub(super) fn add(&mut self, more: &Self) {
        self.received += more.received;
        self.disordered += more.disordered;
        self.broken += more.broken;
        self.latency_ms.resize(self.latency_ms.len().max(more.latency_ms.len()), 0);
        for (sum, count) in self.latency_ms.iter_mut().zip(&more.latency_ms) {
            *sum += count;
        }
    }

    /// The latency that so many of a hundred do not exceed, in milliseconds.
    pub(in crate::bench) fn latency_ms(&self, of_hundred: u64) -> f64 {
        let all: u64 = self.latency_ms.iter().sum();
        let rank = (all * of_hundred).div_ceil(100);
        let mut seen = 0;
        let found = self.latency_ms.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        found.unwrap_or_default() as f64
    }
}

/// The count of one process.
#[derive(Debug)]
pub(super) struct Tally {
    members: u32,
    /// The place that everybody has got to; `None` before the first message.
    through: Option<i64>,
    /// How many have got to each place after that.
    beyond: VecDeque<u32>,
    report: Report,
}

impl Tally {
    pub(super) fn new(members: u32) -> Self {
        Self { members, through: None, beyond: VecDeque::new(), report: Report::default() }
    }

    /// A member got a message; `before` is the place it had got to. Answers how far everybody is, where that changed.
    pub(super) fn received(&mut self, before: Option<i64>, seq: i64, took: Option<i64>) -> Option<i64> {
        self.report.received += 1;
        self.report.disordered += u64::from(before.is_some_and(|before| seq != before + 1));
        if let Some(took) = took {
            let ms = usize::try_from(took).unwrap_or(0).min(LATENCY_MAX_MS);
            if self.report.latency_ms.len() <= ms {
                self.report.latency_ms.resize(ms + 1, 0);
            }
            self.report.latency_ms[ms] += 1;
        }
        let first = *self.through.get_or_insert(seq - 1);
        let place = usize::try_from(seq - first - 1).ok()?;
        if self.beyond.len() <= place {
            self.beyond.resize(place + 1, 0);
        }
        self.beyond[place] += 1;
        let mut through = first;
        while self.beyond.front().is_some_and(|count| *count >= self.members) {
            self.beyond.pop_front();
            through += 1;
        }
        self.through = Some(through);
        (through > first).then_some(through)
    }

    pub(super) const fn broke(&mut self) {
        self.report.broken += 1;
    }

    pub(super) fn into_report(self) -> Report {
        self.report
    }
}

/// When a message was sent, as its text says.
pub(in crate::bench) fn stamp(text: &str) -> Option<Timestamp> {
    text.strip_prefix("at ")?.split(' ').next()?.parse().ok().map(Timestamp)
}

/// A text that says when it was sent.
pub(in crate::bench) fn stamped(at: Timestamp, words: &str) -> String {
    format!("at {} {words}", at.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_as_far_as_the_last_of_them() {
        let mut tally = Tally::new(2);
        assert_eq!(tally.received(None, 7, Some(3)), None);
        assert_eq!(tally.received(Some(7), 8, Some(3)), None);
        assert_eq!(tally.received(None, 7, Some(5)), Some(7));
        assert_eq!(tally.received(Some(7), 9, None), None, "one was left out");
        let report = tally.into_report();
        assert_eq!((report.received, report.disordered), (4, 1));
        assert_eq!((report.latency_ms(50), report.latency_ms(99)), (3.0, 5.0));
    }

    #[test]
    fn a_text_says_when_it_was_sent() {
        assert_eq!(stamp(&stamped(Timestamp(42), "tea?")), Some(Timestamp(42)));
        assert_eq!(stamp("tea?"), None);
    }
}
