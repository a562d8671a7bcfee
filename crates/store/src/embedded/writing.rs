//! An open transaction: where ops are applied, and what is to be told once it is committed.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Instant,
};

use model::{AppId, CertificateId, DeliveryId, DeviceId, Message, MessageId, Timestamp, UserId};
use rusqlite::Connection;

use super::{
    cursors::{CursorChange, Ground},
    hands::Queued,
    ids::DeliveryIds,
    road::{self, Leaving, Road, RoadChanges},
    tables::{certificates, counts, deliveries, fanouts},
    tally::Tally,
    young::{Scope, YoungRow},
};
use crate::{Change, Feed, NewDelivery, StoreError, sealing::SealKey};

/// An open transaction of the writer.
pub(super) struct Writing<'a> {
    pub(super) conn: &'a Connection,
    pub(super) seal: &'a SealKey,
    pub(super) ids: &'a DeliveryIds,
    road: &'a Mutex<Road>,
    changes: RoadChanges,
    /// What [`Writing::tells_receipts_by_own_id`] read.
    receipts_by_own_id: RefCell<HashMap<CertificateId, bool>>,
    /// Messages whose cursor or decisions this transaction changed.
    touched: HashMap<i64, Touched>,
    news: News,
    /// What is counted of the hours' deliveries.
    pub(super) tally: Tally,
}

/// What a transaction did to the decisions of one message.
#[derive(Debug, Default)]
struct Touched {
    /// Those that it made and did not write.
    decided: usize,
    /// Those that were in memory, from before or from this transaction, and that it wrote.
    written: usize,
    is_ended: bool,
}

/// Changes to tell after the commit.
#[derive(Debug, Default)]
pub(super) struct News {
    changes: Vec<Change>,
    queued: Vec<CertificateId>,
    announced: bool,
}

impl News {
    pub(super) fn tell(mut self, feed: &Feed) {
        self.queued.sort_unstable();
        self.queued.dedup();
        self.changes.extend(self.queued.into_iter().map(Change::Queued));
        self.changes.extend(self.announced.then_some(Change::Outbox));
        for change in self.changes {
            feed.tell(change);
        }
    }
}

impl<'a> Writing<'a> {
    pub(super) fn new(
        conn: &'a Connection,
        seal: &'a SealKey,
        ids: &'a DeliveryIds,
        road: &'a Mutex<Road>,
    ) -> Self {
        Self {
            conn,
            seal,
            ids,
            road,
            changes: RoadChanges::default(),
            receipts_by_own_id: RefCell::default(),
            touched: HashMap::new(),
            news: News::default(),
            tally: Tally::default(),
        }
    }

    pub(super) fn into_parts(self) -> (RoadChanges, News) {
        (self.changes, self.news)
    }

    /// Tells a change once it is committed.
    pub(super) fn tell(&mut self, change: Change) {
        self.changes.people.hear(&change);
        self.news.changes.push(change);
    }

    /// Tells that a device changed.
    pub(super) fn tell_device(&mut self, app: AppId, device: DeviceId) {
        self.tell(Change::Device(app, device));
    }

    /// Tells that a login changed.
    pub(super) fn tell_session(&mut self, app: AppId, user: &UserId, device: DeviceId) {
        self.tell(Change::Session(app, user.clone(), device));
    }

    /// Tells that events wait, once however many.
    pub(super) const fn tell_outbox(&mut self) {
        self.news.announced = true;
    }

    /// A row stands in its queue, free to claim once this is committed.
    pub(super) fn queued(&mut self, row: Queued) {
        // Several rows of one page go to one lane: one call wakes it.
        if self.news.queued.last() != Some(&row.certificate) {
            self.news.queued.push(row.certificate);
        }
        self.changes.queue.queued.push(row);
    }

    /// A row is out of its lane's hands once this is committed.
    pub(super) fn left(&mut self, id: DeliveryId) {
        self.changes.queue.left.insert(id);
    }

    /// Bars rows that get another token, all under one lock; answers for each whether it is on the wire already.
    pub(super) fn retarget(&mut self, rows: impl IntoIterator<Item = Queued>) -> Vec<bool> {
        let mut road = road::lock(self.road);
        rows.into_iter().map(|row| road.hands.retarget(row, &mut self.changes.queue)).collect()
    }

    /// Bars rows that are being cancelled, all under one lock; answers for each whether it is on the wire already.
    pub(super) fn bar(&mut self, rows: impl IntoIterator<Item = Queued>) -> Vec<bool> {
        let mut road = road::lock(self.road);
        rows.into_iter().map(|row| road.hands.bar(row, &mut self.changes.queue)).collect()
    }

    /// Tells what becomes of a message's cursor.
    pub(super) fn cursor(&mut self, row: i64, change: CursorChange) {
        self.touched.entry(row).or_default();
        self.changes.cursors.push(change);
    }

    /// What a message's decisions rest on, where memory knows all of it and this transaction changed none of it.
    pub(super) fn ground(&self, app: AppId, message: MessageId) -> Option<(Ground, Arc<Message>)> {
        let known = road::lock(self.road).cursors.ground(app, message);
        known.filter(|(ground, _)| !self.touched.contains_key(&ground.row))
    }

    /// Something is done to a message that its decisions have to look at: from here on they read it.
    pub(super) fn disturb(&mut self, message_row: i64) {
        self.touched.entry(message_row).or_default();
        road::lock(self.road).cursors.disturb(message_row);
    }

    /// Whether none of these targets of a message has a row. Only where there is a [`Writing::ground`].
    pub(super) fn are_new(&self, message_row: i64, targets: &[i64]) -> bool {
        road::lock(self.road).cursors.are_new(message_row, targets)
    }

    /// For each of these decisions, whether it can wait for its verdict in memory.
    pub(super) fn can_wait(
        &self,
        rows: impl Iterator<Item = Option<(CertificateId, Timestamp)>>,
    ) -> Vec<bool> {
        let (road, more) = (road::lock(self.road), self.changes.fresh.len());
        rows.map(|row| row.is_some_and(|(lane, due_at)| road.can_wait(lane, due_at, more))).collect()
    }

    /// Rows that are not on disk and count on this device's badge.
    pub(super) fn counted(&self, app: AppId, device: DeviceId) -> u32 {
        let fresh = self.changes.fresh.iter();
        let fresh =
            fresh.filter(|row| row.badge.is_some() && row.app == app && row.new.device == Some(device));
        let fresh = u32::try_from(fresh.count()).unwrap_or(u32::MAX);
        road::lock(self.road).young.counted(app, device).saturating_add(fresh)
    }

    /// A decision waits for its verdict in memory, free to claim once this is committed.
    pub(super) fn wait(&mut self, row: YoungRow) {
        if self.news.queued.last() != Some(&row.certificate) {
            self.news.queued.push(row.certificate);
        }
        self.changes.fresh.push(row);
    }

    /// A young row that this transaction writes with its verdict; `None` where the row is on disk.
    pub(super) fn end_young(&mut self, id: DeliveryId) -> Option<Arc<YoungRow>> {
        let row = road::lock(self.road).young.begin_leaving(id)?;
        self.changes.leaving.push(Leaving { id, queued: None });
        self.touched.entry(row.message_row).or_default().written += 1;
        Some(row)
    }

    /// Writes young rows as they stand: who looks for deliveries, or changes what waits, then finds them on disk.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn write_young(&mut self, scope: Scope<'_>) -> Result<(), StoreError> {
        let young = {
            let mut road = road::lock(self.road);
            if road.young.is_empty() { Vec::new() } else { road.young.begin_leaving_all(scope) }
        };
        // First all of them are noted, so that all of them stay where one cannot be written.
        for row in &young {
            self.changes.leaving.push(Leaving { id: row.id, queued: Some(row.queued()) });
        }
        for row in &young {
            // A lane that looked while the row was on its way to the disk saw it in neither place.
            if self.news.queued.last() != Some(&row.certificate) {
                self.news.queued.push(row.certificate);
            }
            deliveries::write_waiting(self, row)?;
            self.touched.entry(row.message_row).or_default().written += 1;
        }
        let (fresh, rest) =
            std::mem::take(&mut self.changes.fresh).into_iter().partition(|row| scope.includes(row));
        self.changes.fresh = rest;
        for row in &fresh {
            deliveries::write_waiting(self, row)?;
            self.queued(row.queued());
            self.touched.entry(row.message_row).or_default().written += 1;
        }
        Ok(())
    }

    /// Whether the certificate's vendor tells of a push by no other id than its own.
    pub(super) fn tells_receipts_by_own_id(&self, certificate: CertificateId) -> rusqlite::Result<bool> {
        if let Some(known) = self.receipts_by_own_id.borrow().get(&certificate) {
            return Ok(*known);
        }
        let tells = certificates::tells_receipts_by_own_id(self.conn, certificate)?;
        self.receipts_by_own_id.borrow_mut().insert(certificate, tells);
        Ok(tells)
    }

    /// A user changed in a way that nobody is told of.
    pub(super) fn changed_user(&mut self, app: AppId, user: &UserId) {
        self.changes.people.user(app, user);
    }

    /// A device changed in a way that nobody is told of.
    pub(super) fn changed_device(&mut self, app: AppId, device: DeviceId) {
        self.changes.people.device(app, device);
    }

    /// Whether a push surely rests on what is still so; where not, the tables are to be asked.
    pub(super) fn still_bears(&self, app: AppId, new: &NewDelivery) -> bool {
        road::lock(self.road).people.still_bears(app, new, &self.changes.people)
    }

    /// Writes what has waited long.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn write_old(&mut self) -> Result<(), StoreError> {
        if road::lock(self.road).has_old() { self.write_young(Scope::Old(Instant::now())) } else { Ok(()) }
    }

    /// Before the end of the transaction: closes the fan-outs whose decisions are all on disk with it.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn close_fanouts(&mut self) -> Result<(), StoreError> {
        for (row, touched) in std::mem::take(&mut self.touched) {
            if touched.written > 0 {
                self.changes.cursors.push(CursorChange::Written { row, rows: touched.written });
            }
            let Some((young, is_ended)) = road::lock(self.road).cursors.unwritten(row) else { continue };
            if (is_ended || touched.is_ended) && young + touched.decided <= touched.written {
                fanouts::delete(self.conn, row)?;
                self.changes.cursors.push(CursorChange::Closed { row });
            }
        }
        Ok(())
    }

    /// Before the end of the transaction: writes what it counted, one row for each hour, certificate and class.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn write_counts(&mut self) -> Result<(), StoreError> {
        let changed = self.tally.take();
        Ok(counts::store(self.conn, &changed)?)
    }

    /// Decisions of a message, not written yet, with the targets that all decisions made here are for.
    pub(super) fn decided(&mut self, row: i64, targets: Vec<i64>, waiting: usize) {
        self.touched.entry(row).or_default().decided += waiting;
        self.changes.cursors.push(CursorChange::Decided { row, targets, waiting });
    }

    /// The last decision of a message was made; its cursor closes once all of them are on disk.
    pub(super) fn end_fanout(&mut self, row: i64) {
        self.touched.entry(row).or_default().is_ended = true;
        self.changes.cursors.push(CursorChange::Ended { row });
    }
}
