//! The hands against a small database that is taken step by step: every interleaving of a lane, the writer and a claim
//! that these steps can make must keep the promises of [`super::hands`].

use std::collections::{BTreeMap, BTreeSet};

use model::{CertificateId, DeliveryId, Timestamp};
use proptest::prelude::*;

use super::hands::{Hands, Place, QueueChanges, Queued, ReadTo};

const CERTIFICATE: CertificateId = CertificateId(1);
/// Rows that are queued at one time: few, so that steps meet at the same row.
const ROWS: usize = 3;

/// `row` counts among the queued rows.
#[derive(Debug, Clone)]
enum Write {
    Insert { due: i64 },
    Cancel { row: usize },
    Accept { row: usize },
    Retry { row: usize, due: i64 },
}

#[derive(Debug, Clone)]
enum Step {
    StartWrite(Vec<Write>),
    CommitWrite,
    UndoWrite,
    AcknowledgeWrite,
    StartClaim,
    ReadClaim,
    TakeClaim {
        room: usize,
    },
    EndClaim,
    WholeClaim,
    /// A claim that reads before a write and takes after it.
    OvertakenClaim(Vec<Write>),
    Begin {
        row: usize,
    },
    Release {
        row: usize,
    },
}

fn any_step() -> impl Strategy<Value = Step> {
    let (row, due) = (0..ROWS, 0..4_i64);
    let write = prop_oneof![
        2 => due.clone().prop_map(|due| Write::Insert { due }),
        2 => row.clone().prop_map(|row| Write::Cancel { row }),
        1 => row.clone().prop_map(|row| Write::Accept { row }),
        2 => (row.clone(), due).prop_map(|(row, due)| Write::Retry { row, due }),
    ];
    let writes = proptest::collection::vec(write, 1..3);
    prop_oneof![
        4 => writes.clone().prop_map(Step::StartWrite),
        2 => writes.prop_map(Step::OvertakenClaim),
        4 => Just(Step::CommitWrite),
        1 => Just(Step::UndoWrite),
        4 => Just(Step::AcknowledgeWrite),
        2 => Just(Step::StartClaim),
        2 => Just(Step::ReadClaim),
        2 => (1..4_usize).prop_map(|room| Step::TakeClaim { room }),
        2 => Just(Step::EndClaim),
        2 => Just(Step::WholeClaim),
        5 => row.clone().prop_map(|row| Step::Begin { row }),
        2 => row.prop_map(|row| Step::Release { row }),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    due: i64,
    is_queued: bool,
    raced: bool,
}

type Database = BTreeMap<i64, Row>;

#[derive(Debug)]
struct OpenWrite {
    after: Database,
    changes: QueueChanges,
    cancels: BTreeSet<i64>,
    is_committed: bool,
}

#[derive(Debug)]
struct OpenClaim {
    from: Place,
    read: Option<Vec<Place>>,
}

#[derive(Debug, Default)]
struct World {
    hands: Hands,
    database: Database,
    write: Option<OpenWrite>,
    claim: Option<OpenClaim>,
    /// What the lane believes to hold, and whether it began it.
    lane: BTreeMap<i64, bool>,
    cancelled: BTreeSet<i64>,
    rows_made: i64,
}

fn nth_queued(database: &Database, row: usize) -> Option<i64> {
    database.iter().filter(|(_, row)| row.is_queued).map(|(id, _)| *id).nth(row)
}

fn place(id: i64, due: i64) -> Place {
    Place { due_at: Timestamp(due), id: DeliveryId(id) }
}

fn queued(id: i64, due: i64) -> Queued {
    Queued { certificate: CERTIFICATE, place: place(id, due) }
}

impl World {
    fn step(&mut self, step: &Step) {
        match step {
            Step::StartWrite(ops) if self.write.is_none() => self.start_write(ops),
            Step::CommitWrite => {
                if let Some(write) = &mut self.write {
                    self.database = write.after.clone();
                    write.is_committed = true;
                }
            }
            Step::UndoWrite => {
                if let Some(write) = self.write.take_if(|write| !write.is_committed) {
                    self.hands.undone(write.changes);
                }
            }
            Step::AcknowledgeWrite => {
                if let Some(write) = self.write.take_if(|write| write.is_committed) {
                    for id in &write.changes.left {
                        self.lane.remove(&id.0);
                    }
                    self.hands.committed(write.changes);
                    self.cancelled.extend(write.cancels);
                }
            }
            Step::StartClaim if self.claim.is_none() => {
                self.claim = Some(OpenClaim { from: self.hands.start_claim(CERTIFICATE), read: None });
            }
            Step::ReadClaim => {
                if let Some(claim) = &mut self.claim {
                    let read = claim.read.get_or_insert_with(|| places(&self.database));
                    read.retain(|place| *place > claim.from);
                }
            }
            Step::TakeClaim { room } => self.take_claim(*room),
            Step::EndClaim => self.end_claim(),
            Step::WholeClaim => self.claim_across(&[]),
            Step::OvertakenClaim(ops) => self.claim_across(&[
                Step::CommitWrite,
                Step::AcknowledgeWrite,
                Step::StartWrite(ops.clone()),
                Step::CommitWrite,
                Step::AcknowledgeWrite,
            ]),
            Step::Begin { row } => self.queued_row(*row).into_iter().for_each(|id| self.begin(id)),
            Step::Release { row } => self.queued_row(*row).into_iter().for_each(|id| self.release(id)),
            Step::StartWrite(_) | Step::StartClaim => {}
        }
    }

    fn claim_across(&mut self, meanwhile: &[Step]) {
        for step in [Step::EndClaim, Step::StartClaim, Step::ReadClaim] {
            self.step(&step);
        }
        for step in meanwhile {
            self.step(step);
        }
        for step in [Step::TakeClaim { room: ROWS }, Step::EndClaim] {
            self.step(&step);
        }
    }

    fn queued_row(&self, row: usize) -> Option<i64> {
        nth_queued(&self.database, row)
    }

    fn start_write(&mut self, ops: &[Write]) {
        let (after, changes) = (self.database.clone(), QueueChanges::default());
        let mut write = OpenWrite { after, changes, cancels: BTreeSet::new(), is_committed: false };
        for op in ops {
            self.apply(&mut write, op);
        }
        self.write = Some(write);
    }

    fn apply(&mut self, write: &mut OpenWrite, op: &Write) {
        match *op {
            Write::Insert { due } => {
                if write.after.values().filter(|row| row.is_queued).count() < ROWS {
                    self.rows_made += 1;
                    write.after.insert(self.rows_made, Row { due, is_queued: true, raced: false });
                    write.changes.queued.push(queued(self.rows_made, due));
                }
            }
            Write::Cancel { row } => {
                let Some(id) = nth_queued(&write.after, row) else { return };
                let Some(row) = write.after.get_mut(&id).filter(|row| !row.raced) else { return };
                if self.hands.bar(queued(id, row.due), &mut write.changes) {
                    row.raced = true;
                } else {
                    row.is_queued = false;
                }
                write.cancels.insert(id);
            }
            Write::Accept { row } | Write::Retry { row, .. } => {
                let Some(id) = nth_queued(&write.after, row) else { return };
                if self.lane.get(&id) != Some(&true) || write.changes.left.contains(&DeliveryId(id)) {
                    return;
                }
                let Some(row) = write.after.get_mut(&id) else { return };
                write.changes.left.insert(DeliveryId(id));
                match *op {
                    Write::Retry { due, .. } if !row.raced => {
                        row.due = due;
                        write.changes.queued.push(queued(id, due));
                    }
                    _ => row.is_queued = false,
                }
            }
        }
    }

    fn take_claim(&mut self, room: usize) {
        let Some(read) = self.claim.as_mut().and_then(|claim| claim.read.as_mut()) else { return };
        let taken = self.hands.take(read, room);
        let Some(last) = taken.last() else { return };
        let last_at = read.iter().position(|place| place.id == *last).map_or(0, |at| at + 1);
        read.drain(..last_at);
        for id in taken {
            assert!(self.lane.insert(id.0, false).is_none(), "row {} is held already", id.0);
        }
    }

    fn end_claim(&mut self) {
        if let Some(claim) = self.claim.take() {
            let read_to = match claim.read {
                Some(rest) if rest.is_empty() => ReadTo::TheEnd(None),
                _ => ReadTo::Somewhere,
            };
            self.hands.end_claim(read_to);
        }
    }

    fn begin(&mut self, id: i64) {
        if self.lane.get(&id) != Some(&false) {
            return;
        }
        if !self.hands.begin(DeliveryId(id)) {
            self.lane.remove(&id);
            return;
        }
        assert!(!self.cancelled.contains(&id), "row {id} began after its cancel was acknowledged");
        let being_cancelled = self.write.as_ref().is_some_and(|write| write.cancels.contains(&id));
        assert!(!being_cancelled, "row {id} began while its cancel was being written");
        self.lane.insert(id, true);
    }

    fn release(&mut self, id: i64) {
        // A lane does not put back what it is just storing the verdict of.
        let is_left = |write: &OpenWrite| write.changes.left.contains(&DeliveryId(id));
        if !self.lane.contains_key(&id) || self.write.as_ref().is_some_and(is_left) {
            return;
        }
        self.lane.remove(&id);
        for raced in self.hands.release(&[DeliveryId(id)]) {
            assert_eq!(raced.0, id);
            // What the writer does with it: the row ends, or is free again where its cancel was undone.
            self.finish_write();
            let mut changes = QueueChanges::default();
            changes.left.insert(raced);
            if let Some(row) = self.database.get_mut(&id).filter(|row| row.is_queued) {
                if row.raced {
                    row.is_queued = false;
                } else {
                    changes.queued.push(queued(id, row.due));
                }
            }
            self.hands.committed(changes);
        }
    }

    fn finish_write(&mut self) {
        self.step(&Step::CommitWrite);
        self.step(&Step::AcknowledgeWrite);
    }

    /// Everything that is queued can be claimed in the end, and nothing else.
    fn finish(mut self) {
        self.finish_write();
        self.end_claim();
        let free: BTreeSet<i64> = self
            .database
            .iter()
            .filter(|(id, row)| row.is_queued && !self.lane.contains_key(id))
            .map(|(id, _)| *id)
            .collect();
        let earliest = free.iter().map(|id| Timestamp(self.database[id].due)).min();
        assert!(
            earliest.is_none_or(|due| self.hands.may_be_due(CERTIFICATE, due)),
            "a free row is overlooked"
        );
        self.step(&Step::StartClaim);
        self.step(&Step::ReadClaim);
        let read = self.claim.as_mut().and_then(|claim| claim.read.take()).unwrap_or_default();
        let taken: BTreeSet<i64> = self.hands.take(&read, usize::MAX).into_iter().map(|id| id.0).collect();
        assert_eq!(taken, free);
    }
}

fn places(database: &Database) -> Vec<Place> {
    let mut places: Vec<_> =
        database.iter().filter(|(_, row)| row.is_queued).map(|(id, row)| place(*id, row.due)).collect();
    places.sort_unstable();
    places
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_interleaving_sends_after_a_cancel_or_loses_a_row(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut world = World::default();
        for step in &steps {
            world.step(step);
        }
        world.finish();
    }
}
