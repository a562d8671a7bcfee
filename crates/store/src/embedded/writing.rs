//! An open transaction: where ops are applied, and what is to be told once it is committed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{AppId, CertificateId, DeliveryId, DeviceId, UserId};
use rusqlite::Connection;

use super::hands::{Hands, QueueChanges, Queued};
use crate::{Change, Feed, sealing::SealKey};

/// An open transaction of the writer.
pub(super) struct Writing<'a> {
    pub(super) conn: &'a Connection,
    pub(super) seal: &'a SealKey,
    hands: &'a Mutex<Hands>,
    queue: QueueChanges,
    news: News,
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
    pub(super) fn new(conn: &'a Connection, seal: &'a SealKey, hands: &'a Mutex<Hands>) -> Self {
        Self { conn, seal, hands, queue: QueueChanges::default(), news: News::default() }
    }

    pub(super) fn into_parts(self) -> (QueueChanges, News) {
        (self.queue, self.news)
    }

    /// Tells a change once it is committed.
    pub(super) fn tell(&mut self, change: Change) {
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
        self.queue.queued.push(row);
    }

    /// A row is out of its lane's hands once this is committed.
    pub(super) fn left(&mut self, id: DeliveryId) {
        self.queue.left.insert(id);
    }

    /// Bars rows that get another token, all under one lock; answers for each whether it is on the wire already.
    pub(super) fn retarget(&mut self, rows: impl IntoIterator<Item = Queued>) -> Vec<bool> {
        let mut hands: MutexGuard<'_, Hands> = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        rows.into_iter().map(|row| hands.retarget(row, &mut self.queue)).collect()
    }

    /// Bars rows that are being cancelled, all under one lock; answers for each whether it is on the wire already.
    pub(super) fn bar(&mut self, rows: impl IntoIterator<Item = Queued>) -> Vec<bool> {
        let mut hands: MutexGuard<'_, Hands> = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        rows.into_iter().map(|row| hands.bar(row, &mut self.queue)).collect()
    }
}
