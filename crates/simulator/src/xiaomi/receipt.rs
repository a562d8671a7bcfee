//! Xiaomi's receipts: a form with one field `data`.
//!
//! The field holds a JSON object keyed by message id (documented). Two events of one message cannot share an
//! object, so they go in two posts.

use std::collections::BTreeMap;

use model::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    counter::Post,
    phone::{Callback, Report, ReportKind},
};

/// The kind of invalidity; the book does not list the values (assumed).
const ERROR_CODE_INVALID: i32 = 1;

/// Why a phone is not given a message that it is not for.
pub(super) const FILTERED: &str = "the phone does not meet the message's filters";
/// Why a phone shows no more messages without a channel today.
pub(super) const OVER_DEFAULT: &str = "the device has had its message without a channel of the day";
/// Why a phone shows no more messages of public channels today.
pub(super) const OVER_PUBLIC: &str = "the device has had its messages of public channels of the day";

/// The object of one post, and how many events it tells.
type Gathered = (Map<String, Value>, usize);

#[derive(Debug)]
struct Event<'a> {
    callback: &'a Callback,
    message_id: &'a str,
    jobkey: &'a str,
    kind: u32,
    token: &'a str,
    replaced_by: Option<&'a str>,
    /// The amount that is used up.
    quota: Option<u64>,
    bar_status: &'static str,
    at: Timestamp,
}

/// The bit of an event in `callback.type`. That a used-up amount of a device is told so, and nothing where a text is
/// held back, is assumed.
fn bit(kind: &ReportKind) -> u32 {
    match kind {
        ReportKind::Arrived => 1,
        ReportKind::Clicked => 2,
        ReportKind::TokenDead { .. } => 16,
        ReportKind::NotificationsOff => 32,
        ReportKind::Withheld(FILTERED) => 64,
        ReportKind::Withheld(OVER_DEFAULT | OVER_PUBLIC) => 128,
        ReportKind::Expired => 1024,
        ReportKind::Shown | ReportKind::Withheld(_) => 0,
    }
}

/// An event, where its sender asked for this kind.
fn event<'a>(report: &'a Report, quota_of: impl Fn(&Report) -> Option<u64>) -> Option<Event<'a>> {
    let kind = bit(&report.kind);
    Some(Event {
        callback: report.origin.callback.as_ref().filter(|callback| callback.kinds & kind != 0)?,
        message_id: &report.origin.message_id,
        jobkey: &report.origin.jobkey,
        kind,
        token: &report.token,
        replaced_by: match &report.kind {
            ReportKind::TokenDead { replaced_by } => replaced_by.as_deref(),
            _ => None,
        },
        quota: quota_of(report),
        bar_status: match report.notifications_allowed {
            Some(true) => "Enable",
            Some(false) => "Disable",
            None => "Unknown",
        },
        at: report.at,
    })
}

/// What phones reported, as posts: the same event of several targets is one entry. `quota_of` tells the amount that a
/// message was over.
pub(super) fn posts(reports: &[Report], quota_of: impl Fn(&Report) -> Option<u64>) -> Vec<Post> {
    let mut entries: BTreeMap<EntryKey<'_>, Vec<Event<'_>>> = BTreeMap::new();
    for event in reports.iter().filter_map(|report| event(report, &quota_of)) {
        let key = EntryKey {
            url: &event.callback.url,
            message_id: event.message_id,
            kind: event.kind,
            bar_status: event.bar_status,
            param: &event.callback.param,
        };
        entries.entry(key).or_default().push(event);
    }
    // The n-th entry of one message goes into the n-th post to its URL.
    let mut posts: BTreeMap<(&str, usize), Gathered> = BTreeMap::new();
    let mut nth: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (key, events) in entries {
        let n = nth.entry((key.url, key.message_id)).or_default();
        let (object, count) = posts.entry((key.url, *n)).or_default();
        *n += 1;
        *count += events.len();
        object.insert(key.message_id.to_owned(), entry(key.kind, &events));
    }
    posts.into_iter().map(|((url, _), (object, events))| post(url, object, events)).collect()
}

fn post(url: &str, object: Map<String, Value>, events: usize) -> Post {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("data", &Value::Object(object).to_string())
        .finish();
    let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    Post { url: url.to_owned(), headers, body, events }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct EntryKey<'a> {
    url: &'a str,
    message_id: &'a str,
    kind: u32,
    bar_status: &'static str,
    param: &'a str,
}

fn entry(kind: u32, events: &[Event<'_>]) -> Value {
    let targets: Vec<&str> = events.iter().map(|event| event.token).collect();
    let replaced: Map<String, Value> = events
        .iter()
        .filter_map(|event| Some((event.token.to_owned(), Value::from(event.replaced_by?))))
        .collect();
    let first = events.first();
    let mut entry = json!({
        "param": first.map(|event| event.callback.param.as_str()).unwrap_or_default(),
        "type": kind,
        "targets": targets.join(","),
        "jobkey": first.map(|event| event.jobkey).unwrap_or_default(),
        "barStatus": first.map_or("Unknown", |event| event.bar_status),
        "timestamp": events.iter().map(|event| event.at).max().unwrap_or_default(),
    });
    if kind == 16 {
        entry["errorCode"] = ERROR_CODE_INVALID.into();
        if !replaced.is_empty() {
            entry["replaceTarget"] = replaced.into();
        }
    }
    if let Some(quota) = first.and_then(|event| event.quota) {
        entry["extra"] = json!({"ack": quota.to_string(), "quota": quota.to_string()});
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

    fn objects(reports: &[Report]) -> Vec<Value> {
        let quota_of = |report: &Report| (report.kind == ReportKind::Withheld(OVER_PUBLIC)).then_some(5);
        let decode = |post: Post| {
            let (field, text) = form_urlencoded::parse(post.body.as_bytes()).into_owned().next().unwrap();
            assert_eq!(field, "data");
            serde_json::from_str(&text).unwrap()
        };
        posts(reports, quota_of).into_iter().map(decode).collect()
    }

    #[test]
    fn targets_of_one_event_share_an_entry_and_events_of_one_message_do_not_share_a_post() {
        let posts = objects(&[
            report("scm1", "regA", ReportKind::Arrived, 19),
            report("scm1", "regB", ReportKind::Arrived, 19),
            report("scm2", "regA", ReportKind::Arrived, 19),
            report("scm1", "regA", ReportKind::Clicked, 19),
        ]);
        assert_eq!(posts.len(), 2);
        assert_eq!(
            posts[0]["scm1"],
            json!({"param": "m-42", "type": 1, "targets": "regA,regB", "jobkey": "", "barStatus": "Enable",
                "timestamp": 1_790_000_001_234_i64})
        );
        assert_eq!(posts[0]["scm2"]["type"], 1);
        assert_eq!(posts[1]["scm1"]["type"], 2);
    }

    #[test]
    fn only_the_kinds_that_were_asked_for_are_reported() {
        assert!(
            objects(&[
                report("scm1", "regA", ReportKind::Arrived, 16),
                report("scm1", "regA", ReportKind::Expired, 19),
                report("scm1", "regA", ReportKind::Withheld("the text holds a blocked word"), 1267),
            ])
            .is_empty()
        );
        let replaced_by = Some("regC".to_owned());
        let posts = objects(&[report("scm1", "regA", ReportKind::TokenDead { replaced_by }, 16)]);
        assert_eq!(posts[0]["scm1"]["type"], 16);
        assert_eq!(posts[0]["scm1"]["replaceTarget"], json!({"regA": "regC"}));
    }

    #[test]
    fn what_a_phone_was_not_given_is_told_by_its_reason() {
        let posts = objects(&[
            report("scm1", "regA", ReportKind::Withheld(FILTERED), 1267),
            report("scm2", "regA", ReportKind::Withheld(OVER_PUBLIC), 1267),
        ]);
        assert_eq!(posts[0]["scm1"]["type"], 64);
        assert_eq!(posts[0]["scm2"]["type"], 128);
        assert_eq!(posts[0]["scm2"]["extra"], json!({"ack": "5", "quota": "5"}));
    }
}
