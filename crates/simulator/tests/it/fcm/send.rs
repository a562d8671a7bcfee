//! What a send may say, and how it is refused.

use axum::body::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use simulator::{Failure, FaultPlan};

use super::{BAD_REQUEST, HOST, Sender, chat, detail, read, told};
use crate::support::{PACKAGE, World};

#[tokio::test]
async fn a_success_has_a_name_alone_over_both_http_versions() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("pixel-8", "google");
    let body = json!({ "message": chat(&token, "Ann") });
    let response = sender.post(&body).await;
    assert_eq!(response.headers()["content-type"], "application/json; charset=UTF-8");
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.starts_with("{\n  \"name\": \"projects/sample-"), "{text}");
    let access = sender.access().await;
    let mut http2 = sender.world.http2(HOST, None).await;
    let request = Request::post(format!("https://{HOST}/v1/projects/{}/messages:send", sender.project()))
        .header("authorization", format!("Bearer {access}"))
        .body(())
        .unwrap();
    let response = http2.send(request, body.to_string().as_bytes()).await.unwrap();
    let (status, body) = read(response.map(Bytes::from));
    assert_eq!(status, 200);
    let prefix = format!("projects/{}/messages/0:", sender.project());
    assert!(body["name"].as_str().unwrap().starts_with(&prefix));
}

#[tokio::test]
async fn names_and_types_that_do_not_fit_are_refused_without_an_fcm_error() {
    let sender = Sender::start().await;
    let wrong = [
        (json!({ "message": { "token": "t", "data": { "a": 12 } } }), "message.data[0].value"),
        (json!({ "message": { "token": 1 } }), "message.token"),
        (json!({ "message": { "token": "t", "android": { "ttl": "86400" } } }), "message.android.ttl"),
        (
            json!({ "message": { "token": "t", "android": { "priority": "URGENT" } } }),
            "message.android.priority",
        ),
        (json!({ "message": { "token": "t", "topic": "t" } }), "message"),
        (json!({ "message": { "token": "t", "surprise": 1 } }), "message"),
    ];
    for (body, field) in wrong {
        let answer = read(sender.post(&body).await);
        assert_eq!(told(&answer), (400, "INVALID_ARGUMENT", None), "{body}");
        let violation = &detail(&answer.1, BAD_REQUEST)["fieldViolations"][0];
        assert_eq!(violation["field"], field, "{body}");
        assert_eq!(violation["description"], answer.1["error"]["message"]);
    }
    let (status, body) = read(sender.post(&json!([1])).await);
    assert_eq!((status, &body["error"]["status"]), (400, &json!("INVALID_ARGUMENT")));
}

#[tokio::test]
async fn a_well_formed_field_with_a_wrong_value_is_refused_with_both_details() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("pixel-8", "google");
    let with = |member: &str, value: Value| {
        let mut message = json!({ "token": token });
        message[member] = value;
        message
    };
    let wrong = [
        (json!({ "data": { "a": "1" } }), "message"),
        (with("data", json!({ "from": "x" })), "message.data[0].key"),
        (with("android", json!({ "ttl": "2419201s" })), "message.android.ttl"),
        (
            with("android", json!({ "notification": { "color": "red" } })),
            "message.android.notification.color",
        ),
        (
            with("fcm_options", json!({ "analytics_label": "x".repeat(51) })),
            "message.fcm_options.analytics_label",
        ),
        (
            with("webpush", json!({ "fcm_options": { "link": "http://a" } })),
            "message.webpush.fcm_options.link",
        ),
        (with("data", json!({ "a": "x".repeat(4096) })), "message"),
        (json!({ "topic": "a b" }), "message.topic"),
        (json!({ "condition": "'a'" }), "message.condition"),
        (
            with("android", json!({ "restricted_package_name": "com.other" })),
            "message.android.restricted_package_name",
        ),
    ];
    for (message, field) in wrong {
        let answer = sender.send(&message).await;
        assert_eq!(told(&answer), (400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT")), "{message}");
        assert_eq!(detail(&answer.1, BAD_REQUEST)["fieldViolations"][0]["field"], field);
    }
    sender.sent(&with("data", json!({ "a": "x".repeat(4095) }))).await;
    sender.sent(&with("android", json!({ "ttl": "2419200s", "restrictedPackageName": PACKAGE }))).await;
}

#[tokio::test]
async fn tokens_are_malformed_foreign_dead_or_unknown_each_in_its_own_words() {
    let sender = Sender::start().await;
    let running = &sender.world.running;
    running.enrol(model::Vendor::Fcm, "com.example.other", None).unwrap();
    let malformed = sender.send(&chat("not a token", "Ann")).await;
    assert_eq!(told(&malformed), (400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT")));
    assert_eq!(detail(&malformed.1, BAD_REQUEST), &Value::Null);
    let new = simulator::NewPhone {
        name: "pixel-9".to_owned(),
        brand: "google".to_owned(),
        app: Some("com.example.other".to_owned()),
        environment: None,
    };
    let foreign = running.world().create_phone(new).unwrap().register_token().unwrap();
    let answer = sender.send(&chat(&foreign, "Ann")).await;
    assert_eq!(told(&answer), (403, "PERMISSION_DENIED", Some("SENDER_ID_MISMATCH")));
    let (phone, token) = sender.world.phone("pixel-8", "google");
    phone.invalidate_token();
    for token in [token.as_str(), "fTEST_0123456789abcdefgh:APA91bTESTTOKEN", "APA91bNoSuchGroup"] {
        let answer = sender.send(&chat(token, "Ann")).await;
        assert_eq!(told(&answer), (404, "NOT_FOUND", Some("UNREGISTERED")), "{token}");
    }
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn an_installation_id_finds_the_phone_as_its_token_does() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let (fid, _) = token.split_once(':').unwrap();
    sender.sent(&json!({ "fid": fid, "notification": { "title": "by id" } })).await;
    assert_eq!(phone.shade()[0].title, "by id");
    let malformed = sender.send(&json!({ "fid": "x" })).await;
    assert_eq!(told(&malformed), (400, "INVALID_ARGUMENT", Some("INVALID_ARGUMENT")));
    phone.renew_token().unwrap();
    let gone = sender.send(&json!({ "fid": fid })).await;
    assert_eq!(told(&gone), (404, "NOT_FOUND", Some("UNREGISTERED")));
}

#[tokio::test]
async fn a_message_that_is_only_checked_goes_nowhere() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let (status, body) =
        read(sender.post(&json!({ "validateOnly": true, "message": chat(&token, "Ann") })).await);
    assert_eq!(status, 200);
    assert_eq!(body["name"], format!("projects/{}/messages/fake_message_id", sender.project()));
    assert!(phone.shade().is_empty());
    phone.invalidate_token();
    let dead = read(sender.post(&json!({ "validate_only": true, "message": chat(&token, "Ann") })).await);
    assert_eq!(dead.0, 404);
    let tally = sender.world.running.world().tally();
    assert!(tally.values().all(|count| count.accepted == 0), "{tally:?}");
}

#[tokio::test]
async fn special_tokens_bring_about_what_they_name() {
    let sender = Sender::start().await;
    for (token, status, code) in [
        ("FAULT:UNREGISTERED:1", 404, Some("UNREGISTERED")),
        ("FAULT:INTERNAL:1", 500, Some("INTERNAL")),
        ("FAULT:THIRD_PARTY_AUTH_ERROR:1", 401, Some("THIRD_PARTY_AUTH_ERROR")),
        ("FAULT:APNS_UNREGISTERED:1", 400, Some("INVALID_ARGUMENT")),
        ("FAULT:RATE_LIMIT_EXCEEDED:1", 429, None),
    ] {
        let answer = sender.send(&chat(token, "Ann")).await;
        assert_eq!((answer.0, told(&answer).2), (status, code), "{token}");
    }
    let slow = sender.post(&json!({ "message": chat("FAULT:UNAVAILABLE-30:1", "Ann") })).await;
    assert_eq!((slow.status().as_u16(), slow.headers()["retry-after"].to_str().unwrap()), (503, "30"));
    let page = sender.post(&json!({ "message": chat("FAULT:HTML_502:1", "Ann") })).await;
    assert_eq!(page.status(), 502);
    let empty = sender.post(&json!({ "message": chat("FAULT:504:1", "Ann") })).await;
    assert_eq!((empty.status().as_u16(), empty.body().len()), (504, 0));
    sender.sent(&chat("FAULT:sink:1", "Ann")).await;
    let path = format!("/v1/projects/{}/messages:send", sender.project());
    let body = json!({ "message": chat("FAULT:cut:1", "Ann") });
    assert!(sender.call(HOST, Method::POST, &path, &sender.access().await, &body).await.is_none());
}

#[tokio::test]
async fn a_fault_on_demand_answers_in_the_shape_of_the_host() {
    let sender = Sender::start().await;
    let world = sender.world.running.world();
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    let access = sender.access().await;
    let path = format!("/v1/projects/{}/messages:send", sender.project());
    let body = json!({ "message": chat("FAULT:sink:1", "Ann") });
    world.set_faults(HOST, fail("UNAUTHENTICATED")).unwrap();
    let answer = read(sender.call(HOST, Method::POST, &path, &access, &body).await.unwrap());
    assert_eq!(told(&answer), (401, "UNAUTHENTICATED", None));
    world.set_faults(super::OAUTH, fail("invalid_grant")).unwrap();
    let (status, refused) = sender.exchange("x.y.z").await;
    assert_eq!((status, &refused["error"]), (400, &json!("invalid_grant")));
    assert!(world.set_faults(HOST, fail("NONSENSE")).is_err());
}

#[tokio::test]
async fn switched_off_paths_are_404_and_the_log_holds_no_token() {
    let sender = Sender::start().await;
    for path in ["/fcm/send", "/batch", "/v1/projects/p/messages", "/fcm/send/abc"] {
        let answer = sender.call(HOST, Method::POST, path, "x", &json!({})).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    let (_, token) = sender.world.phone("pixel-8", "google");
    sender.sent(&chat(&token, "Ann")).await;
    let log = sender.world.running.world().log_after(0, 100);
    let last = log.last().unwrap();
    assert_eq!((last.path.as_ref(), last.stage), ("POST /v1/projects/…/messages:send", "accepted"));
    assert_eq!((last.targets, last.status), (1, 200));
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains(&token) && !text.contains("Ann") && !text.contains("ya29"));
}

#[tokio::test]
async fn unknown_tokens_of_the_right_shape_are_accepted_where_a_load_test_wants_it() {
    let sender = Sender::in_world(World::with(|config| config.accept_unknown_tokens = true).await);
    sender.sent(&chat("load-1:APA91bLoad", "Ann")).await;
    assert_eq!(sender.send(&chat("load 1", "Ann")).await.0, 400);
    let mut tagged = chat("load-2:APA91bLoad", "Ann");
    tagged["android"]["notification"]["tag"] = json!("m-1");
    sender.sent(&tagged).await;
    sender.sent(&tagged).await;
    let count = sender.world.running.world().tally()[&model::Vendor::Fcm];
    assert_eq!((count.accepted, count.distinct), (3, 2));
}
