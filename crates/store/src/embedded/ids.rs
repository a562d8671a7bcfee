//! Numbers for deliveries, given before their rows are written.
//!
//! A number is never given twice, whatever became of its row: they are reserved on disk in blocks, and what is left of
//! a block at a crash is passed over.

use std::cell::Cell;

use model::DeliveryId;
use rusqlite::Connection;

use super::sql::{self, values};
use crate::StoreError;

const NAME: &str = "delivery_ids";
const BLOCK: i64 = 1 << 20;
/// More than the rows of one transaction.
const LEFT_MIN: i64 = 1 << 19;

/// The numbers that may be given.
#[derive(Debug)]
pub(super) struct DeliveryIds {
    next: Cell<i64>,
    reserved: Cell<i64>,
}

impl DeliveryIds {
    /// Goes on where the last process may have ended.
    pub(super) fn open(conn: &Connection) -> Result<Self, StoreError> {
        let stored: Option<i64> = sql::first(
            conn,
            "SELECT CAST(value AS INTEGER) FROM instance WHERE name = ?1",
            values![NAME],
            |columns| columns.next(),
        )?;
        let next = stored.unwrap_or(1);
        let ids = Self { next: Cell::new(next), reserved: Cell::new(next) };
        ids.reserve(conn)?;
        Ok(ids)
    }

    /// Sees to it that there are enough for a transaction. Outside of one.
    pub(super) fn reserve(&self, conn: &Connection) -> Result<(), StoreError> {
        if self.reserved.get() - self.next.get() >= LEFT_MIN {
            return Ok(());
        }
        let reserved = self.reserved.get() + BLOCK;
        store(conn, reserved)?;
        self.reserved.set(reserved);
        Ok(())
    }

    /// Gives the rest of the block back: nothing more is written.
    pub(super) fn close(&self, conn: &Connection) -> Result<(), StoreError> {
        store(conn, self.next.get())
    }

    pub(super) fn give(&self) -> DeliveryId {
        DeliveryId(self.give_many(1))
    }

    /// The number before the first of so many.
    pub(super) fn before_next(&self) -> i64 {
        self.next.get() - 1
    }

    /// Gives so many; the first of them.
    pub(super) fn give_many(&self, count: usize) -> i64 {
        let first = self.next.get();
        self.next.set(first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX)));
        first
    }
}

/// Passes over so many: what a restored folder does not know of may have been given.
pub(super) fn leave_out(conn: &Connection, numbers: i64) -> Result<(), StoreError> {
    sql::execute(
        conn,
        "UPDATE instance SET value = CAST(CAST(value AS INTEGER) + ?2 AS BLOB) WHERE name = ?1",
        values![NAME, numbers],
    )?;
    Ok(())
}

fn store(conn: &Connection, reserved: i64) -> Result<(), StoreError> {
    sql::execute(
        conn,
        "INSERT INTO instance (name, value) VALUES (?1, CAST(?2 AS BLOB))
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        values![NAME, reserved],
    )?;
    Ok(())
}
