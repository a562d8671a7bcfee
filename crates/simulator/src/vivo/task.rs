//! What vivo remembers of tasks: messages saved for lists, and counts for the statistics.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use serde::Serialize;

use super::{
    message::Message,
    target::{Fate, GONE, INACTIVE, Target},
};
use crate::phone::ReportKind;

/// Most tasks remembered; the oldest is forgotten.
const TASKS_MAX: usize = 10_000;

/// The newest tasks, by id.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    by_id: HashMap<String, Task>,
    order: VecDeque<String>,
}

#[derive(Debug)]
struct Task {
    app_id: String,
    message: Arc<Message>,
    counts: Statistics,
}

/// The counts of one task, in the order that the book shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistics {
    task_id: String,
    target: u64,
    valid: u64,
    send: u64,
    receive: u64,
    display: u64,
    click: u64,
    target_invalid: u64,
    target_un_sub: u64,
    target_in_active: u64,
    /// Overwritten while it waited: a phone here keeps everything, so none is.
    covered: u64,
    /// Held back by the vendor or the phone.
    controlled: u64,
    target_offline: u64,
}

impl Tasks {
    /// Remembers a task.
    pub(super) fn add(&mut self, id: &str, app_id: &str, message: Arc<Message>) {
        if self.order.len() == TASKS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        let counts = Statistics { task_id: id.to_owned(), ..Statistics::default() };
        self.order.push_back(id.to_owned());
        self.by_id.insert(id.to_owned(), Task { app_id: app_id.to_owned(), message, counts });
    }

    /// The message of a task; `None`: the app has no such task.
    pub(super) fn message(&self, id: &str, app_id: &str) -> Option<Arc<Message>> {
        self.of_app(id, app_id).map(|task| Arc::clone(&task.message))
    }

    /// The counts of a task; `None`: the app has no such task.
    pub(super) fn statistics(&self, id: &str, app_id: &str) -> Option<Statistics> {
        self.of_app(id, app_id).map(|task| task.counts.clone())
    }

    /// Counts whom a task was sent to.
    pub(super) fn count_targets(&mut self, id: &str, fates: &[(Target, Fate)]) {
        let Some(Task { counts, .. }) = self.by_id.get_mut(id) else { return };
        for (_, fate) in fates {
            counts.target += 1;
            match fate {
                Fate::Invalid(status) => match *status {
                    GONE => counts.target_un_sub += 1,
                    INACTIVE => counts.target_in_active += 1,
                    _ => counts.target_invalid += 1,
                },
                Fate::Unsubscribed => counts.target_un_sub += 1,
                Fate::Sink => (counts.valid, counts.send) = (counts.valid + 1, counts.send + 1),
                Fate::Phone(phone) => {
                    (counts.valid, counts.send) = (counts.valid + 1, counts.send + 1);
                    counts.target_offline += u64::from(!phone.switches().network);
                }
            }
        }
    }

    /// Counts what became of a task on a phone. Returns its message, where the task is remembered still.
    pub(super) fn count(&mut self, id: &str, kind: &ReportKind) -> Option<Arc<Message>> {
        let Task { counts, message, .. } = self.by_id.get_mut(id)?;
        match kind {
            ReportKind::Arrived | ReportKind::NotificationsOff => counts.receive += 1,
            ReportKind::Shown => counts.display += 1,
            ReportKind::Clicked => counts.click += 1,
            ReportKind::Withheld(_) => counts.controlled += 1,
            ReportKind::Expired | ReportKind::TokenDead { .. } => (),
        }
        Some(Arc::clone(message))
    }

    fn of_app(&self, id: &str, app_id: &str) -> Option<&Task> {
        self.by_id.get(id).filter(|task| task.app_id == app_id)
    }
}
