//! Fan-out cursors as they stand in memory: every open one, with its message while there are not too many.
//!
//! The table holds them for a restart; nothing else reads it.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use model::{AppId, Message, MessageId, Seq, Timestamp, UserId};

use crate::FanoutCursor;

/// Messages that are kept here; of more only the place is known.
const MESSAGES_MAX: usize = 16_384;

/// What every decision about a message rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    pub(super) row: i64,
    pub(super) conversation: Option<i64>,
    pub(super) seq: Seq,
    pub(super) is_group: bool,
    pub(super) is_recalled: bool,
    pub(super) is_followed_up: bool,
}

/// A fan-out that was opened, as a transaction tells of it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) ground: Ground,
    pub(super) key: (AppId, MessageId),
    pub(super) due_at: Timestamp,
}

/// What a transaction does to a cursor; told once it is committed.
#[derive(Debug)]
pub(super) enum CursorChange {
    Opened(Opened),
    /// It is looked at again from behind this user, then.
    Moved {
        row: i64,
        after: Option<UserId>,
        due_at: Timestamp,
    },
    /// These targets of it were decided; so many of the decisions are not on disk yet.
    Decided {
        row: i64,
        targets: Vec<i64>,
        waiting: usize,
    },
    /// Every target is decided; it closes once they are on disk.
    Ended {
        row: i64,
    },
    /// So many of its decisions were written.
    Written {
        row: i64,
        rows: usize,
    },
    Closed {
        row: i64,
    },
}

#[derive(Debug)]
struct Open {
    key: (AppId, MessageId),
    after: Option<UserId>,
    due_at: Timestamp,
    message: Option<Arc<Message>>,
    /// Absent where it was not accepted by this process, or something was done to it since.
    ground: Option<Ground>,
    /// Every target that was decided so far; only while there is a ground.
    targets: HashSet<i64>,
    /// Decisions that are not on disk yet.
    young: usize,
    is_ended: bool,
}

/// A cursor; its message where it is at hand.
#[derive(Debug)]
pub(super) struct Cursor {
    pub(super) row: i64,
    pub(super) message: Option<Arc<Message>>,
    pub(super) after: Option<UserId>,
    pub(super) due_at: Timestamp,
}

impl Cursor {
    /// With its message, where that is at hand.
    pub(super) fn at_hand(self) -> Option<FanoutCursor> {
        let Self { message, after, due_at, .. } = self;
        message.map(|message| FanoutCursor { message, after, due_at })
    }
}

/// See the module's words.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    by_key: HashMap<(AppId, MessageId), i64>,
    open: HashMap<i64, Open>,
    due: BTreeSet<(Timestamp, i64)>,
    messages: usize,
}

impl Cursors {
    /// One that was open when the store was.
    pub(super) fn restore(
        &mut self,
        row: i64,
        key: (AppId, MessageId),
        after: Option<UserId>,
        due_at: Timestamp,
    ) {
        let targets = HashSet::new();
        let open =
            Open { key, after, due_at, message: None, ground: None, targets, young: 0, is_ended: false };
        self.insert(row, open);
    }

    fn insert(&mut self, row: i64, open: Open) {
        self.by_key.insert(open.key, row);
        self.due.insert((open.due_at, row));
        self.open.insert(row, open);
    }

    pub(super) fn apply(&mut self, change: CursorChange) {
        match change {
            CursorChange::Opened(opened) => self.opened(opened),
            CursorChange::Closed { row } => self.close(row),
            CursorChange::Moved { row, after, due_at } => {
                if let Some(open) = self.open.get_mut(&row) {
                    self.due.remove(&(open.due_at, row));
                    (open.after, open.due_at) = (after, due_at);
                    self.due.insert((due_at, row));
                }
            }
            CursorChange::Decided { row, targets, waiting } => {
                if let Some(open) = self.open.get_mut(&row) {
                    open.young += waiting;
                    open.targets.extend(targets);
                }
            }
            CursorChange::Ended { row } => {
                if let Some(open) = self.open.get_mut(&row) {
                    open.is_ended = true;
                    self.due.remove(&(open.due_at, row));
                }
            }
            CursorChange::Written { row, rows } => {
                if let Some(open) = self.open.get_mut(&row) {
                    open.young = open.young.saturating_sub(rows);
                }
            }
        }
    }

    fn opened(&mut self, opened: Opened) {
        let Opened { ground, key, due_at } = opened;
        let open = Open {
            key,
            after: None,
            due_at,
            message: None,
            ground: Some(ground),
            targets: HashSet::new(),
            young: 0,
            is_ended: false,
        };
        self.insert(ground.row, open);
    }

    /// The message of a cursor that was just opened.
    pub(super) fn keep(&mut self, message: Message) {
        if self.messages < MESSAGES_MAX
            && let Some(row) = self.by_key.get(&(message.app, message.id))
            && let Some(open) = self.open.get_mut(row)
            && open.message.is_none()
        {
            self.messages += 1;
            open.message = Some(Arc::new(message));
        }
    }

    fn close(&mut self, row: i64) {
        let Some(open) = self.open.remove(&row) else { return };
        self.by_key.remove(&open.key);
        self.due.remove(&(open.due_at, row));
        self.messages -= usize::from(open.message.is_some());
    }

    /// Something was done to a message that its decisions have to look at.
    pub(super) fn disturb(&mut self, row: i64) {
        if let Some(open) = self.open.get_mut(&row) {
            open.ground = None;
        }
    }

    /// What a message's decisions rest on, and the message, where all of that is known here.
    pub(super) fn ground(&self, app: AppId, message: MessageId) -> Option<(Ground, Arc<Message>)> {
        let open = self.open.get(self.by_key.get(&(app, message))?)?;
        let ground = open.ground.filter(|_| !open.is_ended)?;
        Some((ground, Arc::clone(open.message.as_ref()?)))
    }

    /// Whether none of these targets was decided before; only where there is a ground.
    pub(super) fn are_new(&self, row: i64, targets: &[i64]) -> bool {
        let Some(open) = self.open.get(&row) else { return false };
        open.targets.is_empty() || targets.iter().all(|target| !open.targets.contains(target))
    }

    /// Decisions of a message that are not on disk, and whether there will be no more of them. `None`: it is not open.
    pub(super) fn unwritten(&self, row: i64) -> Option<(usize, bool)> {
        self.open.get(&row).map(|open| (open.young, open.is_ended))
    }

    /// Those that are due by then, oldest due first.
    pub(super) fn due(&self, by: Timestamp, limit: usize) -> Vec<Cursor> {
        let due = self.due.iter().take_while(|(due_at, _)| *due_at <= by).take(limit);
        due.filter_map(|(_, row)| self.cursor(*row)).collect()
    }

    pub(super) fn find(&self, app: AppId, message: MessageId) -> Option<Cursor> {
        let row = *self.by_key.get(&(app, message))?;
        self.cursor(row).filter(|_| self.open.get(&row).is_some_and(|open| !open.is_ended))
    }

    fn cursor(&self, row: i64) -> Option<Cursor> {
        let open = self.open.get(&row)?;
        Some(Cursor {
            row,
            message: open.message.as_ref().filter(|_| open.ground.is_some()).map(Arc::clone),
            after: open.after.clone(),
            due_at: open.due_at,
        })
    }
}
