//! A copy of a folder's database, taken while a server works on it.
//!
//! The copy is one snapshot: a read transaction stands open while the pages are copied, so that commits beside it
//! neither change what is copied nor make the copy begin anew. Until it is through, the server's log can be moved into
//! the database only up to the snapshot, and grows.

use std::{
    collections::BTreeMap,
    fs::File,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use model::Timestamp;
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{
    open::{self, Role},
    sql::{self, values},
};
use crate::StoreError;

/// Pages of one step: 1 MiB.
const STEP_PAGES: i32 = 256;
const STEP_BYTES: u64 = 256 * 4096;
/// Before a step is tried again that met a lock.
const LOCKED_PAUSE: Duration = Duration::from_millis(10);
/// Steps that met a lock, one after the other, before the copy is given up.
const LOCKED_MAX: u32 = 500;

/// How fast a copy may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As fast as the disks are.
    Unlimited,
    /// So many mebibytes a second.
    MebibytesPerSecond(u32),
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Pages that are copied.
    pub pages: u64,
    /// Pages of the whole.
    pub of: u64,
}

/// What was copied, after it was read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupReport {
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// The schema's version.
    pub schema: u32,
    /// Rows of each table, the same in the snapshot and in the copy.
    pub rows: BTreeMap<String, u64>,
}

/// Copies the database of a folder to a file that only its owner may read, and checks the copy: every page, the schema,
/// and the rows of each table against the snapshot. The file appears under its name once it is whole. The seal key is
/// not in it; messages are, in the clear.
///
/// # Errors
/// [`StoreError::Disk`] where the folder has no database or the file is there already or cannot be written,
/// [`StoreError::Corrupt`] where the copy does not read.
pub fn back_up(
    folder: &Path,
    to: &Path,
    pace: Pace,
    now: Timestamp,
    mut progress: impl FnMut(Copied),
) -> Result<BackupReport, StoreError> {
    let database = folder.join(open::DATABASE);
    if !database.is_file() {
        return Err(StoreError::Disk(format!("{} holds no database", folder.display())));
    }
    if to.exists() {
        return Err(StoreError::Disk(format!("{} is there already", to.display())));
    }
    let part = Part::begin(to)?;
    let snapshot = open::connection(&database, Role::Reader)?;
    snapshot.execute_batch("BEGIN")?;
    let schema: u32 = snapshot.pragma_query_value(None, "user_version", |row| row.get(0))?;
    copy(&snapshot, &part.0, pace, &mut progress)?;
    let rows = count_rows(&snapshot)?;
    drop(snapshot);
    note_time(&part.0, now)?;
    check(&part.0, schema, &rows)?;
    let bytes = part.finish(to)?;
    Ok(BackupReport { bytes, schema, rows })
}

/// A file that is not whole yet; dropped before its end, it goes.
pub(super) struct Part(pub(super) PathBuf);

impl Part {
    /// The file takes the name of what it will be, with `.part`; what an earlier try left there goes.
    pub(super) fn begin(file: &Path) -> Result<Self, StoreError> {
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        let _ = std::fs::remove_file(&part);
        open::own_file(&part).map_err(|error| disk(&part, &error))?;
        Ok(Self(part))
    }

    /// Brings it to the disk and gives it its name; answers its size.
    pub(super) fn finish(self, file: &Path) -> Result<u64, StoreError> {
        let named = || {
            let part = File::options().write(true).open(&self.0)?;
            part.sync_all()?;
            std::fs::rename(&self.0, file)?;
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(part.metadata()?.len())
        };
        named().map_err(|error| disk(file, &error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already where it got its name.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(super) fn disk(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Disk(format!("{}: {error}", path.display()))
}

fn copy(
    snapshot: &Connection,
    to: &Path,
    pace: Pace,
    progress: &mut impl FnMut(Copied),
) -> Result<(), StoreError> {
    let mut copy = Connection::open(to)?;
    let backup = Backup::new(snapshot, &mut copy)?;
    let mut locked = 0;
    loop {
        let began = Instant::now();
        let step = backup.step(STEP_PAGES)?;
        match step {
            StepResult::Done | StepResult::More => locked = 0,
            _ if locked < LOCKED_MAX => {
                locked += 1;
                rest(LOCKED_PAUSE);
                continue;
            }
            _ => return Err(StoreError::Busy),
        }
        let done = backup.progress();
        let pages = |count: i32| u64::try_from(count).unwrap_or(0);
        let of = pages(done.pagecount);
        progress(Copied { pages: of.saturating_sub(pages(done.remaining)), of });
        if step == StepResult::Done {
            break;
        }
        if let Pace::MebibytesPerSecond(mebibytes) = pace {
            let step = Duration::from_micros(STEP_BYTES * 1_000_000 / (u64::from(mebibytes.max(1)) << 20));
            rest(step.saturating_sub(began.elapsed()));
        }
    }
    drop(backup);
    // One file, without a log beside it.
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    Ok(())
}

/// A copy has a thread of its own, which nobody else waits on.
#[expect(clippy::disallowed_methods, reason = "no task shares this thread")]
fn rest(time: Duration) {
    std::thread::sleep(time);
}

/// A restore tells from when its backup is.
fn note_time(file: &Path, now: Timestamp) -> Result<(), StoreError> {
    let conn = Connection::open(file)?;
    conn.execute(
        "INSERT OR REPLACE INTO instance (name, value) VALUES ('backed_up_at', ?1)",
        [now.0.to_be_bytes()],
    )?;
    Ok(())
}

/// Rows of each table, but of `instance`, where the copy notes when it was made.
fn count_rows(conn: &Connection) -> Result<BTreeMap<String, u64>, StoreError> {
    let tables: Vec<String> = sql::all(
        conn,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'instance'",
        values![],
        |columns| columns.next(),
    )?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let count: i64 =
            conn.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0))?;
        rows.insert(table, u64::try_from(count).unwrap_or(0));
    }
    Ok(rows)
}

fn check(file: &Path, schema: u32, rows: &BTreeMap<String, u64>) -> Result<(), StoreError> {
    let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_pages(&conn)?;
    let copied: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if copied != schema || count_rows(&conn)? != *rows {
        return Err(StoreError::Corrupt("the copy does not hold what was copied".to_owned()));
    }
    Ok(())
}

/// Reads every page and every index.
pub(super) fn check_pages(conn: &Connection) -> Result<(), StoreError> {
    let said: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if said == "ok" { Ok(()) } else { Err(StoreError::Corrupt(said)) }
}
