//! Access tokens, paths, the log.

use axum::body::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};

use super::{Credential, HOST, HOUR_MS, PACKAGE, START, Vendor, Vivo};

#[tokio::test]
async fn a_signed_request_gets_an_access_token_and_what_is_wrong_is_said_in_the_order_of_the_book() {
    let vivo = Vivo::start().await;
    let minutes = |count: i64| vivo.signed(START.plus_ms(count * 60_000));
    let with = |name: &str, value: Value| {
        let mut body = vivo.signed(START);
        body[name] = value;
        body
    };
    let upper_case = vivo.signed(START)["sign"].as_str().unwrap().to_uppercase();
    let cases = [
        (vivo.signed(START), 0),
        (with("appId", json!(vivo.app["app_id"])), 0),
        (with("timestamp", json!(START.millis().to_string())), 0),
        (with("unknown", json!(null)), 0),
        (minutes(10), 0),
        (minutes(-10), 0),
        (vivo.signed(START.plus_ms(600_001)), 10207),
        (vivo.signed(START.plus_ms(-600_001)), 10207),
        (with("timestamp", json!("soon")), 10207),
        (with("appId", json!(null)), 10200),
        (with("appKey", json!("")), 10201),
        (with("timestamp", json!(null)), 10203),
        (with("sign", json!(" ")), 10204),
        (with("appId", json!(7)), 10205),
        (with("appKey", json!("other")), 10202),
        (with("sign", json!("00")), 10206),
        (with("sign", json!(upper_case)), 10206),
        (json!({}), 10200),
    ];
    for (body, result) in cases {
        let answer = vivo.post("/message/auth", body.clone()).await;
        assert_eq!(answer["result"], result, "{body}");
        assert_eq!(answer.get("authToken").is_some(), result == 0);
    }
}

#[tokio::test]
async fn an_access_token_is_served_for_a_day_beside_others_until_all_are_ended_at_once() {
    let mut vivo = Vivo::start().await;
    let (_, token) = vivo.phone("x100");
    let first = vivo.auth_token.clone();
    vivo.advance(1000);
    vivo.authenticate().await;
    assert_ne!(vivo.auth_token, first, "each exchange gives another");
    let second = std::mem::replace(&mut vivo.auth_token, first);
    vivo.advance(24 * HOUR_MS - 1001);
    assert_eq!(vivo.send(&token, json!({})).await["result"], 0);
    vivo.advance(1);
    assert_eq!(vivo.send(&token, json!({})).await["result"], 10000);
    vivo.auth_token = second;
    assert_eq!(vivo.send(&token, json!({})).await["result"], 0);
    vivo.world.running.world().expire_auth(HOST).unwrap();
    assert_eq!(vivo.send(&token, json!({})).await, json!({"result": 10000, "desc": "权限认证失败"}));
    vivo.authenticate().await;
    assert_eq!(vivo.send(&token, json!({})).await["result"], 0);
    vivo.auth_token = "other".to_owned();
    assert_eq!(vivo.send(&token, json!({})).await["result"], 10000);
}

#[tokio::test]
async fn exchanges_are_counted_by_the_second_and_by_the_day() {
    let vivo = Vivo::start().await;
    vivo.rights(json!({"auth_per_second": 3, "auth_per_day": 4}));
    let mut results = Vec::new();
    for pause_ms in [0, 0, 0, 1000, 1000, 3 * HOUR_MS] {
        vivo.advance(pause_ms);
        let answer = vivo.post("/message/auth", vivo.signed(vivo.now())).await;
        results.push(answer["result"].as_u64().unwrap());
    }
    // One was taken when the world began.
    assert_eq!(results, [0, 0, 10250, 0, 10250, 0]);
}

#[tokio::test]
async fn an_app_that_is_enrolled_again_holds_what_it_held() {
    let vivo = Vivo::start().await;
    let fields: Vec<&str> = vivo.app.keys().map(String::as_str).collect();
    assert_eq!(fields, ["app_id", "app_key", "app_secret", "callback_id"]);
    assert!(vivo.app["app_id"].bytes().all(|byte| byte.is_ascii_digit()));
    let other = Vivo::start().await;
    assert_ne!(other.app, vivo.app);
    let again = other.world.running.enrol(Vendor::Vivo, PACKAGE, Some(&vivo.app)).unwrap();
    assert_eq!(again, vivo.app);
    assert_eq!(other.post("/message/auth", vivo.signed(START)).await["result"], 0);
    let bad = Credential::from([("app_id".to_owned(), "0815".to_owned())]);
    assert!(other.world.running.enrol(Vendor::Vivo, PACKAGE, Some(&bad)).is_err());
}

#[tokio::test]
async fn what_the_book_has_no_code_for_is_answered_with_the_status() {
    let vivo = Vivo::start().await;
    assert_eq!(vivo.post("/message/other", json!({})).await["result"], 404);
    assert_eq!(vivo.get("/message/send").await["result"], 405);
    for body in ["{", "[]", "\"text\""] {
        let request = vivo.request("/message/send").body(Full::new(Bytes::from(body))).unwrap();
        assert_eq!(vivo.call(request).await.unwrap().status(), 400, "{body}");
    }
}

#[tokio::test]
async fn the_log_shows_requests_without_tokens() {
    let vivo = Vivo::start().await;
    let (_, token) = vivo.phone("x100");
    vivo.send(&token, json!({})).await;
    vivo.send("v2-unknown", json!({})).await;
    let entries = vivo.world.running.world().log_after(0, 10);
    let seen: Vec<_> = entries
        .iter()
        .map(|entry| (entry.path.as_ref(), entry.targets, entry.code.as_ref(), entry.stage))
        .collect();
    assert_eq!(
        seen,
        [
            ("POST /message/auth", 0, "0", "token issued"),
            ("POST /message/send", 1, "0", "accepted"),
            ("POST /message/send", 0, "10302", "refused"),
        ]
    );
    let text = serde_json::to_string(&entries).unwrap();
    for secret in [&token, &vivo.auth_token, &vivo.app["app_secret"], &"你好".to_owned()] {
        assert!(!text.contains(secret.as_str()));
    }
}
