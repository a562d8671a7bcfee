//! What has reached the app: each message once, in order, without a gap.

use std::collections::{BTreeMap, BTreeSet};

use model::{ConversationId, Seq};

use crate::{Cursor, MessageFrame};

/// So many own messages may wait for an earlier message to come in.
const OWN_AHEAD_MAX: usize = 256;

/// The last message of each conversation, and what is known beyond it.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    heads: BTreeMap<ConversationId, Seq>,
    /// Own messages beyond the head: the app has them, but not what lies between.
    own_ahead: BTreeSet<(ConversationId, Seq)>,
    /// Conversations whose head is to be acknowledged.
    unacked: BTreeSet<ConversationId>,
    /// The furthest live message that was turned away because something before it is missing.
    missed: BTreeMap<ConversationId, Seq>,
}

impl Inbox {
    pub(crate) fn new(heads: &[Cursor]) -> Self {
        Self {
            heads: heads.iter().map(|head| (head.conversation.clone(), head.seq)).collect(),
            ..Self::default()
        }
    }

    fn head(&self, conversation: &ConversationId) -> Seq {
        self.heads.get(conversation).copied().unwrap_or(Seq(0))
    }

    /// Keeps what is new. A live message that does not follow on directly is turned away, to be asked for.
    pub(crate) fn take(&mut self, messages: Vec<MessageFrame>, sync: bool) -> Vec<MessageFrame> {
        let mut fresh = Vec::with_capacity(messages.len());
        for message in messages {
            if message.seq == Seq(0) {
                // For connected devices alone: in no order, and nobody waits for an ack.
                fresh.push(message);
                continue;
            }
            let head = self.head(&message.conversation);
            if message.seq > head && !sync && message.seq.0 != head.0.saturating_add(1) {
                let furthest = self.missed.entry(message.conversation).or_insert(message.seq);
                *furthest = message.seq.max(*furthest);
                continue;
            }
            self.unacked.insert(message.conversation.clone());
            if message.seq > head {
                self.move_head(&message.conversation, message.seq);
                fresh.push(message);
            }
        }
        fresh
    }

    /// Notes the place of an own message.
    pub(crate) fn note_sent(&mut self, conversation: &ConversationId, seq: Seq) {
        if seq > self.head(conversation) && self.own_ahead.len() < OWN_AHEAD_MAX {
            self.own_ahead.insert((conversation.clone(), seq));
            self.move_head(conversation, self.head(conversation));
        }
    }

    /// Moves a head, and on over own messages that follow.
    fn move_head(&mut self, conversation: &ConversationId, mut seq: Seq) {
        self.own_ahead.retain(|(place, own)| place != conversation || *own > seq);
        while self.own_ahead.remove(&(conversation.clone(), Seq(seq.0.saturating_add(1)))) {
            seq = Seq(seq.0.saturating_add(1));
        }
        if seq > Seq(0) {
            self.heads.insert(conversation.clone(), seq);
        }
    }

    /// Whether a message is known to be missing.
    pub(crate) fn has_gap(&self) -> bool {
        self.missed.iter().any(|(conversation, seq)| *seq > self.head(conversation))
    }

    /// A `sync` is asked for from these heads on: what it does not bring is gone for good.
    pub(crate) fn begin_sync(&mut self) -> Vec<Cursor> {
        self.missed.clear();
        self.heads()
    }

    pub(crate) fn heads(&self) -> Vec<Cursor> {
        self.heads
            .iter()
            .map(|(conversation, seq)| Cursor { conversation: conversation.clone(), seq: *seq })
            .collect()
    }

    pub(crate) fn has_unacked(&self) -> bool {
        !self.unacked.is_empty()
    }

    /// What to acknowledge, once.
    pub(crate) fn take_acks(&mut self) -> Vec<Cursor> {
        std::mem::take(&mut self.unacked)
            .into_iter()
            .map(|conversation| Cursor { seq: self.head(&conversation), conversation })
            .collect()
    }

    /// A new connection: acks and gaps of the old one mean nothing on it.
    pub(crate) fn reset_connection(&mut self) {
        self.unacked.clear();
        self.missed.clear();
    }
}
