//! Honor's receipts: one POST of JSON with a list `statuses`, to the address entered in the console.
//!
//! No signature is known, nor how often a receipt is repeated: it comes once (assumed). The book has no status for a
//! message whose lifetime passed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    counter::Post,
    phone::{Report, ReportKind},
};

/// The arrival of a message that shows nothing is told with a status of its own.
pub(super) const KIND_THROUGH: u32 = 1;
/// The arrival of a notification.
pub(super) const KIND_NOTIFICATION: u32 = 2;

/// Why a marketing message is not shown.
pub(super) const OVER_AMOUNT: &str = "the device has had its marketing messages of the day";
/// Why a message with a wrong page is not shown.
pub(super) const INTENT_WRONG: &str = "the intent of its click was not accepted";

/// The status of one receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status(u32);

impl Status {
    const THROUGH: Self = Self(40_000_001);
    const DELIVERED: Self = Self(40_000_002);
    const TOKEN: Self = Self(40_000_004);
    const SWITCHED_OFF: Self = Self(40_000_005);
    const CLICKED: Self = Self(40_000_007);
    const OVER_AMOUNT: Self = Self(40_000_009);
    const DROPPED: Self = Self(40_000_015);

    /// A status of the book, written as a number.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let status = text.parse().ok()?;
        WORDS.iter().any(|(own, _)| own.0 == status).then_some(Self(status))
    }

    /// What it means, in words.
    pub(super) fn words(self) -> &'static str {
        WORDS.iter().find_map(|(own, words)| (*own == self).then_some(*words)).unwrap_or_default()
    }
}

/// Every status of the book: the full list has one source, 40000002 a second.
const WORDS: [(Status, &str); 13] = [
    (Status::THROUGH, "handed to the app"),
    (Status::DELIVERED, "about to be shown"),
    (Status(40_000_003), "the app is not installed"),
    (Status::TOKEN, "the token has lapsed"),
    (Status::SWITCHED_OFF, "the app's notifications are switched off"),
    (Status(40_000_006), "the app is disabled or stopped"),
    (Status::CLICKED, "clicked"),
    (Status::OVER_AMOUNT, OVER_AMOUNT),
    (Status(40_000_011), "the page of its click is missing or not allowed"),
    (Status(40_000_013), "held back while the screen is off"),
    (Status(40_000_014), "the token's user is not the current one"),
    (Status::DROPPED, INTENT_WRONG),
    (Status(50_000_003), "the app does not run; its data waits"),
];

#[derive(Serialize)]
struct Body<'a> {
    statuses: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    appid: &'a str,
    token: &'a str,
    #[serde(rename = "biTag")]
    bi_tag: &'a str,
    #[serde(rename = "requestId")]
    request_id: &'a str,
    status: u32,
    timestamp: i64,
}

/// What phones reported, as posts: one to each address.
pub(super) fn posts(reports: &[Report]) -> Vec<Post> {
    let mut by_url = BTreeMap::<&str, Vec<Told<'_>>>::new();
    for report in reports {
        let Some(callback) = &report.origin.callback else { continue };
        let Some(status) = status(&report.kind, callback.kinds) else { continue };
        by_url.entry(&callback.url).or_default().push(Told {
            appid: &report.origin.app,
            token: &report.token,
            bi_tag: &callback.param,
            request_id: &report.origin.message_id,
            status: status.0,
            timestamp: report.at.millis(),
        });
    }
    by_url.into_iter().filter_map(|(url, statuses)| post(url, statuses)).collect()
}

fn post(url: &str, statuses: Vec<Told<'_>>) -> Option<Post> {
    let events = statuses.len();
    let body = serde_json::to_string(&Body { statuses }).ok()?;
    let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
    Some(Post { url: url.to_owned(), headers, body, events })
}

/// The status of an event; `None` where the book has none.
fn status(kind: &ReportKind, kinds: u32) -> Option<Status> {
    match kind {
        ReportKind::Arrived if kinds & KIND_THROUGH != 0 => Some(Status::THROUGH),
        ReportKind::Arrived => Some(Status::DELIVERED),
        ReportKind::Clicked => Some(Status::CLICKED),
        ReportKind::NotificationsOff => Some(Status::SWITCHED_OFF),
        ReportKind::TokenDead { .. } => Some(Status::TOKEN),
        ReportKind::Withheld(reason) => {
            let found = WORDS.iter().find_map(|(status, words)| (words == reason).then_some(*status));
            Some(found.unwrap_or(Status::DROPPED))
        }
        ReportKind::Shown | ReportKind::Expired => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Timestamp, Vendor};

    use super::*;
    use crate::phone::{Callback, Origin};

    #[test]
    fn events_of_one_address_share_a_post_in_the_order_of_the_book() {
        let report = |url: &str, kind: ReportKind| Report {
            origin: Arc::new(Origin {
                vendor: Vendor::Honor,
                app: "104000001".to_owned(),
                message_id: "r1".to_owned(),
                jobkey: String::new(),
                callback: Some(Callback {
                    url: url.to_owned(),
                    param: "m-42".to_owned(),
                    kinds: KIND_NOTIFICATION,
                }),
            }),
            token: "t".to_owned(),
            kind,
            notifications_allowed: Some(true),
            at: Timestamp(1_767_225_601_500),
        };
        let posts = posts(&[
            report("http://a", ReportKind::Arrived),
            report("http://b", ReportKind::Clicked),
            report("http://a", ReportKind::Shown),
            report("http://a", ReportKind::Withheld(OVER_AMOUNT)),
            report("http://b", ReportKind::Withheld("the text holds a blocked word")),
        ]);
        let told = |status: u32| {
            format!(
                r#"{{"appid":"104000001","token":"t","biTag":"m-42","requestId":"r1","status":{status},"timestamp":1767225601500}}"#
            )
        };
        assert_eq!(posts.len(), 2);
        let body = format!(r#"{{"statuses":[{},{}]}}"#, told(40_000_002), told(40_000_009));
        assert_eq!((posts[0].url.as_str(), posts[0].body.as_str()), ("http://a", body.as_str()));
        let body = format!(r#"{{"statuses":[{},{}]}}"#, told(40_000_007), told(40_000_015));
        assert_eq!((posts[1].body.as_str(), posts[1].events), (body.as_str(), 2));
    }

    #[test]
    fn only_statuses_of_the_book_are_told_on_demand() {
        assert_eq!(Status::parse("40000003").map(Status::words), Some("the app is not installed"));
        assert_eq!(Status::parse("40000008"), None);
        assert_eq!(Status::parse("x"), None);
    }
}
