//! Looking at a folder without taking it: beside a running server, or without one.

use std::{fs::TryLockError, path::Path};

use model::{App, AppId, Certificate};
use rusqlite::Connection;

use super::{
    open::{self, MIGRATIONS, Role},
    tables::{apps, backlog, certificates},
};
use crate::{Backlog, SealKey, StoreError};

/// Faults that a check of the database names at most.
const FAULTS_MAX: u32 = 20;

/// A folder that is only looked at. Nothing is changed, and the folder stays free for whoever holds it.
pub struct Look {
    conn: Connection,
    seal: SealKey,
}

impl Look {
    /// Opens a folder's database for reading. `None`: there is none yet.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be opened.
    pub fn open(folder: &Path, seal: SealKey) -> Result<Option<Self>, StoreError> {
        let file = folder.join("posthouse.db");
        if !file.exists() {
            return Ok(None);
        }
        Ok(Some(Self { conn: open::connection(&file, Role::Reader)?, seal }))
    }

    /// Whether a process holds the folder now.
    #[must_use]
    pub fn is_held(folder: &Path) -> bool {
        let Ok(lock) = std::fs::File::open(folder.join("posthouse.lock")) else { return false };
        matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    /// The schema of the database, and the one that this version knows.
    ///
    /// # Errors
    /// [`StoreError`] where it does not read.
    pub fn schema(&self) -> Result<(u32, u32), StoreError> {
        let found = self.conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok((found, u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)))
    }

    /// Reads every page and says what is wrong with them; empty: nothing. It takes seconds for gigabytes.
    ///
    /// # Errors
    /// [`StoreError`] where that cannot be done.
    pub fn faults(&self) -> Result<Vec<String>, StoreError> {
        let mut statement = self.conn.prepare(&format!("PRAGMA quick_check({FAULTS_MAX})"))?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// Every App.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the key is not the one of this folder.
    pub fn apps(&self) -> Result<Vec<App>, StoreError> {
        apps::list(&self.conn, &self.seal)
    }

    /// An App's certificates with their secrets unsealed, by id.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where the key is not the one of this folder.
    pub fn certificates(&self, app: AppId) -> Result<Vec<Certificate>, StoreError> {
        certificates::list(&self.conn, &self.seal, app)
    }

    /// How much waits.
    ///
    /// # Errors
    /// [`StoreError`] where it does not read.
    pub fn backlog(&self) -> Result<Backlog, StoreError> {
        backlog::count(&self.conn)
    }
}
