//! Xiaomi's receipts: collected for a while, then posted as a form with one field `data`.
//!
//! The field holds a JSON object keyed by message id (documented). Two events of one message cannot share an
//! object, so they go in two posts.

use std::collections::BTreeMap;

use model::Timestamp;
use serde_json::{Map, Value, json};

use crate::phone::{Callback, Report, ReportKind};

/// Most events held between two posts; more are lost.
const PENDING_MAX: usize = 100_000;
/// The kind of invalidity; the book does not list the values (assumed).
const ERROR_CODE_INVALID: i32 = 1;

/// Events that wait for the next post.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pending: Vec<Event>,
}

#[derive(Debug)]
struct Event {
    callback: Callback,
    message_id: String,
    jobkey: String,
    kind: u32,
    token: String,
    replaced_by: Option<String>,
    bar_status: &'static str,
    at: Timestamp,
}

/// One post.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Post {
    pub(super) url: String,
    pub(super) body: String,
    pub(super) events: usize,
}

/// The bit of an event in `callback.type`.
const fn bit(kind: &ReportKind) -> u32 {
    match kind {
        ReportKind::Arrived => 1,
        ReportKind::Clicked => 2,
        ReportKind::TokenDead { .. } => 16,
        ReportKind::NotificationsOff => 32,
        ReportKind::Expired => 1024,
        ReportKind::Shown | ReportKind::Withheld(_) => 0,
    }
}

impl Collector {
    /// Takes an event in, where its sender asked for this kind.
    pub(super) fn add(&mut self, report: Report) {
        let kind = bit(&report.kind);
        let Some(callback) = report.origin.callback.clone().filter(|callback| callback.kinds & kind != 0)
        else {
            return;
        };
        if self.pending.len() == PENDING_MAX {
            return;
        }
        self.pending.push(Event {
            callback,
            message_id: report.origin.message_id.clone(),
            jobkey: report.origin.jobkey.clone(),
            kind,
            token: report.token,
            replaced_by: match report.kind {
                ReportKind::TokenDead { replaced_by } => replaced_by,
                _ => None,
            },
            bar_status: match report.notifications_allowed {
                Some(true) => "Enable",
                Some(false) => "Disable",
                None => "Unknown",
            },
            at: report.at,
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Everything that waits, as posts: the same event of several targets is one entry.
    pub(super) fn drain(&mut self) -> Vec<Post> {
        let mut entries: BTreeMap<EntryKey, Vec<Event>> = BTreeMap::new();
        for event in self.pending.drain(..) {
            let key = EntryKey {
                url: event.callback.url.clone(),
                message_id: event.message_id.clone(),
                kind: event.kind,
                bar_status: event.bar_status,
                param: event.callback.param.clone(),
            };
            entries.entry(key).or_default().push(event);
        }
        // The n-th entry of one message goes into the n-th post to its URL.
        let mut posts: BTreeMap<(String, usize), (Map<String, Value>, usize)> = BTreeMap::new();
        let mut nth: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (key, events) in entries {
            let n = nth.entry((key.url.clone(), key.message_id.clone())).or_default();
            let (object, count) = posts.entry((key.url, *n)).or_default();
            *n += 1;
            *count += events.len();
            object.insert(key.message_id, entry(key.kind, &events));
        }
        posts
            .into_iter()
            .map(|((url, _), (object, events))| {
                let body = form_urlencoded::Serializer::new(String::new())
                    .append_pair("data", &Value::Object(object).to_string())
                    .finish();
                Post { url, body, events }
            })
            .collect()
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EntryKey {
    url: String,
    message_id: String,
    kind: u32,
    bar_status: &'static str,
    param: String,
}

fn entry(kind: u32, events: &[Event]) -> Value {
    let targets: Vec<&str> = events.iter().map(|event| event.token.as_str()).collect();
    let replaced: Map<String, Value> = events
        .iter()
        .filter_map(|event| Some((event.token.clone(), Value::from(event.replaced_by.clone()?))))
        .collect();
    let first = events.first();
    let mut entry = json!({
        "param": first.map(|event| event.callback.param.as_str()).unwrap_or_default(),
        "type": kind,
        "targets": targets.join(","),
        "jobkey": first.map(|event| event.jobkey.as_str()).unwrap_or_default(),
        "barStatus": first.map_or("Unknown", |event| event.bar_status),
        "timestamp": events.iter().map(|event| event.at).max().unwrap_or_default(),
    });
    if kind == 16 {
        entry["errorCode"] = ERROR_CODE_INVALID.into();
        if !replaced.is_empty() {
            entry["replaceTarget"] = replaced.into();
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Vendor;

    use super::*;
    use crate::phone::Origin;

    fn report(message_id: &str, token: &str, kind: ReportKind, kinds: u32) -> Report {
        let callback = Callback { url: "http://127.0.0.1:1/cb".to_owned(), param: "m-42".to_owned(), kinds };
        Report {
            origin: Arc::new(Origin {
                vendor: Vendor::Xiaomi,
                app: "com.example.im".to_owned(),
                message_id: message_id.to_owned(),
                jobkey: String::new(),
                callback: Some(callback),
            }),
            token: token.to_owned(),
            kind,
            notifications_allowed: Some(true),
            at: Timestamp(1_790_000_001_234),
        }
    }

    fn objects(collector: &mut Collector) -> Vec<Value> {
        let decode = |post: Post| {
            let (field, text) = form_urlencoded::parse(post.body.as_bytes()).into_owned().next().unwrap();
            assert_eq!(field, "data");
            serde_json::from_str(&text).unwrap()
        };
        collector.drain().into_iter().map(decode).collect()
    }

    #[test]
    fn targets_of_one_event_share_an_entry_and_events_of_one_message_do_not_share_a_post() {
        let mut collector = Collector::default();
        collector.add(report("scm1", "regA", ReportKind::Arrived, 19));
        collector.add(report("scm1", "regB", ReportKind::Arrived, 19));
        collector.add(report("scm2", "regA", ReportKind::Arrived, 19));
        collector.add(report("scm1", "regA", ReportKind::Clicked, 19));
        let posts = objects(&mut collector);
        assert_eq!(posts.len(), 2);
        assert_eq!(
            posts[0]["scm1"],
            json!({"param": "m-42", "type": 1, "targets": "regA,regB", "jobkey": "", "barStatus": "Enable",
                "timestamp": 1_790_000_001_234_i64})
        );
        assert_eq!(posts[0]["scm2"]["type"], 1);
        assert_eq!(posts[1]["scm1"]["type"], 2);
        assert!(collector.is_empty());
    }

    #[test]
    fn only_the_kinds_that_were_asked_for_are_reported() {
        let mut collector = Collector::default();
        collector.add(report("scm1", "regA", ReportKind::Arrived, 16));
        collector.add(report("scm1", "regA", ReportKind::Expired, 19));
        assert!(collector.is_empty());
        let replaced_by = Some("regC".to_owned());
        collector.add(report("scm1", "regA", ReportKind::TokenDead { replaced_by }, 16));
        let posts = objects(&mut collector);
        assert_eq!(posts[0]["scm1"]["type"], 16);
        assert_eq!(posts[0]["scm1"]["replaceTarget"], json!({"regA": "regC"}));
    }
}
