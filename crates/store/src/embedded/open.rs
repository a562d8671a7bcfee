//! Opens the folder: one process per folder, migrations, the right key.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{
    sql::{self, values},
    tables::deliveries,
};
use crate::{
    StoreError,
    sealing::{Place, SealKey},
};

/// In their order; a migration that was ever released is never edited. How many have run, the database's `user_version`
/// says.
pub(super) const MIGRATIONS: [&str; 10] = [
    include_str!("../../migrations/V1__first.sql"),
    include_str!("../../migrations/V2__groups_calls_settings.sql"),
    include_str!("../../migrations/V3__api_key_use.sql"),
    include_str!("../../migrations/V4__keeping.sql"),
    include_str!("../../migrations/V5__operators_audit.sql"),
    include_str!("../../migrations/V6__ledger.sql"),
    include_str!("../../migrations/V7__audit_of_object.sql"),
    include_str!("../../migrations/V8__groups_by_name.sql"),
    include_str!("../../migrations/V9__counts.sql"),
    include_str!("../../migrations/V10__client_ids_first.sql"),
];

const SEAL_CHECK: Place = Place { column: "instance.seal_check", row: 0 };
const SEAL_CHECK_TEXT: &[u8] = b"posthouse";
/// A statement waits this long for a lock that another process should not hold.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(1);
const STATEMENTS_KEPT: usize = 128;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
    Checkpoints,
}

impl Role {
    /// The most that its page cache may grow to; it starts empty.
    const fn cache_kib(self) -> u32 {
        match self {
            Self::Writer => 64 * 1024,
            Self::Reader => 8 * 1024,
            Self::Checkpoints => 64,
        }
    }
}

/// The database of a folder.
pub(super) const DATABASE: &str = "posthouse.db";
/// The schema that this version writes.
#[expect(clippy::cast_possible_truncation, reason = "there are few migrations")]
pub(super) const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// Makes the folder, readable by its owner alone, and takes it for this process. The lock goes with the returned file.
pub(super) fn take_folder(folder: &Path) -> Result<File, StoreError> {
    let disk = |error: io::Error| StoreError::Disk(format!("{}: {error}", folder.display()));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(disk)?;
    let lock = own_file(&folder.join("posthouse.lock")).map_err(disk)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::Database(format!(
            "another process has the folder {} open; a folder is for one process",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(disk(error)),
    }
}

/// Opens a file, or makes one that only its owner may read. What the database makes beside its file it makes alike.
///
/// Whoever opens the database's own file has it open until the last connection is closed: a process that closes a file
/// gives up its locks on it, those of its connections too.
pub(super) fn own_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A connection, set for its role.
pub(super) fn connection(file: &Path, role: Role) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(file, flags)?;
    conn.busy_timeout(LOCK_WAIT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // Plans must not depend on bound values: a kept statement would be prepared anew at every change of a value.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "cache_size", -i64::from(role.cache_kib()))?;
    match role {
        Role::Writer => {
            conn.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
            conn.pragma_update(None, "synchronous", "full")?;
            conn.pragma_update(None, "foreign_keys", true)?;
            conn.pragma_update(None, "wal_autocheckpoint", 0)?;
        }
        Role::Reader => conn.pragma_update(None, "query_only", true)?,
        Role::Checkpoints => {}
    }
    Ok(conn)
}

/// Runs the migrations that have not run yet, each in a transaction with the count of it.
fn migrate(conn: &mut Connection) -> Result<(), StoreError> {
    let ran: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let ran = usize::try_from(ran).unwrap_or(usize::MAX);
    if ran > MIGRATIONS.len() {
        return Err(StoreError::Database(format!(
            "the folder was written by a newer version (schema {ran}, this one knows {})",
            MIGRATIONS.len()
        )));
    }
    for (number, migration) in (1_u32..).zip(MIGRATIONS).skip(ran) {
        let step = conn.transaction()?;
        step.execute_batch(migration)?;
        step.pragma_update(None, "user_version", number)?;
        step.commit()?;
    }
    Ok(())
}

/// Brings the database to this version, checks that the key is the one it was sealed with, and ends what a stop left.
pub(super) fn prepare(conn: &mut Connection, seal: &SealKey) -> Result<(), StoreError> {
    migrate(conn)?;
    if !is_sealed_with(conn, seal)? {
        let sealed = seal.seal(SEAL_CHECK, SEAL_CHECK_TEXT)?;
        sql::execute(
            conn,
            "INSERT INTO instance (name, value) VALUES (?1, ?2)",
            values!["seal_check", sealed],
        )?;
    }
    deliveries::end_raced_at_start(conn)?;
    Ok(())
}

/// Whether anything was sealed yet; with another key is an error.
pub(super) fn is_sealed_with(conn: &Connection, seal: &SealKey) -> Result<bool, StoreError> {
    let sealed: Option<Vec<u8>> =
        sql::first(conn, "SELECT value FROM instance WHERE name = ?1", values!["seal_check"], |columns| {
            columns.next()
        })?;
    let Some(sealed) = sealed else { return Ok(false) };
    seal.open(SEAL_CHECK, &sealed).map_err(|error| {
        StoreError::Corrupt(format!("the seal key is not the one of this folder ({error})"))
    })?;
    Ok(true)
}
