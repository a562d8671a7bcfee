//! Every limit at its edge, and what lenient reading lets through.

use serde_json::{Value, json};

use super::{Harmony, chat, with};

#[tokio::test]
async fn every_field_of_a_notification_holds_at_its_edge() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let long = |count: usize| json!("a".repeat(count));
    let cases = [
        ("title", Value::Null, "80100003"),
        ("title", json!(" "), "80100003"),
        ("body", json!(""), "80100003"),
        ("category", Value::Null, "80100003"),
        ("category", json!("SOMETHING"), "80100003"),
        ("category", json!("MISS_CALL"), "80000000"),
        ("clickAction", Value::Null, "80100003"),
        ("clickAction", json!({}), "80100003"),
        ("clickAction", json!({"actionType": 1}), "80100003"),
        ("clickAction", json!({"actionType": 3}), "80100003"),
        ("clickAction", json!({"actionType": 0, "data": "{}"}), "80100003"),
        ("clickAction", json!({"actionType": "0", "data": null}), "80000000"),
        ("notifyId", json!(2_147_483_647), "80000000"),
        ("notifyId", json!(2_147_483_648_i64), "80100003"),
        ("notifyId", json!(-1), "80000000"),
        ("notifyId", json!(-2), "80100003"),
        ("notifyId", json!("12"), "80000000"),
        ("badge", json!({"addNum": 99}), "80000000"),
        ("badge", json!({"addNum": 100}), "80100003"),
        ("badge", json!({"addNum": 0}), "80100003"),
        ("badge", json!({"setNum": 0}), "80000000"),
        ("badge", json!({"setNum": 100}), "80100003"),
        ("appMessageId", long(64), "80000000"),
        ("appMessageId", long(65), "80100003"),
        ("appMessageId", json!("a+/=-_ 9"), "80000000"),
        ("appMessageId", json!("a.b"), "80100003"),
        ("profileId", long(64), "80000000"),
        ("profileId", long(65), "80100003"),
        ("soundDuration", json!(60), "80000000"),
        ("soundDuration", json!(61), "80100003"),
        ("image", json!("http://example.com/a.png"), "80100003"),
        ("image", json!("https://example.com/a.png"), "80000000"),
        ("image", json!("https://example.com/FAULT/80100022/a.png"), "80100022"),
        ("style", json!(3), "80100003"),
        ("foregroundShow", json!("false"), "80000000"),
        ("foregroundShow", json!(7), "80100003"),
        ("unknownField", json!({"a": 1}), "80000000"),
    ];
    for (name, value, code) in cases {
        let body = with(chat(&token), &format!("/payload/notification/{name}"), value.clone());
        assert_eq!(harmony.code(&body).await, code, "{name}: {value}");
    }
    let lines = |lines: Value| {
        let body = with(chat(&token), "/payload/notification/style", json!(3));
        with(body, "/payload/notification/inboxContent", lines)
    };
    assert_eq!(harmony.code(&lines(json!(["a".repeat(1024), "b", "c"]))).await, "80000000");
    assert_eq!(harmony.code(&lines(json!(["a".repeat(1025)]))).await, "80100003");
    assert_eq!(harmony.code(&lines(json!(["a", "b", "c", "d"]))).await, "80100003");
    let refused = with(chat(&token), "/payload/notification/badge", json!({"addNum": 100}));
    assert_eq!(
        harmony.send(&refused).await["msg"],
        "Illegal payload, badge addNum value ranges from 1 to 99"
    );
}

#[tokio::test]
async fn every_option_holds_at_its_edge() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let cases = [
        ("ttl", json!(1_296_000), "80000000"),
        ("ttl", json!(1_296_001), "80100004"),
        ("ttl", json!(0), "80100004"),
        ("ttl", json!("86400"), "80000000"),
        ("ttl", json!("86400s"), "80100003"),
        ("biTag", json!("a".repeat(64)), "80000000"),
        ("biTag", json!("好".repeat(22)), "80100003"),
        ("collapseKey", json!(-1), "80000000"),
        ("collapseKey", json!(100), "80000000"),
        ("collapseKey", json!(101), "80100003"),
        ("testMessage", json!(null), "80000000"),
        ("receiptId", json!("R1"), "80000000"),
    ];
    for (name, value, code) in cases {
        let body = with(chat(&token), &format!("/pushOptions/{name}"), value.clone());
        assert_eq!(harmony.code(&body).await, code, "{name}: {value}");
    }
    let bare = with(chat(&token), "/pushOptions", Value::Null);
    assert_eq!(harmony.code(&bare).await, "80000000");
}

#[tokio::test]
async fn a_body_of_4096_bytes_without_its_tokens_is_taken_and_one_more_is_not() {
    let harmony = Harmony::start().await;
    let (_, token) = harmony.phone("mate-70");
    let padded = |count: usize| with(chat(&token), "/payload/notification/body", json!("a".repeat(count)));
    let without_padding = padded(0).to_string().len() - token.len() - 3;
    let room = 4096 - without_padding;
    assert_eq!(harmony.code(&padded(room)).await, "80000000");
    assert_eq!(harmony.code(&padded(room + 1)).await, "80300008");
}

#[tokio::test]
async fn a_thousand_tokens_are_taken_and_one_more_or_none_is_not() {
    let harmony = Harmony::start().await;
    let tokens = |count: usize| with(chat(""), "/target/token", json!(vec!["FAULT/sink/x"; count]));
    assert_eq!(harmony.code(&tokens(1000)).await, "80000000");
    assert_eq!(harmony.code(&tokens(1001)).await, "80300010");
    assert_eq!(harmony.code(&tokens(0)).await, "80300010");
    assert_eq!(harmony.code(&with(chat(""), "/target", Value::Null)).await, "80300010");
    assert_eq!(harmony.code(&with(chat(""), "/target/token", json!([7]))).await, "80100003");
    let test = |count: usize| with(tokens(count), "/pushOptions/testMessage", json!(true));
    assert_eq!(harmony.code(&test(10)).await, "80000000");
    assert_eq!(harmony.code(&test(11)).await, "80300030");
}

#[tokio::test]
async fn six_thousand_devices_a_second_pass_and_no_more() {
    let harmony = Harmony::start().await;
    let thousand = with(chat(""), "/target/token", json!(vec!["FAULT/sink/x"; 1000]));
    for _ in 0..6 {
        assert_eq!(harmony.code(&thousand).await, "80000000");
    }
    assert_eq!(harmony.send_as("0", &chat("FAULT/sink/x")).await, (503, Value::Null));
    harmony.world.running.world().advance_clock(1000);
    assert_eq!(harmony.code(&thousand).await, "80000000");
}

#[tokio::test]
async fn push_type_is_needed_and_says_what_the_payload_must_hold() {
    let harmony = Harmony::start().await;
    let token = "FAULT/sink/x";
    for push_type in ["", "3", "alert", "11"] {
        assert_eq!(harmony.send_as(push_type, &chat(token)).await.1["code"], "80100001", "{push_type}");
    }
    let headers = [("authorization", harmony.bearer.as_str())];
    let without = harmony.call(&harmony.send_path(), &headers, &chat(token).to_string()).await.unwrap();
    assert_eq!(super::read(&without).1["code"], "80100001");
    let payload = |payload: Value| json!({"payload": payload, "target": {"token": [token]}});
    let card = json!({"formId": "1", "moduleName": "m", "formName": "f", "abilityName": "a", "formData": {}});
    let live = json!({"activityId": 1, "operation": 0, "event": "TAXI", "activityData": {}});
    let cases = [
        ("0", payload(json!({})), "80100003"),
        ("0", json!({"target": {"token": [token]}}), "80100003"),
        ("1", payload(card), "80000000"),
        ("1", payload(json!({"formId": "1"})), "80100003"),
        ("2", payload(json!({"extraData": "x"})), "80100003"),
        ("6", payload(json!({"extraData": "x"})), "80000000"),
        ("6", payload(json!({"extraData": "x", "proxyData": "ENABLE"})), "80000000"),
        ("6", payload(json!({"extraData": "x", "proxyData": "ON"})), "80100003"),
        ("6", payload(json!({})), "80100003"),
        ("7", payload(live), "80000000"),
        ("7", payload(json!({})), "80100003"),
        ("10", payload(json!({"extraData": {}})), "80100003"),
        ("10", payload(json!({"extraData": "x"})), "80000000"),
    ];
    for (push_type, body, code) in cases {
        assert_eq!(harmony.send_as(push_type, &body).await.1["code"], code, "{push_type} {body}");
    }
    let two = json!({"payload": {}, "target": {"token": [token, token]}});
    assert_eq!(harmony.send_as("1", &two).await.1["code"], "80300010");
    let headers = [("authorization", harmony.bearer.as_str()), ("push-type", "0")];
    for body in ["", "[]", "{", "null"] {
        let answer = harmony.call(&harmony.send_path(), &headers, body).await.unwrap();
        assert_eq!(super::read(&answer).1["code"], "80100003", "{body}");
    }
}
