//! Any request gets an answer in one of FCM's shapes.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method};
use model::{ManualClock, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;

use super::{desk::Desk, reply};
use crate::{
    counter::{Answer, Ask, Clerk, Ending},
    faults::Turn,
    shared::{Host, Shared},
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);

fn desk() -> Desk {
    Desk::new(&Shared::for_tests(Arc::new(ManualClock::at(NOW))))
}

/// Whether an answer is JSON with an error of one of the shapes, a page, or a success.
fn is_in_shape(answer: &Answer) -> bool {
    let media =
        answer.headers.iter().find(|(name, _)| *name == "content-type").map(|(_, value)| value.as_str());
    match media {
        Some("text/html; charset=UTF-8") => answer.status == 404,
        Some("application/json; charset=UTF-8") => {
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            let error = &body["error"];
            answer.status == 200
                || error.is_string()
                || (error["code"] == answer.status
                    && error["status"].is_string()
                    && error["message"].is_string())
        }
        _ => false,
    }
}

fn ask_at(host: &'static str, method: &Method, path: &str, headers: &HeaderMap, body: &[u8]) -> Answer {
    let host = Host::for_tests(host, Vendor::Fcm);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let ask = Ask { host: &host, method, path, query, headers, body, now: NOW };
    desk().answer(&ask, &Turn::default())
}

#[test]
fn every_name_of_a_fault_has_an_answer_in_shape() {
    let desk = desk();
    let host = Host::for_tests("fcm.googleapis.com", Vendor::Fcm);
    let headers = HeaderMap::new();
    let ask = Ask {
        host: &host,
        method: &Method::POST,
        path: "/v1/projects/p/messages:send",
        query: "",
        headers: &headers,
        body: b"",
        now: NOW,
    };
    for code in
        ["UNREGISTERED", "RATE_LIMIT_EXCEEDED", "APNS_UNREGISTERED", "UNAVAILABLE-30", "invalid_grant"]
    {
        assert!(desk.knows_code(code), "{code}");
        assert!(is_in_shape(&desk.refuse(code, &ask)), "{code}");
    }
    assert!(!desk.knows_code("NONSENSE") && !desk.knows_code("UNAVAILABLE-soon"));
    assert_eq!(reply::named("HTML_502").unwrap().status, 502);
    let slow = reply::named("QUOTA_EXCEEDED-5").unwrap();
    assert!(slow.headers.contains(&("retry-after", "5".to_owned())));
    let code = |name: &str| -> Value {
        let body: Value = serde_json::from_slice(&reply::named(name).unwrap().body).unwrap();
        body["error"]["details"][0]["errorCode"].clone()
    };
    assert_eq!(code("UNREGISTERED"), "UNREGISTERED");
    assert_eq!(code("RATE_LIMIT_EXCEEDED"), Value::Null);
}

proptest! {
    #[test]
    fn any_body_on_any_path_gets_an_answer_in_shape(
        host in prop::sample::select(vec![
            "fcm.googleapis.com", "oauth2.googleapis.com", "iid.googleapis.com", "www.googleapis.com",
        ]),
        path in prop_oneof![
            Just("/v1/projects/p/messages:send".to_owned()),
            Just("/v1/projects/p/messages%3Asend".to_owned()),
            Just("/token".to_owned()),
            Just("/iid/v1:batchAdd".to_owned()),
            Just("/fcm/notification".to_owned()),
            "/v1/projects/[a-z]{0,4}/registrations/[a-z:]{0,4}/topicSubscriptions(/[a-z]{1,3})?",
            "/[ -~]{0,40}",
        ],
        method in prop::sample::select(vec![Method::GET, Method::POST, Method::PATCH, Method::DELETE]),
        bearer in prop_oneof![Just(None), "[ -~]{0,20}".prop_map(Some)],
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[ -~]{0,200}".prop_map(String::into_bytes),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=[a-z0-9.]{0,30}"
                .prop_map(String::into_bytes),
        ],
    ) {
        let mut headers = HeaderMap::new();
        if let Some(value) = bearer.and_then(|bearer| HeaderValue::from_str(&format!("Bearer {bearer}")).ok()) {
            headers.insert("authorization", value);
        }
        headers.insert("access_token_auth", HeaderValue::from_static("true"));
        let answer = ask_at(host, &method, &path, &headers, &body);
        prop_assert_eq!(answer.ending, Ending::Answered);
        prop_assert!(is_in_shape(&answer), "{}", String::from_utf8_lossy(&answer.body));
    }
}
