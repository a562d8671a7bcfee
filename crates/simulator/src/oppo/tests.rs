//! Any request gets an answer in the vendor's envelope.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, Method};
use model::{ManualClock, Timestamp, Vendor};
use proptest::prelude::*;
use serde_json::Value;
use tokio::sync::mpsc;

use super::desk::Desk;
use crate::{
    counter::{Ask, Clerk, Ending},
    faults::Turn,
    shared::{Host, Shared},
};

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const PATHS: [&str; 20] = [
    "/server/v1/auth",
    "/server/v1/message/notification/unicast",
    "/server/v1/message/notification/unicast_batch",
    "/server/v1/message/notification/save_message_content",
    "/server/v1/message/notification/broadcast",
    "/server/v1/feedback/fetch_invalid_regidList",
    "/server/v1/feedback/fetch_push_permit",
    "/server/v1/media/upload/big_picture",
    "/server/v1/media/upload/small_picture",
    "/server/v1/device/set_alias",
    "/server/v1/device/delete_alias",
    "/server/v1/device/get_alias",
    "/server/v1/device/subscribe_tags",
    "/server/v1/device/unsubscribe_tags",
    "/server/v1/device/get_all_tags",
    "/server/v1/device/add_tags",
    "/server/v1/device/add_tag_group",
    "/server/v1",
    "/server/x/auth",
    "/",
];

fn host_of(path: &str) -> &'static str {
    match path.split('/').nth(3) {
        Some("feedback") => "feedback.push.oppomobile.com",
        Some("media") => "api-media.push.heytapmobi.com",
        Some("device") => "api-device.push.heytapmobi.com",
        _ => "api.push.oppomobile.com",
    }
}

/// Asks as an app whose token is good, and gives the code of the answer.
fn code(method: &Method, path: &str, media_type: &str, body: &[u8]) -> i64 {
    let shared = Shared::for_tests(Arc::new(ManualClock::at(NOW)));
    let (reports, _inbox) = mpsc::channel(1);
    let desk = Desk::new(&shared, reports);
    let credential = desk.enrol("com.example.im", None).unwrap();
    let host = Host::for_tests(host_of(path), Vendor::Oppo);
    let day_ms = i64::try_from(Duration::from_hours(24).as_millis()).unwrap();
    let token = desk.access.issue(&credential["app_key"], day_ms, &host, NOW);
    let mut headers = HeaderMap::new();
    headers.insert("auth_token", HeaderValue::from_str(&token).unwrap());
    if let Ok(value) = HeaderValue::from_str(media_type) {
        headers.insert("content-type", value);
    }
    let ask = Ask { host: &host, method, path, query: "", headers: &headers, body, now: NOW };
    let answer = desk.answer(&ask, &Turn::default());
    assert_eq!((answer.ending, answer.status), (Ending::Answered, 200));
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(body["message"].is_string(), "{body}");
    body["code"].as_i64().unwrap()
}

fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("[{\"target_type\":2,\"target_value\":\"CN_1\",\"notification\":{\"title\":\"a\"}}]".to_owned()),
        Just("{\"target_type\":\"5\",\"target_value\":1,\"notification\":\"{}\"}".to_owned()),
        Just("[null,1,[],{}]".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_body_on_any_path_gets_an_answer_in_the_vendor_s_envelope(
        at in 0..PATHS.len(),
        media_type in prop_oneof![
            Just("application/x-www-form-urlencoded"), Just("application/json"), Just(""),
            Just("multipart/form-data; boundary=b"),
        ],
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for method in [Method::POST, Method::GET] {
            code(&method, PATHS[at], media_type, &body);
        }
    }

    #[test]
    fn any_form_of_known_fields_gets_one_too(
        at in 0..PATHS.len(),
        pairs in proptest::collection::vec(
            (prop_oneof!["message", "messages", "title", "content", "style", "target_type", "target_value",
                "message_id", "registration_id", "alias", "tags", "name", "group", "sign", "timestamp", "app_key",
                "click_action_type", "click_action_url", "action_parameters", "[a-z_]{1,12}"], value()),
            0..12,
        ),
    ) {
        code(&Method::POST, PATHS[at], "application/x-www-form-urlencoded", form(&pairs).as_bytes());
    }
}

#[test]
fn a_stray_path_is_told_by_what_is_wrong_with_it() {
    for (path, expected) in [
        ("/server/v1/message/notification/multicast", 20),
        ("/server/v1/feedback/fetch_push_permit", 12),
        ("/server/v1", 21),
        ("/server/auth", 22),
        ("/server/vx/auth", 23),
        ("/server/v2/auth", 24),
        ("/", 20),
    ] {
        assert_eq!(code(&Method::POST, path, "", b""), expected, "{path}");
    }
    assert_eq!(code(&Method::POST, "/server/v1/auth", "", b"app_key=%B0"), 25);
}
