//! A folder made from a backup.
//!
//! What happened after the backup is not in it, but in the heads of clients and in the books of vendors and backends.
//! So nothing that was numbered since may be numbered again: every count goes on from far beyond.

use std::{fs, path::Path};

use model::{SessionState, Timestamp};
use rusqlite::{Connection, OpenFlags};

use super::{
    backup::{Part, check_pages, disk},
    ids,
    open::{self, Role},
    sql::{self, values},
};
use crate::{SealKey, StoreError};

/// More messages than one conversation, and more rows than one table, gets between a backup and its restore.
const NUMBERS_LEFT_OUT: i64 = 1_000_000_000;
/// The same for what people make one by one, and whose numbers they read, and type.
const NAMES_LEFT_OUT: i64 = 1000;
const NAMED_BY_NUMBER: [&str; 3] = ["certificates", "webhooks", "operators"];
/// What may be in the folder beforehand: the key of the backup, which is kept apart from it.
const MAY_BE_THERE: [&str; 3] = ["seal.key", "posthouse.lock", "lost+found"];

/// What a restored folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// When the backup was taken; what happened after it is not there.
    pub backed_up_at: Option<Timestamp>,
    /// Apps.
    pub apps: u64,
    /// Users.
    pub users: u64,
    /// Messages.
    pub messages: u64,
    /// Messages with targets that are not decided.
    pub undecided: u64,
    /// Deliveries that had not ended: those that are still wanted are sent, again where they were sent after the
    /// backup.
    pub queued: u64,
    /// Size of the database, in bytes.
    pub bytes: u64,
}

/// Makes a folder from a backup. Logins count as lost until they come back, and nobody is signed in to the console. The
/// database is written anew, without the room that its deleted rows took.
///
/// # Errors
/// [`StoreError::Corrupt`] where the backup does not read or was sealed with another key, [`StoreError::Disk`] where
/// the folder holds something already or cannot be written, [`StoreError::Database`] for a backup of a newer version.
pub fn restore(from: &Path, folder: &Path, seal: &SealKey, now: Timestamp) -> Result<Restored, StoreError> {
    let backup = open_backup(from, seal)?;
    expect_empty(folder)?;
    let _lock = open::take_folder(folder)?;
    let database = folder.join(open::DATABASE);
    let part = Part::begin(&database)?;
    let target = part
        .0
        .to_str()
        .ok_or_else(|| StoreError::Disk(format!("{}: the path is not in Unicode", part.0.display())))?;
    backup.execute("VACUUM INTO ?1", [target])?;
    drop(backup);
    let mut restored = begin_anew(&part.0, seal, now)?;
    restored.bytes = part.finish(&database)?;
    Ok(restored)
}

fn open_backup(from: &Path, seal: &SealKey) -> Result<Connection, StoreError> {
    fs::metadata(from).map_err(|error| disk(from, &error))?;
    let backup = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_pages(&backup)?;
    let schema: u32 = backup.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if schema == 0 {
        return Err(StoreError::Corrupt(format!("{} is not a backup", from.display())));
    }
    if schema > open::SCHEMA {
        return Err(StoreError::Database(format!(
            "the backup was written by a newer version (schema {schema}, this one knows {})",
            open::SCHEMA
        )));
    }
    if open::is_sealed_with(&backup, seal)? {
        Ok(backup)
    } else {
        Err(StoreError::Corrupt(format!("{} is not a backup", from.display())))
    }
}

fn expect_empty(folder: &Path) -> Result<(), StoreError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(disk(folder, &error)),
    };
    for entry in entries {
        let name = entry.map_err(|error| disk(folder, &error))?.file_name();
        if !MAY_BE_THERE.iter().any(|may| name == *may) {
            return Err(StoreError::Disk(format!(
                "{} holds {}; a backup is restored into an empty folder",
                folder.display(),
                name.display()
            )));
        }
    }
    Ok(())
}

fn begin_anew(file: &Path, seal: &SealKey, now: Timestamp) -> Result<Restored, StoreError> {
    let mut conn = open::connection(file, Role::Writer)?;
    open::prepare(&mut conn, seal)?;
    let step = conn.transaction()?;
    sql::execute(
        &step,
        "UPDATE sessions SET state = ?1, since = ?2 WHERE state < 2",
        values![SessionState::Disconnected, now],
    )?;
    sql::execute(&step, "DELETE FROM console_sessions", values![])?;
    sql::execute(&step, "UPDATE conversations SET seq = seq + ?1", values![NUMBERS_LEFT_OUT])?;
    leave_out_numbers(&step)?;
    ids::leave_out(&step, NUMBERS_LEFT_OUT)?;
    sql::execute(
        &step,
        "INSERT OR REPLACE INTO instance (name, value) VALUES ('restored_at', ?1)",
        values![now.0.to_be_bytes().to_vec()],
    )?;
    step.commit()?;
    let restored = look(&conn)?;
    // The log goes with the last connection.
    conn.close().map_err(|(_, error)| error)?;
    Ok(restored)
}

/// Numbers that are never used again: the next one comes from far beyond the backup's last.
fn leave_out_numbers(conn: &Connection) -> rusqlite::Result<()> {
    let counted: Vec<String> = sql::all(
        conn,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'",
        values![],
        |columns| columns.next(),
    )?;
    for table in counted {
        let is_named = NAMED_BY_NUMBER.contains(&table.as_str());
        let by = if is_named { NAMES_LEFT_OUT } else { NUMBERS_LEFT_OUT };
        let moved = sql::execute(
            conn,
            "UPDATE sqlite_sequence SET seq = seq + ?2 WHERE name = ?1",
            values![table, by],
        )?;
        if moved == 0 {
            sql::execute(
                conn,
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
                values![table, by],
            )?;
        }
    }
    Ok(())
}

fn look(conn: &Connection) -> Result<Restored, StoreError> {
    let count = |what: &str| -> rusqlite::Result<u64> {
        conn.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| row.get::<_, i64>(0))
            .map(|rows| u64::try_from(rows).unwrap_or(0))
    };
    let backed_up_at: Option<Vec<u8>> =
        sql::first(conn, "SELECT value FROM instance WHERE name = 'backed_up_at'", values![], |columns| {
            columns.next()
        })?;
    let backed_up_at = backed_up_at.and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)));
    Ok(Restored {
        backed_up_at: backed_up_at.map(Timestamp),
        apps: count("apps")?,
        users: count("users")?,
        messages: count("messages")?,
        undecided: count("fanouts")?,
        queued: count("deliveries WHERE state = 0")?,
        bytes: 0,
    })
}
