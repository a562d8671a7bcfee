//! Meizu's receipts: a form with `cb`, what became of messages, and `access_token`, the token of the app's receipt
//! page.
//!
//! Only deliveries and taps are told; a dead push id shows at the next push alone. Nothing is told twice (documented).

use std::collections::BTreeMap;

use serde::Serialize;

use super::app::Apps;
use crate::{
    counter::Post,
    phone::{Report, ReportKind},
};

/// What became of one message, under `<message id>-<type>`.
#[derive(Debug, Serialize)]
struct Event<'a> {
    param: &'a str,
    #[serde(rename = "type")]
    kind: u32,
    /// As the sender named them: push ids or aliases.
    targets: Vec<&'a str>,
}

/// The bit of an event in `callback.type`; 0: nothing is told.
const fn bit(kind: &ReportKind) -> u32 {
    match kind {
        ReportKind::Arrived => 1,
        ReportKind::Clicked => 2,
        ReportKind::Shown
        | ReportKind::Withheld(_)
        | ReportKind::NotificationsOff
        | ReportKind::Expired
        | ReportKind::TokenDead { .. } => 0,
    }
}

/// One post for each app and address. An app without a token on its receipt page has no receipts.
pub(super) fn posts(reports: &[Report], apps: &Apps) -> Vec<Post> {
    let mut by_address = BTreeMap::<(&str, &str), BTreeMap<String, Event<'_>>>::new();
    for report in reports {
        let kind = bit(&report.kind);
        let Some(callback) = report.origin.callback.as_ref().filter(|callback| callback.kinds & kind != 0)
        else {
            continue;
        };
        let events = by_address.entry((&report.origin.app, &callback.url)).or_default();
        let event = events.entry(format!("{}-{kind}", report.origin.message_id)).or_insert_with(|| Event {
            param: &callback.param,
            kind,
            targets: Vec::new(),
        });
        event.targets.push(&report.token);
    }
    let post = |((package, url), events): (_, BTreeMap<_, Event<'_>>)| {
        let app = apps.by_package(package)?;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("cb", &serde_json::to_string(&events).ok()?)
            .append_pair("access_token", app.receipt_token.as_ref()?.expose())
            .finish();
        let headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let events = events.values().map(|event| event.targets.len()).sum();
        Some(Post { url: String::from(url), headers, body, events })
    };
    by_address.into_iter().filter_map(post).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Timestamp, Vendor};
    use serde_json::{Value, json};

    use super::*;
    use crate::phone::{Callback, Origin};

    const PACKAGE: &str = "com.example.im";

    fn report(message_id: &str, token: &str, kind: ReportKind, kinds: u32) -> Report {
        let callback = Callback { url: "http://127.0.0.1:1/cb".to_owned(), param: "m-42".to_owned(), kinds };
        Report {
            origin: Arc::new(Origin {
                vendor: Vendor::Meizu,
                app: PACKAGE.to_owned(),
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

    #[test]
    fn one_post_tells_all_events_of_an_address() {
        let apps = Apps::default();
        let credential = apps.enrol(PACKAGE, None).unwrap();
        let reports = [
            report("id1", "a", ReportKind::Arrived, 3),
            report("id1", "a", ReportKind::Shown, 3),
            report("id1", "b", ReportKind::Arrived, 3),
            report("id1", "a", ReportKind::Clicked, 3),
            report("id2", "a", ReportKind::Arrived, 2),
            report("id2", "a", ReportKind::Expired, 3),
        ];
        let posts = posts(&reports, &apps);
        assert_eq!((posts.len(), posts[0].events), (1, 3));
        let form: BTreeMap<String, String> =
            form_urlencoded::parse(posts[0].body.as_bytes()).into_owned().collect();
        assert_eq!(form["access_token"], credential["receipt_token"]);
        assert_eq!(
            serde_json::from_str::<Value>(&form["cb"]).unwrap(),
            json!({
                "id1-1": {"param": "m-42", "type": 1, "targets": ["a", "b"]},
                "id1-2": {"param": "m-42", "type": 2, "targets": ["a"]},
            })
        );
    }

    #[test]
    fn an_app_without_a_receipt_token_has_no_receipts() {
        let apps = Apps::default();
        let known = [("app_id", "199001"), ("app_secret", "s")];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        apps.enrol(PACKAGE, Some(&known)).unwrap();
        assert!(posts(&[report("id1", "a", ReportKind::Arrived, 3)], &apps).is_empty());
    }
}
