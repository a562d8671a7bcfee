//! The one writer: a thread that commits whatever waits for it as one group.
//!
//! Many batches share one transaction and one sync of the disk; that is where the speed comes from. A group that
//! promises nothing to anybody does not wait for the disk at all. No batch pays for a savepoint: should one fail, the
//! whole group is undone and each of its batches is tried alone, so that only the faulty one is refused.

use std::{
    cell::Cell,
    fs::File,
    iter,
    path::Path,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use model::{DeliveryId, Message};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{
    apply,
    checkpoint::Checkpoints,
    gathering::Gathering,
    ids::DeliveryIds,
    road::{self, Road},
    sql::{self, values},
    writing::{News, Writing},
};
use crate::{Change, Feed, Op, Outcome, StoreError, StoreMeter, sealing::SealKey};

/// Batches that may wait. One more waits for a place, then is refused as busy.
const WAITING_MAX: usize = 4096;
/// How long a batch waits for a place.
const BUSY_AFTER: Duration = Duration::from_millis(250);
/// Most batches of one group.
const GROUP_MAX: usize = 2000;
/// Most rows of one group, roughly: a page of decisions counts as many.
const GROUP_MAX_ROWS: usize = 8000;

/// What the writer is asked for.
#[derive(Debug)]
pub(super) enum Work {
    /// From outside.
    Batch(Vec<Op>),
    /// Deliveries that were put back after a cancel found them on the wire: they end with the cancel's reason.
    EndRaced(Vec<DeliveryId>),
    /// Decisions that wait in memory are to be read.
    WriteYoung,
}

impl Work {
    fn rows(&self) -> usize {
        match self {
            Self::Batch(ops) => ops.iter().map(op_rows).sum(),
            Self::EndRaced(ids) => ids.len(),
            Self::WriteYoung => 0,
        }
    }

    /// Whether its answer promises somebody that it is on disk.
    fn is_promise(&self) -> bool {
        match self {
            Self::Batch(ops) => ops.iter().any(is_promise),
            Self::EndRaced(_) | Self::WriteYoung => false,
        }
    }
}

/// Decisions, verdicts and what is counted of them promise nothing: a crash of the program takes none of them, and a
/// power cut that took the last ones leaves what they were made from, so that they are made again. They are on disk
/// with the next promise. What was taken away is taken away again.
const fn is_promise(op: &Op) -> bool {
    !matches!(
        op,
        Op::Decide { .. }
            | Op::Update(_)
            | Op::Ledger(_)
            | Op::Ack { .. }
            | Op::Expire(_)
            | Op::Erase(_)
            | Op::ForgetCounts { .. }
    )
}

fn op_rows(op: &Op) -> usize {
    match op {
        Op::Decide { deliveries, .. } => deliveries.len() + 1,
        Op::Ack { cursors, .. } => cursors.len(),
        Op::CreateGroup { members, .. } => 2 * members.len() + 2,
        Op::ChangeMembers { add, remove, .. } => 2 * (add.len() + remove.len()) + 1,
        Op::Expire(expiry) => expiry.limit as usize,
        Op::ForgetCounts { limit, .. } => *limit as usize,
        Op::Erase(erasure) => erasure.limit as usize,
        _ => 1,
    }
}

type Answer = Result<Vec<Outcome>, StoreError>;

struct Job {
    work: Work,
    reply: oneshot::Sender<Answer>,
}

/// The writer as the store holds it. Dropping it commits what waits, then closes the database.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    meter: Arc<StoreMeter>,
}

/// What the thread works with.
pub(super) struct Desk {
    pub(super) conn: Connection,
    /// Whether a commit of the connection waits for the disk.
    pub(super) syncs: Cell<bool>,
    pub(super) seal: SealKey,
    pub(super) ids: DeliveryIds,
    pub(super) road: Arc<Mutex<Road>>,
    pub(super) feed: Feed,
    pub(super) meter: Arc<StoreMeter>,
}

impl Writer {
    pub(super) fn spawn(desk: Desk, file: &Path, database: Arc<File>) -> Result<Self, StoreError> {
        let checkpoints = Checkpoints::spawn(file, database)?;
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let meter = Arc::clone(&desk.meter);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || desk.work(waiting, &checkpoints))
            .map_err(|error| StoreError::Database(format!("no writer thread: {error}")))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), meter })
    }

    /// Commits it, together with what else waits, and answers once it is done; what promises something is on disk then.
    pub(super) async fn commit(&self, work: Work) -> Answer {
        let stopped = || StoreError::Database("the writer has stopped".to_owned());
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        let place = match jobs.try_reserve() {
            Ok(place) => place,
            Err(_) => tokio::time::timeout(BUSY_AFTER, jobs.reserve())
                .await
                .map_err(|_| {
                    self.meter.busy.one();
                    StoreError::Busy
                })?
                .map_err(|_| stopped())?,
        };
        let (reply, answer) = oneshot::channel();
        place.send(Job { work, reply });
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn work(self, mut waiting: mpsc::Receiver<Job>, checkpoints: &Checkpoints) {
        let (mut jobs, mut gathering) = (Vec::new(), Gathering::default());
        while waiting.blocking_recv_many(&mut jobs, GROUP_MAX) > 0 {
            if let Some(pause) = gathering.pause(jobs.len()) {
                sleep_for(pause);
                jobs.extend(iter::from_fn(|| waiting.try_recv().ok()).take(GROUP_MAX));
            }
            gathering.note(jobs.len());
            let mut rest = std::mem::take(&mut jobs).into_iter().peekable();
            while rest.peek().is_some() {
                self.run(next_group(&mut rest));
                checkpoints.after_commit(&self.conn);
            }
        }
        self.close();
    }

    /// What waits in memory is written, so that the next process need not decide it again.
    fn close(&self) {
        let (reply, _) = oneshot::channel();
        self.run(vec![Job { work: Work::WriteYoung, reply }]);
        if let Err(error) = self.ids.close(&self.conn) {
            tracing::warn!(%error, "numbers of deliveries are left out");
        }
    }

    fn run(&self, group: Vec<Job>) {
        match self.commit(&group) {
            Ok((answers, news)) => {
                self.meter.batches.add(group.len() as u64);
                for (job, outcomes) in group.into_iter().zip(answers) {
                    self.keep_messages(job.work, &outcomes);
                    // A caller that went away does not mind.
                    let _ = job.reply.send(Ok(outcomes));
                }
                news.tell(&self.feed);
            }
            Err(error) if group.len() == 1 || error.is_of_the_place() => {
                self.meter.failures.one();
                for job in group {
                    let _ = job.reply.send(Err(error.clone()));
                }
            }
            Err(_) => group.into_iter().for_each(|job| self.run(vec![job])),
        }
    }

    /// What was just accepted is looked at next: it need not be read again.
    fn keep_messages(&self, work: Work, outcomes: &[Outcome]) {
        let Work::Batch(ops) = work else { return };
        for (op, outcome) in ops.into_iter().zip(outcomes) {
            if let (Op::Accept(message), Outcome::Accepted { seq }) = (op, outcome) {
                road::lock(&self.road).cursors.keep(Message { seq: *seq, ..*message });
            }
        }
    }

    /// Whether the next commit waits for the disk. The log is read in its order after a crash, so a commit that waits
    /// also brings all before it to the disk.
    fn sync_at_commit(&self, sync: bool) -> Result<(), StoreError> {
        if self.syncs.replace(sync) != sync {
            self.conn.pragma_update(None, "synchronous", if sync { "full" } else { "normal" })?;
        }
        Ok(())
    }

    fn commit(&self, group: &[Job]) -> Result<(Vec<Vec<Outcome>>, News), StoreError> {
        let (began, syncs) = (Instant::now(), group.iter().any(|job| job.work.is_promise()));
        self.sync_at_commit(syncs)?;
        self.ids.reserve(&self.conn)?;
        sql::execute(&self.conn, "BEGIN", values![])?;
        let mut writing = Writing::new(&self.conn, &self.seal, &self.ids, &self.road);
        let answers = self.apply(&mut writing, group).and_then(|answers| {
            self.end_transaction(began, syncs)?;
            Ok(answers)
        });
        let (changes, news) = writing.into_parts();
        match answers {
            Ok(answers) => {
                road::lock(&self.road).committed(changes);
                Ok((answers, news))
            }
            Err(error) => {
                // A full disk ends the transaction by itself.
                if !self.conn.is_autocommit()
                    && let Err(error) = self.conn.execute_batch("ROLLBACK")
                {
                    tracing::error!(%error, "a group could not be undone");
                }
                let lanes = changes.lanes_held_up();
                road::lock(&self.road).undone(changes);
                lanes.into_iter().for_each(|lane| self.feed.tell(Change::Queued(lane)));
                Err(error)
            }
        }
    }

    fn apply(&self, writing: &mut Writing<'_>, group: &[Job]) -> Result<Vec<Vec<Outcome>>, StoreError> {
        writing.write_old()?;
        let mut answers = Vec::with_capacity(group.len());
        for job in group {
            answers.push(apply::work(writing, &job.work)?);
        }
        writing.close_fanouts()?;
        writing.write_counts()?;
        Ok(answers)
    }
}

impl Desk {
    fn end_transaction(&self, began: Instant, syncs: bool) -> Result<(), StoreError> {
        let ending = Instant::now();
        sql::execute(&self.conn, "COMMIT", values![])?;
        self.meter.commit.took(began.elapsed());
        if syncs {
            self.meter.sync.took(ending.elapsed());
            self.meter.groups_synced.one();
        } else {
            self.meter.groups_unsynced.one();
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the writer's thread is its own: nobody else waits on it")]
fn sleep_for(pause: Duration) {
    thread::sleep(pause);
}

/// As many jobs as one transaction should hold; at least one.
fn next_group(jobs: &mut std::iter::Peekable<impl Iterator<Item = Job>>) -> Vec<Job> {
    let mut group = Vec::new();
    let mut rows = 0;
    while let Some(job) = jobs.next_if(|job| group.is_empty() || rows + job.work.rows() <= GROUP_MAX_ROWS) {
        rows += job.work.rows();
        group.push(job);
    }
    group
}

#[cfg(test)]
mod tests {
    use model::{AppId, MessageId, Timestamp, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::FanoutNext;

    #[test]
    fn a_batch_of_decisions_alone_promises_nothing_and_anything_beside_them_does() {
        let (app, at) = (AppId(1), Timestamp(0));
        let message = MessageId(Uuid::nil());
        let decide = Op::Decide { app, message, deliveries: Vec::new(), next: FanoutNext::Done };
        let put = Op::PutUser { app, user: UserId::new("bo").unwrap(), at };
        assert!(!Work::Batch(vec![decide.clone(), decide.clone()]).is_promise());
        assert!(Work::Batch(vec![decide, put]).is_promise());
    }
}
