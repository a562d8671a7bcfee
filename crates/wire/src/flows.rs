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
#[derive(Debug)]
pub(crate) struct Flows {
    by_conversation: BTreeMap<ConversationId, Flow>,
    /// Conversations with something in flight: few, where there are many conversations.
    in_flight: usize,
    /// When the oldest message in flight must be acknowledged. It is asked for at every step, so it is kept at hand.
    next_due: Timestamp,
}

impl Default for Flows {
    fn default() -> Self {
        Self { by_conversation: BTreeMap::new(), in_flight: 0, next_due: Timestamp::NEVER }
    }
}

impl Flows {
    /// Where the client stands in a conversation as far as this connection knows.
    pub(crate) fn delivered(&self, conversation: &ConversationId) -> Seq {
        self.by_conversation.get(conversation).map_or(Seq(0), |flow| flow.delivered)
    }

    /// Notes a message that goes out now.
    pub(crate) fn deliver(&mut self, conversation: &ConversationId, seq: Seq, pace: Pace, due: Timestamp) {
        let flow = self.at_or_new(conversation, Seq(seq.0.saturating_sub(1)));
        let (acked, was_in_flight) = (flow.acked, flow.in_flight());
        match pace {
            Pace::Usual => flow.usual.note(seq, due, acked),
            Pace::Call => flow.calls.note(seq, due, acked),
        }
        flow.delivered = seq;
        let due = flow.next_due();
        self.in_flight += usize::from(!was_in_flight && due.is_some());
        self.next_due = due.unwrap_or(Timestamp::NEVER).min(self.next_due);
    }

    /// A conversation, which stands at this place where it is new.
    fn at_or_new(&mut self, conversation: &ConversationId, seq: Seq) -> &mut Flow {
        let flows = &mut self.by_conversation;
        if flows.len() >= FLOWS_KEPT && !flows.contains_key(conversation) {
            flows.retain(|_, flow| flow.in_flight());
        }
        flows.entry(conversation.clone()).or_insert(Flow::at(seq))
    }

    /// Notes the client's own message: it has it already, so nothing waits for an ack.
    pub(crate) fn note_sent(&mut self, conversation: &ConversationId, seq: Seq) {
        if seq.0 == self.delivered(conversation).0.saturating_add(1) {
            let flow = self.at_or_new(conversation, seq);
            if !flow.in_flight() {
                flow.acked = seq;
            }
            flow.delivered = seq;
        }
    }

    /// Takes a cumulative ack, cut to what was delivered here; `None` where it moves nothing forward.
    pub(crate) fn ack(&mut self, cursor: &Cursor) -> Option<Cursor> {
        let flow = self.by_conversation.get_mut(&cursor.conversation)?;
        let seq = cursor.seq.min(flow.delivered);
        if seq <= flow.acked {
            return None;
        }
        let was_due = flow.next_due();
        flow.acked = seq;
        flow.usual.oldest = flow.usual.newest;
        flow.calls.oldest = flow.calls.newest;
        self.in_flight -= usize::from(was_due.is_some() && !flow.in_flight());
        if was_due == Some(self.next_due) {
            self.next_due = self.find_next_due().unwrap_or(Timestamp::NEVER);
        }
        Some(Cursor { conversation: cursor.conversation.clone(), seq })
    }

    /// Starts over from what the client says it has; what it does not name it does not have.
    pub(crate) fn rebase(&mut self, heads: &[Cursor]) {
        for flow in self.by_conversation.values_mut() {
            flow.delivered = Seq(0);
            (flow.usual, flow.calls) = (Due::NONE, Due::NONE);
        }
        (self.in_flight, self.next_due) = (0, Timestamp::NEVER);
        for head in heads {
            let flow = self.by_conversation.entry(head.conversation.clone()).or_insert(Flow::at(head.seq));
            flow.delivered = head.seq;
            flow.acked = flow.acked.max(head.seq);
        }
    }

    /// What the client is known to have everywhere: not what is in flight.
    pub(crate) fn known_heads(&self) -> Vec<Cursor> {
        self.by_conversation
            .iter()
            .map(|(conversation, flow)| Cursor {
                conversation: conversation.clone(),
                seq: flow.acked.min(flow.delivered),
            })
            .collect()
    }

    /// Everything in flight.
    pub(crate) fn unacked(&self) -> Vec<Unacked> {
        self.by_conversation
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
        Some(self.next_due).filter(|due| *due != Timestamp::NEVER)
    }

    fn find_next_due(&self) -> Option<Timestamp> {
        let in_flight = self.by_conversation.values().filter_map(Flow::next_due);
        in_flight.take(self.in_flight).min()
    }
}

#[cfg(test)]
mod tests {
    use model::UserId;
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Deliver(usize, i64, bool),
        NoteSent(usize),
        Ack(usize, i64),
        Rebase(Vec<(usize, i64)>),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let one = prop_oneof![
            4 => (0..4_usize, 1..3_i64, any::<bool>()).prop_map(|(of, on, call)| Step::Deliver(of, on, call)),
            1 => (0..4_usize).prop_map(Step::NoteSent),
            3 => (0..4_usize, 0..20_i64).prop_map(|(of, seq)| Step::Ack(of, seq)),
            1 => prop::collection::vec((0..4_usize, 0..20_i64), 0..3).prop_map(Step::Rebase),
        ];
        prop::collection::vec(one, 0..60)
    }

    proptest! {
        #[test]
        fn what_is_kept_at_hand_is_what_a_look_at_all_would_find(steps in steps()) {
            let name = |of: usize| ConversationId::system(&UserId::new(&format!("user-{of}")).unwrap());
            let mut flows = Flows::default();
            for (at, step) in (0..).zip(steps) {
                match step {
                    Step::Deliver(of, on, call) => {
                        let seq = Seq(flows.delivered(&name(of)).0 + on);
                        let (pace, within) = if call { (Pace::Call, 3) } else { (Pace::Usual, 9) };
                        flows.deliver(&name(of), seq, pace, Timestamp(at + within));
                    }
                    Step::NoteSent(of) => flows.note_sent(&name(of), Seq(flows.delivered(&name(of)).0 + 1)),
                    Step::Ack(of, seq) => {
                        flows.ack(&Cursor { conversation: name(of), seq: Seq(seq) });
                    }
                    Step::Rebase(heads) => {
                        let head = |(of, seq)| Cursor { conversation: name(of), seq: Seq(seq) };
                        flows.rebase(&heads.into_iter().map(head).collect::<Vec<_>>());
                    }
                }
                let all = || flows.by_conversation.values();
                prop_assert_eq!(flows.next_due(), all().filter_map(Flow::next_due).min());
                prop_assert_eq!(flows.in_flight, all().filter(|flow| flow.in_flight()).count());
            }
        }
    }
}
