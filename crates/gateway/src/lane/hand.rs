//! What a lane has claimed and not yet sent: deliveries grouped into parcels, one parcel a job.

use std::collections::{HashMap, VecDeque};

use model::{AppId, MessageId};
use vendors::BatchKey;

use super::{
    parcel::{Item, Parcel},
    work::Work,
};

/// What a lane has claimed and not yet sent.
///
/// A parcel that is full leaves first. One that is not stays open, so that later claims can fill it, until
/// [`Hand::let_go`] says that no more is to be had now.
#[derive(Debug)]
pub(crate) struct Hand {
    batch: usize,
    full: VecDeque<Parcel>,
    /// Open parcels in the order they were begun; `None` where one left out of turn.
    open: VecDeque<Option<Parcel>>,
    /// The number of the first open parcel.
    first: u64,
    by_key: HashMap<BatchKey, u64>,
    /// Open parcels below this number may leave.
    go_below: u64,
    waiting: usize,
}

impl Hand {
    /// `batch`: most targets in one job.
    pub(crate) fn new(batch: usize) -> Self {
        Self {
            batch: batch.max(1),
            full: VecDeque::new(),
            open: VecDeque::new(),
            first: 0,
            by_key: HashMap::new(),
            go_below: 0,
            waiting: 0,
        }
    }

    /// Deliveries in it.
    pub(crate) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// Puts a delivery to those it may share a job with. `of_group`: the message, where it is one to a group.
    pub(crate) fn add(
        &mut self,
        item: Item,
        work: &Work,
        key: Option<BatchKey>,
        of_group: Option<MessageId>,
    ) {
        self.waiting += 1;
        match key.filter(|_| self.batch > 1) {
            Some(key) => self.add_to_open(item, work, key, of_group),
            None => self.add_alone(item, work),
        }
    }

    fn add_alone(&mut self, item: Item, work: &Work) {
        let mut parcel = Parcel::new(work.clone(), None, None);
        parcel.add(item);
        self.full.push_back(parcel);
    }

    fn add_to_open(&mut self, item: Item, work: &Work, key: BatchKey, of_group: Option<MessageId>) {
        let next = self.first + self.open.len() as u64;
        let number = *self.by_key.entry(key).or_insert(next);
        if number == next {
            self.open.push_back(Some(Parcel::new(work.clone(), Some(key), of_group)));
        }
        let place = usize::try_from(number - self.first).unwrap_or(usize::MAX);
        match self.open.get_mut(place) {
            // Equal keys of unequal contents are a collision, which must not show one person another's text.
            Some(Some(parcel)) if parcel.work == *work => parcel.add(item),
            _ => return self.add_alone(item, work),
        }
        if let Some(parcel) = self.open[place].take_if(|parcel| parcel.items.len() == self.batch) {
            self.by_key.remove(&key);
            self.full.push_back(parcel);
        }
        self.close_up();
    }

    /// Lets everything in hand leave, but for parcels of a group's message for which this holds.
    pub(crate) fn let_go_but(&mut self, is_held: impl Fn(MessageId) -> bool) {
        self.go_below = self.first + self.open.len() as u64;
        for parcel in self.open.iter_mut().flatten() {
            parcel.is_held = parcel.of_group.is_some_and(&is_held);
        }
    }

    /// Lets everything in hand leave: no more can be claimed now.
    pub(crate) fn let_go(&mut self) {
        self.let_go_but(|_| false);
    }

    /// The messages to groups of which a parcel is not full, each once.
    pub(crate) fn open_groups(&self) -> Vec<(AppId, MessageId)> {
        let mut found: Vec<(AppId, MessageId)> = Vec::new();
        for parcel in self.open.iter().flatten() {
            let Some((item, message)) = parcel.items.first().zip(parcel.of_group) else { continue };
            if found.iter().all(|(_, other)| *other != message) {
                found.push((item.app, message));
            }
        }
        found
    }

    /// The next parcel that may leave.
    pub(crate) fn take(&mut self) -> Option<Parcel> {
        let parcel = self.full.pop_front().or_else(|| self.take_open())?;
        self.waiting -= parcel.items.len();
        Some(parcel)
    }

    fn take_open(&mut self) -> Option<Parcel> {
        let below = usize::try_from(self.go_below.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let mut may_go = self.open.iter_mut().take(below);
        let parcel = may_go.find_map(|place| place.take_if(|parcel| !parcel.is_held));
        self.close_up();
        let parcel = parcel?;
        if let Some(key) = parcel.key {
            self.by_key.remove(&key);
        }
        Some(parcel)
    }

    /// Forgets the places at the front from which a parcel left.
    fn close_up(&mut self) {
        while self.open.pop_front_if(|parcel| parcel.is_none()).is_some() {
            self.first += 1;
        }
    }

    /// Puts a parcel back so that it is the next to leave.
    pub(crate) fn put_back(&mut self, parcel: Parcel) {
        self.waiting += parcel.items.len();
        self.full.push_front(parcel);
    }

    /// Takes out every item for which this does not hold.
    pub(crate) fn sift(&mut self, keep: impl Fn(&Item) -> bool) -> Vec<Item> {
        let mut out = Vec::new();
        for parcel in self.full.iter_mut().chain(self.open.iter_mut().flatten()) {
            out.append(&mut parcel.sift(&keep));
        }
        self.waiting -= out.len();
        self.full.retain(|parcel| !parcel.items.is_empty());
        out
    }

    /// Takes out what the store has let go before.
    pub(crate) fn take_begun(&mut self) -> Vec<Parcel> {
        let (begun, full): (Vec<Parcel>, Vec<Parcel>) = self.full.drain(..).partition(|parcel| parcel.begun);
        self.full = full.into();
        self.waiting -= begun.iter().map(|parcel| parcel.items.len()).sum::<usize>();
        begun
    }

    /// Everything that is in it.
    pub(crate) fn empty(&mut self) -> Vec<Parcel> {
        let (batch, first) = (self.batch, self.first + self.open.len() as u64);
        let old = std::mem::replace(self, Self { first, go_below: first, ..Self::new(batch) });
        old.full.into_iter().chain(old.open.into_iter().flatten()).collect()
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use proptest::prelude::*;
    use vendors::Job;

    use super::*;
    use crate::lane::fixtures::{item, numbered, shown, work};

    fn sizes(hand: &mut Hand) -> Vec<usize> {
        std::iter::from_fn(|| hand.take()).map(|parcel| parcel.items.len()).collect()
    }

    #[test]
    fn equal_keys_share_a_parcel_up_to_the_batch_even_over_several_claims() {
        let (mut hand, work) = (Hand::new(1000), work());
        for claim in [0..2048, 2048..2500] {
            for number in claim {
                hand.add(item(number), &work, Some(BatchKey(7)), None);
            }
        }
        assert_eq!(hand.waiting(), 2500);
        assert_eq!(sizes(&mut hand), [1000, 1000], "the rest may still be filled");
        hand.let_go();
        assert_eq!(sizes(&mut hand), [500]);
        assert_eq!(hand.waiting(), 0);
    }

    #[test]
    fn a_parcel_that_may_leave_is_still_filled_until_it_does() {
        let (mut hand, work) = (Hand::new(10), work());
        hand.add(item(1), &work, Some(BatchKey(1)), None);
        hand.let_go();
        hand.add(item(2), &work, Some(BatchKey(1)), None);
        hand.add(item(3), &work, Some(BatchKey(2)), None);
        assert_eq!(sizes(&mut hand), [2]);
        hand.let_go();
        assert_eq!(sizes(&mut hand), [1]);
    }

    #[test]
    fn a_parcel_of_a_group_is_held_for_the_members_to_come_and_nothing_waits_with_it() {
        let (mut hand, message) = (Hand::new(10), MessageId(uuid::Uuid::nil()));
        hand.add(item(1), &numbered(1), Some(BatchKey(1)), Some(message));
        hand.add(item(2), &numbered(2), Some(BatchKey(2)), None);
        hand.let_go_but(|held| held == message);
        assert_eq!(hand.open_groups(), [(item(1).app, message)]);
        assert_eq!(sizes(&mut hand), [1]);
        for number in 3..=12 {
            hand.add(item(number), &numbered(1), Some(BatchKey(1)), Some(message));
        }
        assert_eq!(sizes(&mut hand), [10], "full, it leaves");
        hand.let_go();
        assert_eq!(sizes(&mut hand), [1]);
    }

    #[test]
    fn without_a_key_each_delivery_has_a_parcel_of_its_own() {
        let (mut hand, work) = (Hand::new(1), work());
        (0..3).for_each(|number| hand.add(item(number), &work, None, None));
        assert_eq!(sizes(&mut hand), [1, 1, 1]);
    }

    #[test]
    fn what_is_put_back_leaves_first_and_what_is_sifted_out_is_gone() {
        let (mut hand, work) = (Hand::new(1), work());
        (0..3).for_each(|number| hand.add(item(number), &work, None, None));
        let first = hand.take().unwrap();
        hand.put_back(first);
        let out = hand.sift(|item| item.id.0 != 1);
        assert_eq!(out.len(), 1);
        let left: Vec<i64> = std::iter::from_fn(|| hand.take()).map(|parcel| parcel.items[0].id.0).collect();
        assert_eq!(left, [0, 2]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_doubled_and_no_parcel_mixes_keys_or_is_too_large(
            batch in 1_usize..6,
            steps in prop::collection::vec((0_u8..6, 0_u64..4), 0..200),
        ) {
            let (mut hand, contents) = (Hand::new(batch), (0..4).map(numbered).collect::<Vec<_>>());
            let (mut added, mut left) = (0_i64, Vec::new());
            for (step, key) in steps {
                match step {
                    0..=2 => {
                        hand.add(item(added), &contents[usize::try_from(key).unwrap()], Some(BatchKey(key)), None);
                        added += 1;
                    }
                    3 => hand.let_go(),
                    4 => left.extend(hand.take()),
                    _ => if let Some(parcel) = left.pop() {
                        hand.put_back(parcel);
                    },
                }
            }
            hand.let_go();
            left.extend(std::iter::from_fn(|| hand.take()));
            prop_assert_eq!(hand.waiting(), 0);
            let mut ids: Vec<i64> = Vec::new();
            for parcel in &left {
                prop_assert!((1..=batch).contains(&parcel.items.len()));
                prop_assert_eq!(parcel.items.len(), parcel.job(Timestamp(0)).len());
                ids.extend(parcel.items.iter().map(|item| item.id.0));
            }
            ids.sort_unstable();
            prop_assert_eq!(ids, (0..added).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_differs_never_shares_a_parcel_even_under_one_key() {
        let mut hand = Hand::new(10);
        hand.add(item(1), &numbered(1), Some(BatchKey(7)), None);
        hand.add(item(2), &numbered(2), Some(BatchKey(7)), None);
        hand.add(item(3), &shown(), Some(BatchKey(7)), None);
        hand.let_go();
        assert_eq!(sizes(&mut hand), [1, 1, 1]);
    }

    #[test]
    fn t1_a_target_carries_its_own_badge() {
        let mut hand = Hand::new(10);
        for badge in [Some(3), None, Some(7)] {
            hand.add(Item { badge, ..item(1) }, &work(), Some(BatchKey(1)), None);
        }
        hand.let_go();
        let parcel = hand.take().unwrap();
        let Job::Notify { targets, .. } = parcel.job(Timestamp(0)) else { panic!("it is to be shown") };
        assert_eq!(targets.iter().map(|target| target.badge).collect::<Vec<_>>(), [Some(3), None, Some(7)]);
    }

    #[test]
    fn t13_what_is_taken_back_carries_the_vendors_own_id() {
        let mut hand = Hand::new(10);
        hand.add(Item { followed: Some("vendor-1".into()), ..item(1) }, &shown(), Some(BatchKey(1)), None);
        hand.add(item(2), &shown(), Some(BatchKey(1)), None);
        hand.let_go();
        let mut parcel = hand.take().unwrap();
        parcel.sift(|item| item.id.0 == 1);
        let Job::Recall { sent, collapse_key, .. } = parcel.job(Timestamp(0)) else {
            panic!("it is to be taken back")
        };
        assert_eq!((sent.len(), collapse_key), (1, "key"));
        assert_eq!(sent[0].vendor_message_id.as_deref(), Some("vendor-1"));
    }
}
