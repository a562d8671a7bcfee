//! Whatever is asked, it is answered in the vendor's envelopes.

use std::sync::Arc;

use http::{HeaderMap, Method};
use model::{ManualClock, Timestamp, Vendor};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::desk::Desk;
use crate::{
    counter::{Ask, Clerk, Ending},
    faults::Turn,
    shared::{Host, Shared},
};

const PACKAGE: &str = "com.example.im";
const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// Any JSON of little depth.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~好]{0,12}".prop_map(Value::from),
        Just(json!("FAULT/40000003/x")),
        Just(json!("intent:#Intent;S.ext=%;end")),
        Just(json!("86400s")),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A good message, of which one member is another.
fn nearly_good() -> impl Strategy<Value = Value> {
    let paths = prop::sample::select(vec![
        "/token",
        "/data",
        "/notification",
        "/notification/title",
        "/android",
        "/android/ttl",
        "/android/biTag",
        "/android/targetUserType",
        "/android/notification",
        "/android/notification/clickAction",
        "/android/notification/clickAction/type",
        "/android/notification/clickAction/intent",
        "/android/notification/badge",
        "/android/notification/badge/setNum",
        "/android/notification/buttons",
        "/android/notification/notifyId",
        "/android/notification/when",
        "/android/notification/style",
    ]);
    (paths, any_json()).prop_map(|(path, other)| {
        let mut body = json!({
            "token": ["BAEAAAAAB.x"], "data": "{}", "notification": {"title": "t", "body": "b"},
            "android": {"ttl": "60s", "biTag": "m", "targetUserType": 0, "notification": {
                "clickAction": {"type": 1, "intent": "intent:#Intent;end"}, "importance": "NORMAL",
                "badge": {"setNum": 1, "badgeClass": "c"}, "buttons": [], "notifyId": 1,
                "when": "2026-01-01T00:00:00Z", "style": 0,
            }},
        });
        if let Some(member) = body.pointer_mut(path) {
            *member = other;
        }
        body
    })
}

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..64),
        any_json().prop_map(|body| body.to_string().into_bytes()),
        nearly_good().prop_map(|body| body.to_string().into_bytes()),
        Just(b"grant_type=client_credentials&client_id=1&client_secret=%00".to_vec()),
    ]
}

fn is_in_an_envelope(host: &str, status: u16, body: &[u8]) -> bool {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return false };
    if host.starts_with("iam.") {
        return answer["access_token"].is_string() || answer["error"].is_string();
    }
    let code = answer["code"].as_u64();
    answer["message"].is_string()
        && answer.get("data").is_some()
        && code.is_some_and(|code| code >= 1000 || code == u64::from(status))
}

proptest! {
    #[test]
    fn any_body_on_any_path_gets_an_answer_in_an_envelope(
        host in prop::sample::select(vec!["iam.developer.honor.com", "push-api.cloud.hihonor.com"]),
        method in prop::sample::select(vec![Method::POST, Method::GET, Method::PUT]),
        odd_path in "/[ -~]{0,24}",
        good_path in any::<bool>(),
        authorized in any::<bool>(),
        timestamp in prop_oneof!["[0-9]{0,20}", "[ -~]{0,8}"],
        body in any_body(),
    ) {
        let shared = Shared::for_tests(Arc::new(ManualClock::at(NOW)));
        let desk = Desk::new(&shared, mpsc::channel(8).0);
        let app = desk.enrol(PACKAGE, None).unwrap();
        let host = Host::for_tests(host, Vendor::Honor);
        let token = desk.access.issue(PACKAGE, 60_000, &host, NOW);
        let mut headers = HeaderMap::new();
        if authorized {
            headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        headers.insert("timestamp", timestamp.parse().unwrap());
        let path = match (good_path, host.name.starts_with("iam.")) {
            (false, _) => odd_path,
            (true, true) => "/auth/token".to_owned(),
            (true, false) => format!("/api/v1/{}/sendMessage", app["app_id"]),
        };
        let ask = Ask {
            host: &host, method: &method, path: &path, query: "", headers: &headers, body: &body, now: NOW,
        };
        let answer = desk.answer(&ask, &Turn::default());
        prop_assert_eq!(answer.ending, Ending::Answered);
        prop_assert!(is_in_an_envelope(host.name, answer.status, &answer.body), "{:?}", answer);
    }
}
