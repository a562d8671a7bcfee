//! Any request gets an answer.

use http::{HeaderMap, HeaderValue};
use model::ManualClock;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::shared::Host;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

/// A desk with one app, and a head that shows the app's access token.
fn desk() -> (Desk, Arc<Host>, HeaderMap) {
    let shared = Shared::for_tests(Arc::new(ManualClock::at(NOW)));
    let host = Host::for_tests(HOSTS[0].name, Vendor::Vivo);
    let desk = Desk::new(&shared, mpsc::channel(10).0);
    let credential = desk.enrol("com.example.im", None).unwrap();
    let token = desk.access.issue(&credential["app_id"], 1000, &host, NOW);
    let headers = HeaderMap::from_iter([(
        http::HeaderName::from_static("authtoken"),
        HeaderValue::from_str(&token).unwrap(),
    )]);
    (desk, host, headers)
}

fn member() -> impl Strategy<Value = (String, Value)> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2_i64..5).prop_map(Value::from),
        ".{0,50}".prop_map(Value::from),
        Just(json!(["FAULT/sink/1", "FAULT/dead/2", "v2-FAULT-unsubscribed-3"])),
        Just(json!({"callback": "http://127.0.0.1:1/", "callback.id": 7, "orTags": ["t"]})),
        Just(json!({"showStartTime": i64::MAX, "showEndTime": "1", "k": [[]]})),
    ];
    let name = prop_oneof![
        Just("regId"),
        Just("alias"),
        Just("regIds"),
        Just("userIds"),
        Just("taskId"),
        Just("notifyId"),
        Just("timeToLive"),
        Just("skipType"),
        Just("skipContent"),
        Just("category"),
        Just("classification"),
        Just("clientCustomMap"),
        Just("extra"),
        Just("timedDisplay"),
        Just("tagExpression"),
        Just("name"),
        Just("ids"),
        Just("timestamp"),
        Just("sign"),
    ];
    (name.prop_map(str::to_owned), value)
}

/// A good message with some members set to anything.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let object = proptest::collection::vec(member(), 0..6).prop_map(|members| {
        let mut body = json!({
            "regId": "FAULT/sink/1", "title": "t", "content": "c", "notifyType": 4, "skipType": 1,
            "requestId": "r", "category": "IM", "appKey": "k",
        });
        for (name, value) in members {
            body[name] = value;
        }
        body.to_string().into_bytes()
    });
    prop_oneof![4 => object, 1 => proptest::collection::vec(any::<u8>(), 0..60)]
}

proptest! {
    #[test]
    fn any_body_on_any_path_gets_an_envelope_with_a_result(
        body in body(),
        path in prop_oneof![
            4 => (0..ROUTES.len()).prop_map(|n| ROUTES[n].path.to_owned()),
            1 => "/[a-z/]{0,12}",
        ],
        query in "(taskIds=)?[0-9,%&]{0,12}",
        shows_token in prop::bool::weighted(0.9),
    ) {
        let (desk, host, headers) = desk();
        let headers = if shows_token { headers } else { HeaderMap::new() };
        for method in [Method::GET, Method::POST] {
            let ask = Ask {
                host: &host, method: &method, path: &path, query: &query, headers: &headers, body: &body, now: NOW,
            };
            let answer = desk.answer(&ask, &Turn::default());
            let envelope: Value = serde_json::from_slice(&answer.body).unwrap();
            let result = u32::try_from(envelope["result"].as_u64().unwrap()).unwrap();
            prop_assert_eq!(Code(result).status(), answer.status);
            prop_assert_eq!(&result.to_string(), &answer.logged.code);
            prop_assert!(!envelope["desc"].as_str().unwrap().is_empty());
        }
    }
}
