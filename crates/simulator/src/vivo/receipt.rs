//! Receipts: an object keyed by task id (documented). Taps are not told, and test messages have no receipts.

use std::collections::BTreeMap;

use model::Timestamp;
use serde::Serialize;

use super::{
    message::Message,
    withhold::{Ack, Withheld},
};
use crate::{
    counter::Post,
    phone::{Callback, Report, ReportKind},
};

/// One thing to be told of one target.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) callback: Callback,
    pub(super) task_id: String,
    pub(super) target: String,
    pub(super) ack: Ack,
    pub(super) at: Timestamp,
}

/// What a task's object holds, in the order that the book shows.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    param: String,
    targets: String,
    /// A text that holds a number.
    ack_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_ack_type: Option<&'static str>,
    ack_time: Timestamp,
}

/// What is told of a report, where its sender wants receipts.
pub(super) fn event(report: &Report, message: Option<&Message>) -> Option<Event> {
    let callback = report.origin.callback.clone()?;
    Some(Event {
        callback,
        task_id: report.origin.message_id.clone(),
        target: report.token.clone(),
        ack: ack(&report.kind, message)?,
        at: report.at,
    })
}

/// How a receipt tells what happened. A phone that shows no notifications of the app was reached (assumed).
fn ack(kind: &ReportKind, message: Option<&Message>) -> Option<Ack> {
    match kind {
        ReportKind::Arrived | ReportKind::NotificationsOff => Some(("0", None)),
        ReportKind::Expired if message.is_some_and(|message| message.span.is_delayed()) => {
            Some(("104", Some("2144")))
        }
        ReportKind::Expired if message.is_some_and(|message| message.online_only) => {
            Some(("100", Some("14002")))
        }
        ReportKind::Expired => Some(("100", Some("10012"))),
        ReportKind::Withheld(reason) => Withheld::of_reason(reason).map(Withheld::ack),
        ReportKind::TokenDead { .. } => Some(("102", Some("20001"))),
        ReportKind::Shown | ReportKind::Clicked => None,
    }
}

/// Events as posts: targets of the same event share an entry; of two entries of one task, each goes into a post of
/// its own, for an object has one member of a name.
pub(super) fn posts(events: Vec<Event>) -> Vec<Post> {
    let mut entries: BTreeMap<(String, String, String, Ack), Vec<Event>> = BTreeMap::new();
    for event in events {
        let Callback { url, param, .. } = event.callback.clone();
        entries.entry((url, event.task_id.clone(), param, event.ack)).or_default().push(event);
    }
    let mut nth: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut posts: BTreeMap<(String, usize), (BTreeMap<String, Entry>, usize)> = BTreeMap::new();
    for ((url, task_id, param, (ack_type, sub_ack_type)), events) in entries {
        let n = nth.entry((url.clone(), task_id.clone())).or_default();
        let (object, count) = posts.entry((url, *n)).or_default();
        *n += 1;
        *count += events.len();
        let targets: Vec<&str> = events.iter().map(|event| event.target.as_str()).collect();
        let ack_time = events.iter().map(|event| event.at).max().unwrap_or_default();
        object.insert(task_id, Entry { param, targets: targets.join(","), ack_type, sub_ack_type, ack_time });
    }
    posts
        .into_iter()
        .map(|((url, _), (object, events))| Post {
            url,
            headers: vec![("content-type", "application/json".to_owned())],
            body: serde_json::to_string(&object).unwrap_or_default(),
            events,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(task_id: &str, target: &str, ack: Ack) -> Event {
        Event {
            callback: Callback {
                url: "http://127.0.0.1:1/cb".to_owned(),
                param: "m-42".to_owned(),
                kinds: 0,
            },
            task_id: task_id.to_owned(),
            target: target.to_owned(),
            ack,
            at: Timestamp(1_790_000_005_000),
        }
    }

    #[test]
    fn targets_of_one_event_share_an_entry_and_events_of_one_task_do_not_share_a_post() {
        let posts = posts(vec![
            told("921", "v2-A", ("0", None)),
            told("921", "v2-B", ("0", None)),
            told("921", "v2-C", ("102", Some("20001"))),
            told("922", "v2-A", ("0", None)),
        ]);
        let bodies: Vec<_> = posts.iter().map(|post| (post.body.as_str(), post.events)).collect();
        let first = r#"{"921":{"param":"m-42","targets":"v2-A,v2-B","ackType":"0","ackTime":1790000005000},"922":{"param":"m-42","targets":"v2-A","ackType":"0","ackTime":1790000005000}}"#;
        let second = r#"{"921":{"param":"m-42","targets":"v2-C","ackType":"102","subAckType":"20001","ackTime":1790000005000}}"#;
        assert_eq!(bodies, [(first, 3), (second, 1)]);
    }
}
