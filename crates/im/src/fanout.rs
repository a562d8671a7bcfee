//! The fan-out loop: accepted messages, in commit order, to frames and decisions.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use model::{AppId, MessageId, Timestamp, UserId};
use store::{Change, FanoutCursor, FanoutNext, NewDelivery, Op, Outcome, StoreError};
use tokio::{
    sync::{
        broadcast::{
            Receiver,
            error::{RecvError, TryRecvError},
        },
        mpsc,
    },
    time,
};

use crate::{
    Im,
    crowds::{self, Crowds, RUN_MAX, Ready, Way, key_of},
    walk::{Looked, look},
    whom::Whom,
};

/// Messages of one round of the loop.
const ROUND: u32 = 256;
/// Deliveries of one commit: what comes behind a large group does not wait for it.
const FULL_ROUND: usize = 256;
/// How long the loop sleeps when nothing wakes it.
const IDLE: Duration = Duration::from_secs(30);
/// How soon what is not heard of yet is looked at again, in milliseconds.
const UNHEARD_MS: i64 = 1;
/// How long the loop waits after the store refused.
const REFUSED: Duration = Duration::from_millis(200);

/// What cannot wait until a message is due.
#[derive(Debug)]
pub(crate) enum Expedite {
    /// A connection was lost with this message unacknowledged: its user is decided again now.
    Lost { app: AppId, message: MessageId, user: UserId },
    /// Everybody who was waited for has acknowledged.
    Over { app: AppId, message: MessageId },
}

type Key = (AppId, MessageId);

/// What is looked at before it is due.
#[derive(Debug, Default)]
struct Urgent {
    lost: HashMap<Key, BTreeSet<UserId>>,
    over: Vec<Key>,
}

impl Urgent {
    fn add(&mut self, next: Expedite) {
        match next {
            Expedite::Lost { app, message, user } => {
                self.lost.entry((app, message)).or_default().insert(user);
            }
            Expedite::Over { app, message } => self.over.push((app, message)),
        }
    }

    fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.over.is_empty()
    }
}

/// Runs until the store is gone, or the process is about to end.
pub(crate) async fn run(
    im: Arc<Im>,
    mut feed: Receiver<Change>,
    mut expedited: mpsc::UnboundedReceiver<Expedite>,
) {
    let mut urgent = Urgent::default();
    let mut crowds = Crowds::default();
    let mut draining = im.draining.subscribe();
    loop {
        if *draining.borrow() {
            return;
        }
        while let Ok(next) = expedited.try_recv() {
            urgent.add(next);
        }
        if hear_all(&im, &mut feed, &mut crowds).is_none() {
            return;
        }
        let next_due = match round(&im, std::mem::take(&mut urgent), &mut feed, &mut crowds).await {
            Ok((next_due, left)) => {
                urgent = left;
                next_due
            }
            Err(error) => {
                tracing::warn!(%error, "a fan-out round was put off");
                time::sleep(REFUSED).await;
                continue;
            }
        };
        let wait = next_due.map_or(IDLE, |due| due.after(im.now()).min(IDLE));
        if wait.is_zero() {
            continue;
        }
        tokio::select! {
            change = wait_for_accepted(&im, &mut feed, &mut crowds) => if change.is_none() { return },
            next = expedited.recv() => match next {
                Some(next) => urgent.add(next),
                None => return,
            },
            () = time::sleep(wait) => {}
            _ = draining.changed() => {}
        }
    }
}

/// Returns at the next accepted message, or where some may have been missed; `None` at the end.
async fn wait_for_accepted(im: &Im, feed: &mut Receiver<Change>, crowds: &mut Crowds) -> Option<()> {
    loop {
        match feed.recv().await {
            Ok(change) => {
                hear(im, &change, crowds);
                if matches!(change, Change::Accepted(..)) {
                    return Some(());
                }
            }
            Err(RecvError::Lagged(missed)) => {
                im.store().meter().missed.add(missed);
                crowds.forget_all();
                return Some(());
            }
            Err(RecvError::Closed) => return None,
        }
    }
}

/// Hears what has been told until now; `None` at the end.
fn hear_all(im: &Im, feed: &mut Receiver<Change>, crowds: &mut Crowds) -> Option<()> {
    loop {
        match feed.try_recv() {
            Ok(change) => hear(im, &change, crowds),
            Err(TryRecvError::Lagged(missed)) => {
                im.store().meter().missed.add(missed);
                crowds.forget_all();
            }
            Err(TryRecvError::Empty) => return Some(()),
            Err(TryRecvError::Closed) => return None,
        }
    }
}

fn hear(im: &Im, change: &Change, crowds: &mut Crowds) {
    if let Change::Recalled(_, message) = change {
        im.waits.forget(*message);
    }
    crowds.hear(change);
}

/// The ops of a round, and what each of them ends.
#[derive(Default)]
struct Round {
    batch: Vec<Op>,
    /// How many deliveries are in it.
    deliveries: usize,
    ends: Vec<End>,
}

/// What the end of a look leads to, once it is committed.
struct End {
    key: Key,
    decided: Vec<UserId>,
    /// Whose lost connections asked for the look.
    lost: BTreeSet<UserId>,
}

impl Round {
    fn push(&mut self, deliveries: Vec<NewDelivery>, next: FanoutNext, end: End) {
        let (app, message) = end.key;
        self.deliveries += deliveries.len();
        self.batch.push(Op::Decide { app, message, deliveries, next });
        self.ends.push(end);
    }

    /// Looks at a message, and commits where the round is full: then the answer is `true`.
    async fn look_at(
        &mut self,
        im: &Im,
        cursor: &FanoutCursor,
        whom: &Whom,
        left: &mut Urgent,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = (cursor.message.app, cursor.message.id);
        im.meter().fanout_lag.took_ms(now.since_ms(cursor.due_at));
        if let Looked::Ready { deliveries, next, decided } = look(im, cursor, whom, now).await? {
            self.push(deliveries, next, End { key, decided, lost: BTreeSet::new() });
        }
        let is_full = self.deliveries >= FULL_ROUND;
        if is_full {
            std::mem::take(self).commit(im, now, left).await?;
        }
        Ok(is_full)
    }

    /// Commits the round, which began then. Answers what has to be looked at once more: what a logout or fetch
    /// overtook, and what turned out to be over.
    async fn commit(self, im: &Im, began: Timestamp, left: &mut Urgent) -> Result<(), StoreError> {
        let finals: Vec<bool> = self.batch.iter().map(ends_fanout).collect();
        let outcomes = im.store().commit(self.batch).await?;
        for ((outcome, end), is_final) in outcomes.into_iter().zip(self.ends).zip(finals) {
            let (app, message) = end.key;
            tracing::trace!(
                target: "posthouse::road",
                stage = "decide",
                message = %message,
                began_ms = began.0,
                ended_ms = im.now().0,
                app = app.0,
                is_final,
            );
            match outcome {
                Outcome::Stale => {
                    for user in end.lost {
                        left.add(Expedite::Lost { app, message, user });
                    }
                }
                Outcome::Done if !is_final => {
                    if im.waits.committed(message, &end.decided) {
                        left.add(Expedite::Over { app, message });
                    }
                }
                _ => im.waits.forget(message),
            }
        }
        Ok(())
    }
}

/// Messages of one group that follow one another and go to those who are there. They are handed over together, before
/// anything else is looked at: a socket then writes them at once.
#[derive(Default)]
struct Run {
    key: Option<crowds::Key>,
    cursors: Vec<FanoutCursor>,
    ready: Vec<Ready>,
}

impl Run {
    fn add(&mut self, cursor: FanoutCursor, ready: Ready) {
        self.key = key_of(&cursor);
        self.cursors.push(cursor);
        self.ready.push(ready);
    }

    fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Hands them over, then looks at whoever is not there. Answers as [`Round::look_at`] does.
    async fn hand_over(
        self,
        im: &Im,
        crowds: &mut Crowds,
        round: &mut Round,
        left: &mut Urgent,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(key) = self.key else { return Ok(false) };
        let mut committed = false;
        let left_out = crowds.hand_over(&key, &self.ready, now);
        for (cursor, whom) in self.cursors.iter().zip(left_out) {
            committed |= round.look_at(im, cursor, &whom, left, now).await?;
        }
        Ok(committed)
    }
}

const fn ends_fanout(op: &Op) -> bool {
    matches!(op, Op::Decide { next: FanoutNext::Done, .. })
}

/// Looks at everything that is urgent and everything that is due. Answers when to look again, and what is urgent then.
async fn round(
    im: &Im,
    urgent: Urgent,
    feed: &mut Receiver<Change>,
    crowds: &mut Crowds,
) -> Result<(Option<Timestamp>, Urgent), StoreError> {
    let now = im.now();
    let mut round = Round::default();
    let mut committed = false;
    // When to look again at what is due and was left for a moment.
    let mut left_until: Option<Timestamp> = None;
    let mut left = Urgent::default();
    look_at_urgent(im, urgent, &mut round, &mut left, now).await?;
    let due = im.store().due_fanouts(now, ROUND).await?;
    // What came before a message is heard of before it is looked at.
    let _ = hear_all(im, feed, crowds);
    let mut gathering = Gathering { goes_on: due.len() < ROUND as usize, ..Gathering::default() };
    let mut run = Run::default();
    for cursor in due {
        if run.key != key_of(&cursor) || run.ready.len() >= RUN_MAX {
            committed |= run.take().hand_over(im, crowds, &mut round, &mut left, now).await?;
        }
        let whom = match im.waits.everybody(cursor.message.id) {
            Some(users) => Whom::These(users),
            None if let Some(until) = gathering.until(crowds, &cursor, now) => {
                left_until = earlier(left_until, until);
                continue;
            }
            None => match crowds.prepare(im, &cursor, now).await? {
                Some(Way::Together(ready)) => {
                    run.add(cursor, ready);
                    continue;
                }
                Some(Way::Alone) => Whom::Everybody,
                None => {
                    left_until = earlier(left_until, now.plus_ms(UNHEARD_MS));
                    continue;
                }
            },
        };
        committed |= run.take().hand_over(im, crowds, &mut round, &mut left, now).await?;
        committed |= round.look_at(im, &cursor, &whom, &mut left, now).await?;
    }
    committed |= run.hand_over(im, crowds, &mut round, &mut left, now).await?;
    if !round.batch.is_empty() {
        round.commit(im, now, &mut left).await?;
    } else if left.is_empty() && !committed {
        let next_due = if left_until.is_some() { left_until } else { next_due(im, now).await? };
        return Ok((next_due, left));
    }
    Ok((Some(now), left))
}

async fn look_at_urgent(
    im: &Im,
    urgent: Urgent,
    round: &mut Round,
    left: &mut Urgent,
    now: Timestamp,
) -> Result<(), StoreError> {
    for key in urgent.over {
        let end = End { key, decided: Vec::new(), lost: BTreeSet::new() };
        round.push(Vec::new(), FanoutNext::Done, end);
    }
    for (key, lost) in urgent.lost {
        let whom = match im.waits.among(key.1, &lost) {
            None => Whom::Everybody,
            Some(users) if users.is_empty() => continue,
            Some(users) => Whom::These(users),
        };
        let Some(cursor) = im.store().fanout(key.0, key.1).await? else {
            im.waits.forget(key.1);
            continue;
        };
        match look(im, &cursor, &whom, now).await? {
            Looked::Ready { deliveries, next, decided } => {
                round.push(deliveries, next, End { key, decided, lost });
            }
            Looked::Committed => {}
            Looked::Overtaken => {
                left.lost.insert(key, lost);
            }
        }
    }
    Ok(())
}

/// Until when each group's messages wait for others. Asked once a round: where a group's turn has come, all of it that
/// is due goes, of whatever kind, and nothing overtakes what waits.
#[derive(Default)]
struct Gathering {
    /// Not where a round is full: then one group would hold up all others.
    goes_on: bool,
    groups: HashMap<crowds::Key, Option<Timestamp>>,
}

impl Gathering {
    fn until(&mut self, crowds: &Crowds, cursor: &FanoutCursor, now: Timestamp) -> Option<Timestamp> {
        let key = key_of(cursor).filter(|_| self.goes_on)?;
        let until = crowds.gathers_until(&key, now);
        *self.groups.entry(key).or_insert(until)
    }
}

fn earlier(known: Option<Timestamp>, other: Timestamp) -> Option<Timestamp> {
    Some(known.map_or(other, |known| known.min(other)))
}

/// When the next fan-out is due.
async fn next_due(im: &Im, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let horizon = now.plus_ms(i64::try_from(IDLE.as_millis()).unwrap_or(i64::MAX));
    Ok(im.store().due_fanouts(horizon, 1).await?.first().map(|cursor| cursor.due_at))
}
