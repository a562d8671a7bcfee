//! Who holds which queued delivery: the part of the queue that need not survive a crash.
//!
//! A claim is not durable, because after a crash a job begins again; so it lives here and not in a row. Three parties
//! meet in this state: a lane claims and begins, the writer commits cancels and updates, and a claim reads rows from a
//! snapshot that may be older than the writer's last commit. The rules that keep them apart:
//!
//! - The writer *bars* a row before it commits its cancel. A barred row cannot be claimed or begun. If the commit
//!   fails, the bar is lifted.
//! - A row that a commit changed while a claim was reading is *settled* for that claim: what the claim read of it may
//!   be old.
//! - Each certificate has a *front*: every queued row up to it is held, so a claim reads on from there and a long
//!   backlog is read once. Whatever makes a row free again pulls the front back before it.
//! - A claim that read to the end also tells from when on a free row is due. Until then nothing has to be read.

use std::collections::{HashMap, HashSet};

use model::{CertificateId, DeliveryId, Timestamp};

/// A row's place in its certificate's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) due_at: Timestamp,
    pub(super) id: DeliveryId,
}

impl Place {
    /// Before every row.
    pub(super) const START: Self = Self { due_at: Timestamp(i64::MIN), id: DeliveryId(i64::MIN) };

    /// The place right before this one.
    const fn before(self) -> Self {
        Self { due_at: self.due_at, id: DeliveryId(self.id.0.saturating_sub(1)) }
    }
}

/// A queued row: in which queue, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Queued {
    pub(super) certificate: CertificateId,
    pub(super) place: Place,
}

/// What a transaction does to the queue; told once it is known how the transaction ended.
#[derive(Debug, Default)]
pub(super) struct QueueChanges {
    /// Rows that became free to claim.
    pub(super) queued: Vec<Queued>,
    /// Rows that left their lane's hands.
    pub(super) left: HashSet<DeliveryId>,
    /// Rows that were barred because they are being cancelled.
    pub(super) barred: Vec<Queued>,
}

#[derive(Debug)]
struct Held {
    queued: Queued,
    on_wire: bool,
    raced: bool,
}

#[derive(Debug)]
struct Claiming {
    certificate: CertificateId,
    reached: Place,
    pulled_back: Option<Place>,
    settled: HashSet<DeliveryId>,
}

/// How far a claim read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadTo {
    /// Perhaps there is more that is due.
    Somewhere,
    /// All that is due: the next row that it did not look at is due then, if there is one.
    TheEnd(Option<Timestamp>),
}

/// See the module's words.
#[derive(Debug, Default)]
pub(super) struct Hands {
    held: HashMap<DeliveryId, Held>,
    barred: HashSet<DeliveryId>,
    fronts: HashMap<CertificateId, Place>,
    /// No free row of the certificate is due before this; absent where that is not known.
    idle_until: HashMap<CertificateId, Timestamp>,
    claiming: Option<Claiming>,
}

impl Hands {
    /// Every free row of this certificate stands behind this place.
    pub(super) fn front(&self, certificate: CertificateId) -> Place {
        self.fronts.get(&certificate).copied().unwrap_or(Place::START)
    }

    /// Whether a free row of this certificate may be due by then.
    pub(super) fn may_be_due(&self, certificate: CertificateId, by: Timestamp) -> bool {
        self.idle_until.get(&certificate).is_none_or(|from| *from <= by && *from != Timestamp::NEVER)
    }

    /// A lane holds a row that came to it without a claim from disk.
    pub(super) fn hold(&mut self, queued: Queued) {
        self.held.insert(queued.place.id, Held { queued, on_wire: false, raced: false });
    }

    /// Whether a lane holds it.
    pub(super) fn holds(&self, id: DeliveryId) -> bool {
        self.held.contains_key(&id)
    }

    /// A lane lets go of a row that is not on disk.
    pub(super) fn let_go(&mut self, id: DeliveryId) {
        self.held.remove(&id);
    }

    /// A claim is about to read, from behind the returned place. One claim at a time.
    pub(super) fn start_claim(&mut self, certificate: CertificateId) -> Place {
        let reached = self.front(certificate);
        self.claiming = Some(Claiming { certificate, reached, pulled_back: None, settled: HashSet::new() });
        reached
    }

    /// Takes the free ones among the rows that the claim read, in order, as long as there is room.
    pub(super) fn take(&mut self, read: &[Place], room: usize) -> Vec<DeliveryId> {
        let Some(claiming) = &mut self.claiming else { return Vec::new() };
        let mut taken = Vec::new();
        for &place in read {
            if taken.len() == room {
                break;
            }
            claiming.reached = place;
            let id = place.id;
            if self.barred.contains(&id) || claiming.settled.contains(&id) || self.held.contains_key(&id) {
                continue;
            }
            let queued = Queued { certificate: claiming.certificate, place };
            self.held.insert(id, Held { queued, on_wire: false, raced: false });
            taken.push(id);
        }
        taken
    }

    /// The claim has read what it wanted.
    pub(super) fn end_claim(&mut self, read_to: ReadTo) {
        let Some(claiming) = self.claiming.take() else { return };
        let front = claiming.pulled_back.map_or(claiming.reached, |place| claiming.reached.min(place));
        self.fronts.insert(claiming.certificate, front);
        if let ReadTo::TheEnd(next) = read_to {
            let next = next.unwrap_or(Timestamp::NEVER);
            let from = claiming.pulled_back.map_or(next, |place| next.min(place.due_at));
            self.idle_until.insert(claiming.certificate, from);
        }
    }

    /// Whether nobody holds the row and nobody is cancelling it.
    pub(super) fn is_free(&self, id: DeliveryId) -> bool {
        !self.held.contains_key(&id) && !self.barred.contains(&id)
    }

    /// The last word before the bytes leave. A row that may not go is out of its lane's hands.
    pub(super) fn begin(&mut self, id: DeliveryId) -> bool {
        if self.barred.contains(&id) {
            self.held.remove(&id);
            return false;
        }
        let Some(held) = self.held.get_mut(&id) else { return false };
        held.on_wire = true;
        true
    }

    /// Puts rows back. Returns those that raced: they must not go again, so they stay held until the writer ends them.
    pub(super) fn release(&mut self, ids: &[DeliveryId]) -> Vec<DeliveryId> {
        let mut raced = Vec::new();
        for id in ids {
            match self.held.get(id) {
                Some(held) if held.raced => raced.push(*id),
                Some(_) => {
                    if let Some(held) = self.held.remove(id) {
                        self.pull_back(held.queued);
                    }
                }
                None => {}
            }
        }
        raced
    }

    /// The writer is cancelling a row. `true`: it is on the wire already, and will end as the vendor says.
    pub(super) fn bar(&mut self, row: Queued, changes: &mut QueueChanges) -> bool {
        let id = row.place.id;
        if !changes.left.contains(&id)
            && let Some(held) = self.held.get_mut(&id)
            && held.on_wire
        {
            held.raced = true;
            return true;
        }
        self.barred.insert(id);
        changes.barred.push(row);
        false
    }

    /// The writer is giving a row another token. `true`: it is on the wire to the old one already, and stays as it is.
    /// Else its lane lets go of it at the last word, and it is claimed again as it then stands.
    pub(super) fn retarget(&mut self, row: Queued, changes: &mut QueueChanges) -> bool {
        let id = row.place.id;
        if !changes.left.contains(&id) && self.held.get(&id).is_some_and(|held| held.on_wire) {
            return true;
        }
        self.barred.insert(id);
        changes.barred.push(row);
        false
    }

    /// The transaction was committed.
    pub(super) fn committed(&mut self, changes: QueueChanges) {
        for row in &changes.barred {
            self.barred.remove(&row.place.id);
            self.leave(row.place.id);
        }
        for id in changes.left {
            self.leave(id);
        }
        for row in changes.queued {
            self.pull_back(row);
        }
    }

    /// The transaction was undone.
    pub(super) fn undone(&mut self, changes: QueueChanges) {
        for row in changes.barred {
            self.barred.remove(&row.place.id);
            if !self.held.contains_key(&row.place.id) {
                self.pull_back(row);
            }
        }
    }

    fn leave(&mut self, id: DeliveryId) {
        self.held.remove(&id);
        if let Some(claiming) = &mut self.claiming {
            claiming.settled.insert(id);
        }
    }

    /// A row on disk is free.
    pub(super) fn pull_back(&mut self, row: Queued) {
        let before = row.place.before();
        if let Some(from) = self.idle_until.get_mut(&row.certificate) {
            *from = (*from).min(row.place.due_at);
        }
        if let Some(claiming) = &mut self.claiming
            && claiming.certificate == row.certificate
        {
            claiming.pulled_back = Some(claiming.pulled_back.map_or(before, |place| place.min(before)));
        }
        if let Some(front) = self.fronts.get_mut(&row.certificate) {
            *front = (*front).min(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{CertificateId, DeliveryId, Timestamp};

    use super::{Hands, Place, QueueChanges, Queued, ReadTo};

    const CERTIFICATE: CertificateId = CertificateId(1);

    fn place(id: i64) -> Place {
        Place { due_at: Timestamp(100), id: DeliveryId(id) }
    }

    fn row(id: i64) -> Queued {
        Queued { certificate: CERTIFICATE, place: place(id) }
    }

    fn claim(hands: &mut Hands, read: &[Place], room: usize) -> Vec<i64> {
        hands.start_claim(CERTIFICATE);
        let taken = hands.take(read, room);
        hands.end_claim(ReadTo::Somewhere);
        taken.into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn a_held_row_is_not_taken_twice_and_the_front_passes_it() {
        let mut hands = Hands::default();
        assert_eq!(claim(&mut hands, &[place(1), place(2), place(3)], 2), [1, 2]);
        assert_eq!(hands.front(CERTIFICATE), place(2));
        assert_eq!(claim(&mut hands, &[place(1), place(3)], 2), [3]);
    }

    #[test]
    fn what_becomes_free_pulls_the_front_back() {
        let mut hands = Hands::default();
        claim(&mut hands, &[place(1), place(2), place(3)], 3);
        assert!(hands.release(&[DeliveryId(2)]).is_empty());
        assert!(hands.front(CERTIFICATE) < place(2));
        assert_eq!(claim(&mut hands, &[place(2), place(3)], 3), [2]);
    }

    #[test]
    fn a_row_that_was_queued_during_a_claim_is_found_by_the_next() {
        let mut hands = Hands::default();
        hands.start_claim(CERTIFICATE);
        hands.committed(QueueChanges { queued: vec![row(2)], ..QueueChanges::default() });
        hands.take(&[place(1), place(3)], 9);
        hands.end_claim(ReadTo::Somewhere);
        assert!(hands.front(CERTIFICATE) < place(2));
    }

    #[test]
    fn a_row_whose_cancel_was_committed_during_a_claim_is_not_taken() {
        let mut hands = Hands::default();
        hands.start_claim(CERTIFICATE);
        let mut changes = QueueChanges::default();
        assert!(!hands.bar(row(1), &mut changes));
        hands.committed(changes);
        assert!(hands.take(&[place(1)], 9).is_empty());
        hands.end_claim(ReadTo::Somewhere);
    }

    #[test]
    fn a_cancel_that_is_undone_gives_the_row_back() {
        let mut hands = Hands::default();
        claim(&mut hands, &[place(1), place(2)], 2);
        let mut changes = QueueChanges::default();
        hands.bar(row(1), &mut changes);
        hands.bar(row(2), &mut changes);
        assert!(!hands.begin(DeliveryId(1)));
        hands.undone(changes);
        assert!(hands.begin(DeliveryId(2)), "its lane still holds it");
        assert!(hands.is_free(DeliveryId(1)), "its lane let go of it");
        assert!(hands.front(CERTIFICATE) < place(1));
    }

    #[test]
    fn a_row_on_the_wire_is_not_barred_and_not_put_back_after_a_cancel() {
        let mut hands = Hands::default();
        claim(&mut hands, &[place(1)], 1);
        assert!(hands.begin(DeliveryId(1)));
        assert!(hands.bar(row(1), &mut QueueChanges::default()));
        assert_eq!(hands.release(&[DeliveryId(1)]), [DeliveryId(1)]);
        assert!(!hands.is_free(DeliveryId(1)));
    }

    #[test]
    fn a_row_whose_update_stands_in_the_same_transaction_is_no_longer_on_the_wire() {
        let mut hands = Hands::default();
        claim(&mut hands, &[place(1)], 1);
        hands.begin(DeliveryId(1));
        let mut changes = QueueChanges::default();
        changes.left.insert(DeliveryId(1));
        assert!(!hands.bar(row(1), &mut changes));
    }
}
