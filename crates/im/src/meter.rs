//! What the IM half counts of its own work.

use meter::{Counter, Histogram};
use model::{MessageKind, ReasonCode};
use rules::{Decision, Ruling};

/// Kinds of messages, by their stored number.
const KINDS: usize = 5;
/// Rulings, in the order of [`ImMeter::RULINGS`].
const RULINGS: usize = 4;
/// Reasons are numbered below this.
const REASONS: usize = 256;

/// What the IM half counts of its own work.
#[derive(Debug)]
pub struct ImMeter {
    accepted: [Counter; KINDS],
    /// By reason, then ruling.
    decisions: Box<[[Counter; RULINGS]]>,
    /// How late the fan-out looked at what was due.
    pub fanout_lag: Histogram,
}

impl Default for ImMeter {
    fn default() -> Self {
        let decisions = (0..REASONS).map(|_| Default::default()).collect();
        Self { accepted: Default::default(), decisions, fanout_lag: Histogram::default() }
    }
}

impl ImMeter {
    /// The words of the rulings.
    const RULINGS: [&'static str; RULINGS] = ["push", "skip", "wait", "delivered"];
    /// The kinds of messages with their words.
    const KINDS: [(MessageKind, &'static str); KINDS] = [
        (MessageKind::Message, "message"),
        (MessageKind::System, "system"),
        (MessageKind::Push, "push"),
        (MessageKind::Call, "call"),
        (MessageKind::Notice, "notice"),
    ];

    /// How many messages were accepted, by kind.
    pub fn accepted(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Self::KINDS.iter().map(|(kind, word)| (*word, self.accepted[*kind as usize].get()))
    }

    /// How many targets were decided, by ruling and reason; only what there was.
    pub fn decisions(&self) -> impl Iterator<Item = (&'static str, ReasonCode, u64)> {
        (0_u16..).zip(&self.decisions).flat_map(|(code, counters)| {
            let counted = Self::RULINGS.into_iter().zip(counters);
            counted
                .map(move |(word, counter)| (word, ReasonCode(code), counter.get()))
                .filter(|(.., count)| *count > 0)
        })
    }

    pub(crate) fn note_accepted(&self, kind: MessageKind) {
        self.accepted[kind as usize].one();
    }

    pub(crate) fn note_decided(&self, decision: &Decision) {
        let ruling = match decision.ruling {
            Ruling::Push => 0,
            Ruling::Skip => 1,
            Ruling::Wait => 2,
            Ruling::Delivered => 3,
        };
        if let Some(counters) = self.decisions.get(usize::from(decision.reason.0)) {
            counters[ruling].one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_place() {
        assert!(rules::reasons().iter().all(|reason| usize::from(reason.code.0) < REASONS));
    }

    #[test]
    fn kinds_are_counted_at_their_number() {
        for (number, (kind, _)) in ImMeter::KINDS.into_iter().enumerate() {
            assert_eq!(kind as usize, number);
        }
    }
}
