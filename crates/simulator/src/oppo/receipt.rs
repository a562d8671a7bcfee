//! OPPO's receipts: a JSON array posted to the URL that the message named, one object for an event of a message.
//!
//! Shape and events: documented; there is no click event and no signature. Of a phone whose notifications are off, of
//! an expired message and of one that was held back for another reason nothing is told (assumed).

use std::collections::BTreeMap;

use model::Timestamp;
use serde::Serialize;

use super::push::{DEVICE_AMOUNT, NIGHT};
use crate::{
    counter::Post,
    phone::{Callback, Report, ReportKind},
};

/// What an event is called.
fn event(kind: &ReportKind) -> Option<&'static str> {
    match kind {
        ReportKind::Arrived => Some("push_arrive"),
        ReportKind::TokenDead { .. } => Some("regid_invalid"),
        ReportKind::Withheld(DEVICE_AMOUNT) => Some("user_daily_limit"),
        ReportKind::Withheld(NIGHT) => Some("message_night_control"),
        ReportKind::Withheld(_)
        | ReportKind::Shown
        | ReportKind::Clicked
        | ReportKind::NotificationsOff
        | ReportKind::Expired => None,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt<'a> {
    message_id: &'a str,
    app_id: &'a str,
    task_id: &'a str,
    /// Joined by commas.
    registration_ids: String,
    /// Milliseconds, as text.
    event_time: String,
    param: &'a str,
    event_type: &'static str,
}

/// The events that share an object.
type Key<'a> = (&'a str, &'static str);

/// What is posted for what phones reported: one post for each URL.
pub(super) fn posts(reports: &[Report]) -> Vec<Post> {
    let mut by_url: BTreeMap<&str, BTreeMap<Key<'_>, Vec<&Report>>> = BTreeMap::new();
    for report in reports {
        if let (Some(callback), Some(event)) = (&report.origin.callback, event(&report.kind)) {
            let of_url = by_url.entry(&callback.url).or_default();
            of_url.entry((&report.origin.message_id, event)).or_default().push(report);
        }
    }
    by_url.into_iter().map(|(url, events)| post(url, &events)).collect()
}

fn post(url: &str, events: &BTreeMap<Key<'_>, Vec<&Report>>) -> Post {
    let receipts: Vec<Receipt<'_>> =
        events.iter().filter_map(|((id, event), reports)| receipt(id, event, reports)).collect();
    Post {
        url: url.to_owned(),
        headers: vec![("content-type", "application/json".to_owned())],
        body: serde_json::to_string(&receipts).unwrap_or_default(),
        events: events.values().map(Vec::len).sum(),
    }
}

fn receipt<'a>(id: &'a str, event: &'static str, reports: &[&'a Report]) -> Option<Receipt<'a>> {
    let first = reports.first()?;
    let ids: Vec<&str> = reports.iter().map(|report| report.token.as_str()).collect();
    let at = reports.iter().map(|report| report.at).max().map_or(0, Timestamp::millis);
    Some(Receipt {
        message_id: id,
        app_id: &first.origin.app,
        // Of a broadcast both are the id of its task, of a unicast both that of the message.
        task_id: id,
        registration_ids: ids.join(","),
        event_time: at.to_string(),
        param: first.origin.callback.as_ref().map_or("", |Callback { param, .. }| param),
        event_type: event,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::Vendor;

    use super::*;
    use crate::phone::Origin;

    fn report(message_id: &str, token: &str, kind: ReportKind) -> Report {
        let callback =
            Callback { url: "http://127.0.0.1:1/cb".to_owned(), param: "m-42".to_owned(), kinds: 0 };
        Report {
            origin: Arc::new(Origin {
                vendor: Vendor::Oppo,
                app: "30412345".to_owned(),
                message_id: message_id.to_owned(),
                jobkey: String::new(),
                callback: Some(callback),
            }),
            token: token.to_owned(),
            kind,
            notifications_allowed: Some(true),
            at: Timestamp(1_790_000_005_000),
        }
    }

    #[test]
    fn devices_of_one_event_share_an_object_in_the_book_s_order() {
        let posts = posts(&[
            report("30412345-1-1-65f0a1", "CN_1", ReportKind::Arrived),
            report("30412345-1-1-65f0a1", "CN_2", ReportKind::Arrived),
            report("30412345-1-1-65f0a1", "CN_1", ReportKind::Shown),
            report("30412345-1-1-65f0a1", "CN_1", ReportKind::Clicked),
        ]);
        assert_eq!(
            posts[0].body,
            r#"[{"messageId":"30412345-1-1-65f0a1","appId":"30412345","taskId":"30412345-1-1-65f0a1","registrationIds":"CN_1,CN_2","eventTime":"1790000005000","param":"m-42","eventType":"push_arrive"}]"#
        );
        assert_eq!((posts.len(), posts[0].events), (1, 2));
    }

    #[test]
    fn each_kind_has_its_event_and_the_rest_none() {
        for (kind, expected) in [
            (ReportKind::TokenDead { replaced_by: None }, Some("regid_invalid")),
            (ReportKind::Withheld(DEVICE_AMOUNT), Some("user_daily_limit")),
            (ReportKind::Withheld(NIGHT), Some("message_night_control")),
            (ReportKind::Withheld("another"), None),
            (ReportKind::NotificationsOff, None),
            (ReportKind::Expired, None),
        ] {
            let posts = posts(&[report("m", "CN_1", kind)]);
            let named = posts.first().map(|post| {
                let body: serde_json::Value = serde_json::from_str(&post.body).unwrap();
                body[0]["eventType"].as_str().unwrap().to_owned()
            });
            assert_eq!(named.as_deref(), expected);
        }
    }
}
