//! What is known in memory of the pushes that are on their way: open fan-outs, decisions that are not on disk yet, and
//! who holds what. The writer changes it when it commits; everybody else reads it, claims and begins.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use model::{CertificateId, DeliveryId, Timestamp};

use super::{
    cursors::{CursorChange, Cursors},
    hands::{Hands, QueueChanges, Queued},
    people::{People, PeopleChanges},
    young::{Young, YoungRow},
};

/// See the module's words.
#[derive(Debug, Default)]
pub(super) struct Road {
    pub(super) hands: Hands,
    pub(super) young: Young,
    pub(super) cursors: Cursors,
    pub(super) people: People,
}

/// A young row that a transaction writes.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) id: DeliveryId,
    /// Its place in the queue; `None` where it ends.
    pub(super) queued: Option<Queued>,
}

/// What a transaction does on the road; told once it is known how the transaction ended.
#[derive(Debug, Default)]
pub(super) struct RoadChanges {
    pub(super) queue: QueueChanges,
    pub(super) cursors: Vec<CursorChange>,
    /// Decisions that become young rows.
    pub(super) fresh: Vec<YoungRow>,
    pub(super) leaving: Vec<Leaving>,
    pub(super) people: PeopleChanges,
}

impl RoadChanges {
    /// The lanes whose rows it held back: one that looked meanwhile saw them nowhere.
    pub(super) fn lanes_held_up(&self) -> BTreeSet<CertificateId> {
        let leaving = self.leaving.iter().filter_map(|leaving| leaving.queued);
        leaving.chain(self.queue.barred.iter().copied()).map(|row| row.certificate).collect()
    }
}

impl Road {
    /// The transaction was committed.
    pub(super) fn committed(&mut self, changes: RoadChanges) {
        self.people.forget(changes.people);
        for row in changes.fresh {
            self.young.add(Arc::new(row));
        }
        changes.cursors.into_iter().for_each(|change| self.cursors.apply(change));
        self.hands.committed(changes.queue);
        for Leaving { id, queued } in changes.leaving {
            self.young.left(id);
            if let Some(queued) = queued.filter(|_| self.hands.is_free(id)) {
                self.hands.pull_back(queued);
            }
        }
    }

    /// The transaction was undone.
    pub(super) fn undone(&mut self, changes: RoadChanges) {
        self.hands.undone(changes.queue);
        for Leaving { id, .. } in changes.leaving {
            self.young.stays(id, !self.hands.is_free(id));
        }
    }

    /// Takes young rows that are due by then into a lane's hands.
    pub(super) fn claim_young(
        &mut self,
        certificate: CertificateId,
        by: Timestamp,
        room: usize,
    ) -> Vec<Arc<YoungRow>> {
        let taken = self.young.take(certificate, by, room);
        taken.iter().for_each(|row| self.hands.hold(row.queued()));
        taken
    }

    /// Puts rows back. Returns those that raced, as [`Hands::release`] does.
    pub(super) fn release(&mut self, ids: &[DeliveryId]) -> Vec<DeliveryId> {
        let (young, on_disk): (Vec<DeliveryId>, Vec<DeliveryId>) =
            ids.iter().partition(|id| self.hands.holds(**id) && self.young.put_back(**id));
        young.into_iter().for_each(|id| self.hands.let_go(id));
        self.hands.release(&on_disk)
    }

    /// Whether a decision for this lane can wait for its verdict in memory: nothing on disk is to leave before it.
    pub(super) fn can_wait(&self, certificate: CertificateId, due_at: Timestamp, more: usize) -> bool {
        self.young.room(certificate) > more && !self.hands.may_be_due(certificate, due_at)
    }

    /// Whether young rows wait for a slow lane.
    pub(super) fn has_old(&self) -> bool {
        self.young.has_old(Instant::now())
    }
}

/// The road, whoever looks at it.
pub(super) fn lock(road: &Mutex<Road>) -> MutexGuard<'_, Road> {
    road.lock().unwrap_or_else(PoisonError::into_inner)
}
