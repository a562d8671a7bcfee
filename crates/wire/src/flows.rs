//! What has gone out on one connection and what has come back acknowledged, per conversation.

use std::collections::BTreeMap;

use model::{ConversationId, Seq, Timestamp};

use crate::{Cursor, Unacked};

/// Over this many conversations the ones without anything in flight are forgotten.
const FLOWS_KEPT: usize = 1024;

/// Whose deadline a message has: a call is worth waiting for only a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    Usual,
    Call,
}

/// One conversation on one connection: a few numbers, however many messages are in flight.
#[derive(Debug, Clone, Copy)]
struct Flow {
    delivered: Seq,
    acked: Seq,
    usual: Due,
    calls: Due,
}

/// When messages of one pace must be acknowledged.
#[derive(Debug, Clone, Copy)]
struct Due {
    /// The last of them that went out.
    through: Seq,
    /// The deadline of the oldest in flight. After a partial ack this is only known to be no later than `newest`,
    /// which then takes its place.
    oldest: Timestamp,
    newest: Timestamp,
}

impl Due {
    const NONE: Self = Self { through: Seq(0), oldest: Timestamp::NEVER, newest: Timestamp::NEVER };

    fn note(&mut self, seq: Seq, due: Timestamp, acked: Seq) {
        if self.through <= acked {
            self.oldest = due;
        }
        (self.through, self.newest) = (seq, due);
    }

    fn next(&self, acked: Seq) -> Option<Timestamp> {
        (self.through > acked).then_some(self.oldest)
    }
}

impl Flow {
    const fn at(seq: Seq) -> Self {
        Self { delivered: seq, acked: seq, usual: Due::NONE, calls: Due::NONE }
    }

    fn in_flight(&self) -> bool {
        self.usual.through.max(self.calls.through) > self.acked
    }

    fn next_due(&self) -> Option<Timestamp> {
        [self.usual, self.calls].iter().filter_map(|due| due.next(self.acked)).min()
    }
}

/// All conversations of one connection.
#[derive(Debug, Default)]
pub(crate) struct Flows(BTreeMap<ConversationId, Flow>);

impl Flows {
    /// Where the client stands in a conversation as far as this connection knows.
    pub(crate) fn delivered(&self, conversation: &ConversationId) -> Seq {
        self.0.get(conversation).map_or(Seq(0), |flow| flow.delivered)
    }

    /// Notes a message that goes out now.
    pub(crate) fn deliver(&mut self, conversation: &ConversationId, seq: Seq, pace: Pace, due: Timestamp) {
        if self.0.len() >= FLOWS_KEPT && !self.0.contains_key(conversation) {
            self.0.retain(|_, flow| flow.in_flight());
        }
        let flow = self.0.entry(conversation.clone()).or_insert(Flow::at(Seq(seq.0.saturating_sub(1))));
        let acked = flow.acked;
        match pace {
            Pace::Usual => flow.usual.note(seq, due, acked),
            Pace::Call => flow.calls.note(seq, due, acked),
        }
        flow.delivered = seq;
    }

    /// Notes the client's own message: it has it already, so nothing waits for an ack.
    pub(crate) fn note_sent(&mut self, conversation: &ConversationId, seq: Seq) {
        if seq.0 == self.delivered(conversation).0.saturating_add(1) {
            let flow = self.0.entry(conversation.clone()).or_insert(Flow::at(seq));
            if !flow.in_flight() {
                flow.acked = seq;
            }
            flow.delivered = seq;
        }
    }

    /// Takes a cumulative ack, cut to what was delivered here; `None` where it moves nothing forward.
    pub(crate) fn ack(&mut self, cursor: &Cursor) -> Option<Cursor> {
        let flow = self.0.get_mut(&cursor.conversation)?;
        let seq = cursor.seq.min(flow.delivered);
        if seq <= flow.acked {
            return None;
        }
        flow.acked = seq;
        flow.usual.oldest = flow.usual.newest;
        flow.calls.oldest = flow.calls.newest;
        Some(Cursor { conversation: cursor.conversation.clone(), seq })
    }

    /// Starts over from what the client says it has; what it does not name it does not have.
    pub(crate) fn rebase(&mut self, heads: &[Cursor]) {
        for flow in self.0.values_mut() {
            flow.delivered = Seq(0);
            (flow.usual, flow.calls) = (Due::NONE, Due::NONE);
        }
        for head in heads {
            let flow = self.0.entry(head.conversation.clone()).or_insert(Flow::at(head.seq));
            flow.delivered = head.seq;
            flow.acked = flow.acked.max(head.seq);
        }
    }

    /// What the client is known to have everywhere: not what is in flight.
    pub(crate) fn known_heads(&self) -> Vec<Cursor> {
        self.0
            .iter()
            .map(|(conversation, flow)| Cursor {
                conversation: conversation.clone(),
                seq: flow.acked.min(flow.delivered),
            })
            .collect()
    }

    /// Everything in flight.
    pub(crate) fn unacked(&self) -> Vec<Unacked> {
        self.0
            .iter()
            .filter(|(_, flow)| flow.in_flight())
            .map(|(conversation, flow)| Unacked {
                conversation: conversation.clone(),
                after: flow.acked,
                through: flow.delivered,
            })
            .collect()
    }

    /// When the oldest message in flight must be acknowledged.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.0.values().filter_map(Flow::next_due).min()
    }
}
