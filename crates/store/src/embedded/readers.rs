//! A few connections for reads, opened when first needed.

use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

use rusqlite::Connection;

use super::{
    open::{self, Role},
    sql::{self, values},
};
use crate::StoreError;

const READERS: usize = 4;

/// The connections. A read never waits for the writer, and sees every commit that was answered before it began.
pub(super) struct Readers {
    file: PathBuf,
    slots: [Mutex<Option<Connection>>; READERS],
    turn: AtomicUsize,
}

impl Readers {
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file, slots: Default::default(), turn: AtomicUsize::new(0) }
    }

    /// Reads. Never held over an await: an open read keeps the log from rewinding.
    pub(super) fn read<T>(
        &self,
        reading: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = self.free_slot();
        let conn = match slot.as_ref() {
            Some(conn) => conn,
            None => slot.insert(open::connection(&self.file, Role::Reader)?),
        };
        reading(conn)
    }

    /// Reads through one snapshot, where several statements have to agree.
    pub(super) fn snapshot<T>(
        &self,
        reading: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|conn| {
            end_open(conn)?;
            sql::execute(conn, "BEGIN", values![])?;
            let answer = reading(conn);
            let ended = sql::execute(conn, "COMMIT", values![]);
            end_open(conn)?;
            answer.and_then(|answer| Ok(ended.map(|_| answer)?))
        })
    }

    fn free_slot(&self) -> MutexGuard<'_, Option<Connection>> {
        for slot in &self.slots {
            match slot.try_lock() {
                Ok(guard) => return guard,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % READERS;
        self.slots[turn].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A snapshot that a failure left open would hide every later commit.
fn end_open(conn: &Connection) -> rusqlite::Result<()> {
    if conn.is_autocommit() { Ok(()) } else { conn.execute_batch("ROLLBACK") }
}
