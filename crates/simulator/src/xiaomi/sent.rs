//! What Xiaomi remembers of messages: counts for the trace queries, and which message an id was.

use std::collections::{BTreeMap, HashMap, VecDeque};

use model::Timestamp;
use serde_json::{Value, json};

use super::addressed::Addressed;
use crate::phone::ReportKind;

/// The vendor's day begins at midnight in Beijing.
const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;
/// Most messages remembered; the oldest is forgotten.
const SENT_MAX: usize = 10_000;

/// The newest messages, by id.
#[derive(Debug, Default)]
pub(super) struct Sent {
    by_id: HashMap<String, Record>,
    order: VecDeque<String>,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) jobkey: String,
    pub(super) addressed: Addressed,
    pub(super) targets: u64,
    pub(super) delivered: u64,
    pub(super) clicked: u64,
}

impl Sent {
    pub(super) fn add(&mut self, id: &str, record: Record) {
        if self.order.len() == SENT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_id.remove(&oldest);
        }
        self.order.push_back(id.to_owned());
        self.by_id.insert(id.to_owned(), record);
    }

    /// Counts what became of a message.
    pub(super) fn count(&mut self, id: &str, kind: &ReportKind) {
        let Some(record) = self.by_id.get_mut(id) else { return };
        match kind {
            ReportKind::Arrived => record.delivered += 1,
            ReportKind::Clicked => record.clicked += 1,
            ReportKind::Shown
            | ReportKind::Withheld(_)
            | ReportKind::NotificationsOff
            | ReportKind::Expired
            | ReportKind::TokenDead { .. } => (),
        }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Whether a message waits for the time it was scheduled for.
    pub(super) fn is_scheduled(&self, id: &str, now: Timestamp) -> bool {
        self.by_id.get(id).is_some_and(|record| record.not_before > now)
    }

    /// The messages of a jobkey.
    pub(super) fn of_jobkey(&self, jobkey: &str) -> Vec<String> {
        let has = |id: &&String| self.by_id.get(*id).is_some_and(|record| record.jobkey == jobkey);
        self.order.iter().filter(has).cloned().collect()
    }

    /// The status of one message, in the shape of the trace query.
    pub(super) fn status(&self, id: &str) -> Option<Value> {
        self.by_id.get(id).map(|record| record.status(id))
    }

    /// The statuses of all messages that a record passes for.
    pub(super) fn statuses(&self, wanted: impl Fn(&Record) -> bool) -> Vec<Value> {
        self.order
            .iter()
            .filter_map(|id| Some((id, self.by_id.get(id)?)))
            .filter(|(_, record)| wanted(record))
            .map(|(id, record)| record.status(id))
            .collect()
    }
}

impl Sent {
    /// What was sent on each day in Beijing time, by `yyyyMMdd`.
    pub(super) fn daily(&self) -> BTreeMap<String, Day> {
        let mut days = BTreeMap::<String, Day>::new();
        for record in self.by_id.values() {
            let date = record.created_at.plus_ms(BEIJING_OFFSET_MS).to_string();
            let day = days.entry(date.chars().filter(char::is_ascii_digit).take(8).collect()).or_default();
            *match record.addressed {
                Addressed::Regids => &mut day.regids,
                Addressed::Aliases => &mut day.aliases,
                Addressed::Accounts => &mut day.accounts,
                Addressed::Topic | Addressed::Topics | Addressed::All => &mut day.broadcasts,
            } += record.targets;
            day.delivered += record.delivered;
            day.clicked += record.clicked;
        }
        days
    }
}

/// What was sent on one day.
#[derive(Debug, Default)]
pub(super) struct Day {
    pub(super) regids: u64,
    pub(super) aliases: u64,
    pub(super) accounts: u64,
    pub(super) broadcasts: u64,
    pub(super) delivered: u64,
    pub(super) clicked: u64,
}

impl Record {
    fn status(&self, id: &str) -> Value {
        json!({
            "id": id,
            "create_time": self.created_at.to_string(),
            "create_timestamp": self.created_at,
            "time_to_live": self.expires_at.to_string(),
            "msg_type": self.addressed.type_word(),
            "resolved": self.targets,
            "delivered": self.delivered,
            "click": self.clicked,
            "delivery_rate": rate(self.delivered, self.targets),
            "click_rate": rate(self.clicked, self.delivered),
        })
    }
}

fn rate(part: u64, whole: u64) -> String {
    let hundredths = (part * 10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
