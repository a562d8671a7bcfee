//! Moves the log into the database file beside the writer, so that commits do not wait for it.
//!
//! A passive checkpoint never blocks, but under steady load it never catches up either. So there are several in a row,
//! each of what was committed during the one before, until little is left. That the writer moves, and the next commit
//! begins the log anew, in place. A sync is cheap then: a file that grows costs twice as much, because its new size has
//! to reach the disk too. Should a long read stand in the way, the log grows; above a limit the writer empties it
//! between two groups.
//!
//! SQLite syncs the database file with the last page of the log alone, so whoever moves that page waits for all that
//! was moved before. What the writer leaves to this thread is therefore synced here.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError, Sender, SyncSender},
    },
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use super::open::{self, LOCK_WAIT, Role};
use crate::StoreError;

/// From so many bytes of pages in the log on it is worth moving.
const PASSIVE_FROM_BYTES: u64 = 4 * 1024 * 1024;
/// The size of a page in the log, its head included.
const FRAME_BYTES: u64 = 4096 + 24;
/// So few pages are left to the writer at once: they take it some three milliseconds.
const REST_PAGES: u64 = 128;
/// As many are left to it where they do not become fewer; twenty milliseconds or so.
const REST_MAX_PAGES: u64 = 1024;
/// Passive checkpoints in a row, after the first.
const ROUNDS_MAX: usize = 16;
/// At this size the writer stops for all of it, however long that takes.
const TRUNCATE_FROM_BYTES: u64 = 256 * 1024 * 1024;
/// Between two rows of checkpoints. Each stops the writer once, and a page that was written often is moved once.
const PAUSE: Duration = Duration::from_millis(500);

/// The checkpoint thread, as the writer holds it. Dropping it stops the thread.
pub(super) struct Checkpoints {
    log: PathBuf,
    wake: Option<SyncSender<()>>,
    stop: Option<Sender<()>>,
    at_work: Arc<Mutex<()>>,
    /// Almost all of the log was just moved: the rest is the writer's.
    nearly: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// `database` is the same file; see [`open::own_file`] for how long it has to stay open.
    pub(super) fn spawn(file: &Path, database: Arc<File>) -> Result<Self, StoreError> {
        let conn = open::connection(file, Role::Checkpoints)?;
        let (wake, woken) = mpsc::sync_channel::<()>(1);
        let (stop, stopped) = mpsc::channel::<()>();
        let at_work = Arc::new(Mutex::new(()));
        let nearly = Arc::new(AtomicBool::new(false));
        let (turn, moved) = (Arc::clone(&at_work), Arc::clone(&nearly));
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while woken.recv().is_ok() {
                    if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                    let _turn = turn.lock();
                    match move_where_worth_it(&conn, &database) {
                        Ok(was_moved) => moved.store(was_moved, Ordering::Release),
                        Err(error) => {
                            tracing::warn!(%error, "the log could not be moved into the database file");
                        }
                    }
                }
            })
            .map_err(|error| StoreError::Database(format!("no checkpoint thread: {error}")))?;
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self {
            log: log.into(),
            wake: Some(wake),
            stop: Some(stop),
            at_work,
            nearly,
            thread: Some(thread),
        })
    }

    /// The writer has committed a group and holds no transaction.
    pub(super) fn after_commit(&self, writer: &Connection) {
        let log_bytes = std::fs::metadata(&self.log).map_or(0, |file| file.len());
        if log_bytes >= TRUNCATE_FROM_BYTES
            && let Ok(_turn) = self.at_work.try_lock()
        {
            if let Err(error) = empty_log(writer) {
                tracing::warn!(%error, "the log could not be emptied");
            }
        } else if self.nearly.swap(false, Ordering::Acquire) {
            if let Err(error) = checkpoint(writer, "PASSIVE") {
                tracing::warn!(%error, "the rest of the log could not be moved");
            }
        } else if log_bytes >= PASSIVE_FROM_BYTES
            && let Some(wake) = &self.wake
        {
            // Full: it is awake already.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop = None;
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Does not wait for readers that still need the log: the next group tries again.
fn empty_log(writer: &Connection) -> rusqlite::Result<()> {
    writer.busy_timeout(Duration::ZERO)?;
    let emptied = checkpoint(writer, "TRUNCATE");
    writer.busy_timeout(LOCK_WAIT)?;
    emptied.map(drop)
}

/// Moves the log where there is enough in it; whether little of it is left. The file's size does not tell how much is
/// in it: it keeps the size it had when the log began anew.
fn move_where_worth_it(conn: &Connection, database: &File) -> Result<bool, StoreError> {
    if checkpoint(conn, "NOOP")?.pages * FRAME_BYTES < PASSIVE_FROM_BYTES {
        return Ok(false);
    }
    let mut log = move_once(conn)?;
    database.sync_data().map_err(|error| StoreError::Disk(format!("the database file: {error}")))?;
    for _ in 0..ROUNDS_MAX {
        if log.left() <= REST_PAGES {
            break;
        }
        let moved_before = log.moved;
        log = move_once(conn)?;
        if log.moved == moved_before {
            break;
        }
    }
    Ok(log.left() <= REST_MAX_PAGES)
}

/// Moves what is in the log now; what it holds afterwards.
fn move_once(conn: &Connection) -> rusqlite::Result<Log> {
    checkpoint(conn, "PASSIVE")?;
    checkpoint(conn, "NOOP")
}

/// What the log holds.
struct Log {
    pages: u64,
    /// Those of them that are in the database file too.
    moved: u64,
}

impl Log {
    const fn left(&self) -> u64 {
        self.pages.saturating_sub(self.moved)
    }
}

fn checkpoint(conn: &Connection, mode: &str) -> rusqlite::Result<Log> {
    conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        // Both are -1 where there is no log yet.
        let pages = |column| row.get::<_, i64>(column).map(|pages| pages.try_into().unwrap_or(0));
        Ok(Log { pages: pages(1)?, moved: pages(2)? })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path) -> (Connection, Connection, File) {
        let file = folder.join("posthouse.db");
        let database = open::own_file(&file).unwrap();
        let writer = open::connection(&file, Role::Writer).unwrap();
        writer.execute_batch("CREATE TABLE filled (bytes BLOB NOT NULL)").unwrap();
        (writer, open::connection(&file, Role::Checkpoints).unwrap(), database)
    }

    fn fill(conn: &Connection, bytes: i64) {
        conn.execute("INSERT INTO filled (bytes) VALUES (zeroblob(?1))", [bytes]).unwrap();
    }

    #[test]
    fn a_log_that_was_moved_begins_anew_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, mover, database) = open(folder.path());
        assert!(!move_where_worth_it(&mover, &database).unwrap(), "there is little in the log");
        fill(&writer, 5 << 20);
        let size = || std::fs::metadata(folder.path().join("posthouse.db-wal")).unwrap().len();
        let grown = size();
        assert!(move_where_worth_it(&mover, &database).unwrap());
        fill(&writer, 100);
        assert!(checkpoint(&writer, "NOOP").unwrap().pages < 10, "everything was moved before this commit");
        assert_eq!(size(), grown);
        assert!(!move_where_worth_it(&mover, &database).unwrap(), "the file is large, the log is not");
    }

    #[test]
    fn what_a_long_read_needs_is_not_left_to_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, mover, database) = open(folder.path());
        let reader = open::connection(&folder.path().join("posthouse.db"), Role::Reader).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM filled").unwrap();
        fill(&writer, 5 << 20);
        assert!(!move_where_worth_it(&mover, &database).unwrap(), "the read is still going on");
        reader.execute_batch("COMMIT").unwrap();
        assert!(move_where_worth_it(&mover, &database).unwrap());
    }
}
