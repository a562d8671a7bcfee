//! Lists that fill while a group's fan-out goes on: a parcel that is not full waits for the members to come.
//!
//! Whether more may come, the store knows: a message's fan-out stands in it, due, until its last page is committed.
//! Once it says that the fan-out is over, the queue is looked at a last time, and what is in hand leaves.

use std::time::Duration;

use model::{AppId, ConversationKind, MessageId, Purpose, Timestamp};
use store::{Claimed, FanoutCursor};
use tokio::time::Instant;

use super::{Event, Lane};
use crate::shared::Shared;

/// Between two looks at a fan-out that goes on.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// The longest that a parcel waits to be filled.
const LONGEST: Duration = Duration::from_millis(500);

/// What is known of the fan-outs whose deliveries are in hand.
#[derive(Debug, Default)]
pub(super) struct Gathering {
    asking: bool,
    /// Those that wait, and since when.
    waiting: Vec<(MessageId, Instant)>,
    /// Those of which no more comes.
    over: Vec<MessageId>,
    look_at: Option<Instant>,
}

impl Gathering {
    /// When to look again.
    pub(super) const fn look_at(&self) -> Option<Instant> {
        self.look_at
    }

    /// Whether it is time to look again.
    pub(super) fn wakes(&mut self, instant: Instant) -> bool {
        self.look_at.take_if(|at| *at <= instant).is_some()
    }

    /// Keeps in mind what is in hand, and answers for which of it more may come.
    fn keep(&mut self, open: &[MessageId], instant: Instant) -> Vec<MessageId> {
        self.over.retain(|message| open.contains(message));
        self.waiting.retain(|(message, _)| open.contains(message));
        for &message in open {
            if self.waiting.iter().all(|(other, _)| *other != message) {
                self.waiting.push((message, instant));
            }
        }
        let waits = |(message, since): &(MessageId, Instant)| {
            let too_long = instant.duration_since(*since) >= LONGEST;
            (!too_long && !self.over.contains(message)).then_some(*message)
        };
        self.waiting.iter().filter_map(waits).collect()
    }
}

/// The message of a delivery, where more of its kind may come: it is a group's.
pub(super) fn group_message(claimed: &Claimed) -> Option<MessageId> {
    let conversation = claimed.message.addressee.conversation()?;
    let is_group = matches!(conversation.kind(), ConversationKind::Group(_));
    (is_group && claimed.delivery.purpose == Purpose::Notify).then_some(claimed.message.id)
}

impl Lane {
    /// The queue holds no more for now: everything leaves but what may still be filled.
    pub(super) fn gather(&mut self, instant: Instant) {
        let open = self.hand.open_groups();
        let messages: Vec<MessageId> = open.iter().map(|(_, message)| *message).collect();
        let held = self.gathering.keep(&messages, instant);
        self.hand.let_go_but(|message| held.contains(&message));
        if held.is_empty() || self.gathering.asking {
            return;
        }
        self.gathering.asking = true;
        let shared = self.shared.clone();
        let open = open.into_iter().filter(|(_, message)| held.contains(message)).collect();
        self.tasks.push(Box::pin(async move { Event::Gathered(over(&shared, open).await) }));
    }

    /// Of these no more comes than what is queued now; the others are looked at again in a while.
    pub(super) fn gathered(&mut self, over: Vec<MessageId>) {
        self.gathering.asking = false;
        if over.is_empty() {
            self.gathering.look_at = Some(Instant::now() + LOOK_EVERY);
        } else {
            self.gathering.over.extend(over);
            self.look_again();
        }
    }
}

/// Those of these messages whose fan-out is over. Where the store does not say, nothing is waited for.
async fn over(shared: &Shared, messages: Vec<(AppId, MessageId)>) -> Vec<MessageId> {
    let mut over = Vec::new();
    for (app, message) in messages {
        let cursor = shared.store.fanout(app, message).await.unwrap_or_default();
        if !goes_on(cursor.as_ref(), shared.clock.now()) {
            over.push(message);
        }
    }
    over
}

/// A fan-out that is due is under way, or about to be; one that is due later waits for acknowledgements.
fn goes_on(cursor: Option<&FanoutCursor>, now: Timestamp) -> bool {
    cursor.is_some_and(|cursor| cursor.due_at <= now)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_message_is_waited_for_until_its_fanout_is_over_and_not_for_long() {
        let (mut gathering, start) = (Gathering::default(), Instant::now());
        let [one, other] = [1, 2].map(|number| MessageId(Uuid::from_u128(number)));
        assert_eq!(gathering.keep(&[one, other], start), [one, other]);
        gathering.over.push(one);
        assert_eq!(gathering.keep(&[one, other], start), [other]);
        assert!(gathering.keep(&[one, other], start + LONGEST).is_empty());
        assert_eq!(gathering.keep(&[one], start + LONGEST), [] as [MessageId; 0]);
        assert_eq!(gathering.keep(&[other], start + LONGEST), [other], "it left and came again");
    }
}
