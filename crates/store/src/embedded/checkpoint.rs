//! Moves the log into the database file beside the writer, so that commits do not wait for it.
//!
//! A passive checkpoint never blocks, but under steady load it never catches up either and the log would grow without
//! end: above a limit the writer itself empties the log between two groups.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError, Sender, SyncSender},
    },
    thread::JoinHandle,
    time::Duration,
};

use rusqlite::Connection;

use super::open::{self, LOCK_WAIT, Role};
use crate::StoreError;

/// From this size of the log on it is worth moving.
const PASSIVE_FROM_BYTES: u64 = 4 * 1024 * 1024;
/// At this size the writer stops for it.
const TRUNCATE_FROM_BYTES: u64 = 64 * 1024 * 1024;
/// Between two passive checkpoints.
const PAUSE: Duration = Duration::from_millis(250);

/// The checkpoint thread, as the writer holds it. Dropping it stops the thread.
pub(super) struct Checkpoints {
    log: PathBuf,
    wake: Option<SyncSender<()>>,
    stop: Option<Sender<()>>,
    at_work: Arc<Mutex<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    pub(super) fn spawn(file: &Path) -> Result<Self, StoreError> {
        let conn = open::connection(file, Role::Checkpoints)?;
        let (wake, woken) = mpsc::sync_channel::<()>(1);
        let (stop, stopped) = mpsc::channel::<()>();
        let at_work = Arc::new(Mutex::new(()));
        let turn = Arc::clone(&at_work);
        let thread = std::thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || {
                while woken.recv().is_ok() {
                    if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                        return;
                    }
                    let _turn = turn.lock();
                    if let Err(error) = checkpoint(&conn, "PASSIVE") {
                        tracing::warn!(%error, "the log could not be moved into the database file");
                    }
                }
            })
            .map_err(|error| StoreError::Database(format!("no checkpoint thread: {error}")))?;
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Ok(Self { log: log.into(), wake: Some(wake), stop: Some(stop), at_work, thread: Some(thread) })
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
    emptied
}

fn checkpoint(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))
}
