//! Results on their way to the store. They stay here until they are on disk: a full disk delays them, and nothing is
//! sent a second time because of it.

use std::time::Duration;

use model::Timestamp;
use store::{DeliveryUpdate, Op, StoreError};
use tokio::time::Instant;

use super::ledger::{Taken, Tally};

/// Most ops of one commit: enough to share a sync, little enough for others to come between.
const MOST_OPS: usize = 1024;
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Results on their way to the store.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: Vec<Op>,
    committing: Vec<Op>,
    /// What is counted of the ops, and how many of them were committed or are being so.
    tally: Tally,
    passed: u64,
    failures: u32,
    retry_at: Option<Instant>,
}

impl Outbox {
    /// The place that the next op gets, for [`Outbox::count`].
    pub(crate) const fn next_place(&self) -> u64 {
        self.passed + self.waiting.len() as u64
    }

    /// Counts what the op at this place tells; it is committed with it.
    pub(crate) fn count(&mut self, place: u64, taken: Taken) {
        self.tally.note(place + 1, taken);
    }

    /// Ops that follow from one push; a word to webhooks comes right behind what it tells of.
    pub(crate) fn extend(&mut self, ops: impl IntoIterator<Item = Op>) {
        self.waiting.extend(ops);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.committing.is_empty()
    }

    pub(crate) const fn len(&self) -> usize {
        self.waiting.len() + self.committing.len()
    }

    /// When to try again, after the store refused.
    pub(crate) const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }

    /// Everything that is not known to be on disk.
    pub(crate) fn take_all(&mut self) -> Vec<Op> {
        let mut all = std::mem::take(&mut self.committing);
        all.append(&mut self.waiting);
        all.extend(self.tally.take_up_to(u64::MAX));
        all
    }

    /// What to commit now: everything at hand, one commit at a time, so that results that come meanwhile share the
    /// next.
    pub(crate) fn next_commit(&mut self, now: Instant) -> Option<Vec<Op>> {
        if self.retry_at.is_some_and(|at| now < at) {
            return None;
        }
        if self.retry_at.take().is_none() {
            if !self.committing.is_empty() || self.waiting.is_empty() {
                return None;
            }
            let rest = self.waiting.split_off(self.most_ops());
            self.committing = std::mem::replace(&mut self.waiting, rest);
            self.passed += self.committing.len() as u64;
            self.committing.extend(self.tally.take_up_to(self.passed));
        }
        Some(self.committing.clone())
    }

    /// How many ops the next commit holds; a word to webhooks is committed with what it tells of.
    fn most_ops(&self) -> usize {
        let over = self.waiting.iter().skip(MOST_OPS);
        let words = over.take_while(|op| matches!(op, Op::Announce { .. })).count();
        self.waiting.len().min(MOST_OPS + words)
    }

    /// What the store answered; the earliest moment at which a row that was put back is due.
    pub(crate) fn committed(&mut self, result: Result<(), StoreError>, now: Instant) -> Option<Timestamp> {
        match result {
            Ok(()) => {
                self.failures = 0;
                let due = |op: &Op| match op {
                    Op::Update(DeliveryUpdate { state, due_at, .. }) if !state.is_terminal() => Some(*due_at),
                    _ => None,
                };
                let earliest = self.committing.iter().filter_map(due).min();
                self.committing.clear();
                earliest
            }
            Err(error) => {
                self.failures += 1;
                tracing::warn!(%error, results = self.len(), "results could not be stored; they are kept and tried again");
                self.retry_at = Some(now + wait(self.failures));
                None
            }
        }
    }
}

/// The wait after so many failures in a row.
pub(crate) fn wait(failures: u32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use model::{AppId, DeliveryId, Event, UserId};

    use super::*;

    fn op() -> Op {
        Op::PutUser { app: AppId(1), user: UserId::new("bo").unwrap(), at: Timestamp(0) }
    }

    #[test]
    fn results_that_come_during_a_commit_share_the_next_one() {
        let (mut outbox, now) = (Outbox::default(), Instant::now());
        outbox.extend([op()]);
        assert_eq!(outbox.next_commit(now).unwrap().len(), 1);
        outbox.extend([op(), op(), op()]);
        assert!(outbox.next_commit(now).is_none());
        outbox.committed(Ok(()), now);
        assert_eq!(outbox.next_commit(now).unwrap().len(), 3);
        outbox.committed(Ok(()), now);
        assert!(outbox.is_empty());
    }

    #[test]
    fn a_word_to_webhooks_is_committed_with_what_it_tells_of() {
        let (mut outbox, now) = (Outbox::default(), Instant::now());
        outbox.extend((0..MOST_OPS).map(|_| op()));
        let event = Event::Delivery { delivery: DeliveryId(1) };
        outbox.extend([Op::Announce { app: AppId(1), event, at: Timestamp(0) }, op()]);
        assert_eq!(outbox.next_commit(now).unwrap().len(), MOST_OPS + 1);
    }

    #[test]
    fn a_full_disk_loses_no_result_and_waits_longer_each_time() {
        let (mut outbox, mut now) = (Outbox::default(), Instant::now());
        outbox.extend([op()]);
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert_eq!(outbox.next_commit(now).unwrap().len(), 1);
            outbox.committed(Err(StoreError::Disk("full".to_owned())), now);
            assert!(outbox.next_commit(now).is_none());
            let at = outbox.retry_at().unwrap();
            waits.push((at - now).as_millis());
            now = at;
        }
        assert_eq!(waits, [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    }
}
