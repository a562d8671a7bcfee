//! Every limit at its edge, rights, amounts and classes.

use model::Vendor;
use serde_json::{Value, json};
use simulator::FaultPlan;

use super::{SEND, Sender, chat, chat_with};
use crate::support::{PACKAGE, START};

/// Milliseconds until midnight in Beijing after the start.
fn until_midnight() -> u32 {
    let day = 24 * 3_600_000;
    u32::try_from(day - (START.millis() + 8 * 3_600_000) % day).unwrap()
}

#[tokio::test]
async fn every_limit_of_a_notification_holds_at_its_edge() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("magic-6", "honor");
    let long = |count: usize| json!("好".repeat(count));
    let button = |member: &str, value: Value| {
        let mut button =
            json!({"name": "Reply", "actionType": 1, "intentType": 0, "intent": "intent:#Intent;end"});
        button[member] = value;
        json!([button])
    };
    let badge = |member: &str, value: Value| json!({"badgeClass": "c", member: value});
    let cases = [
        ("title", long(40), true),
        ("title", long(41), false),
        ("title", json!({}), false),
        ("body", long(256), true),
        ("body", long(257), false),
        ("body", json!(7), true),
        ("clickAction", Value::Null, false),
        ("clickAction", json!({"type": 1}), false),
        ("clickAction", json!({"type": 2, "url": "http://a.example"}), false),
        ("clickAction", json!({"type": 4}), false),
        ("clickAction", json!("3"), false),
        ("importance", json!("HIGH"), false),
        ("importance", Value::Null, true),
        ("style", json!(1), false),
        ("style", json!(2), false),
        ("image", json!("http://a.example/i.png"), false),
        ("image", json!("https://a.example/i.png"), true),
        ("when", json!("2026-01-01T00:00:00Z"), true),
        ("when", json!("2026-01-01 00:00:00"), false),
        ("when", json!("2026-01-01T00:00:00.1234567890Z"), false),
        ("notifyId", json!("12"), true),
        ("notifyId", json!(-1), true),
        ("notifyId", json!(2_147_483_648_i64), false),
        ("notifyId", json!("a"), false),
        ("badge", badge("setNum", json!(0)), true),
        ("badge", badge("setNum", json!(99)), true),
        ("badge", badge("setNum", json!(100)), false),
        ("badge", badge("addNum", json!(0)), false),
        ("badge", badge("addNum", json!("1")), true),
        ("badge", json!({"addNum": 1}), false),
        ("buttons", button("name", long(40)), true),
        ("buttons", button("name", long(41)), false),
        ("buttons", button("actionType", json!(3)), false),
        ("buttons", button("intentType", Value::Null), false),
        ("buttons", button("data", json!("x".repeat(1024))), true),
        ("buttons", button("data", json!("x".repeat(1025))), false),
        ("buttons", json!(vec![json!({"name": "a", "actionType": 0}); 3]), true),
        ("buttons", json!(vec![json!({"name": "a", "actionType": 0}); 4]), false),
    ];
    for (member, value, fits) in cases {
        let answer = sender.send(&chat_with(&token, member, value.clone())).await;
        assert_eq!(answer["code"] == 200, fits, "{member} {value}: {answer}");
        assert!(fits || answer["code"] == 400 && answer["data"].is_null(), "{answer}");
    }
}

#[tokio::test]
async fn every_limit_of_a_message_holds_at_its_edge() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("magic-6", "honor");
    let android = |member: &str, value: Value| {
        let mut body = chat(&[&token]);
        body["android"][member] = value;
        body
    };
    let with = |member: &str, value: Value| {
        let mut body = chat(&[&token]);
        body[member] = value;
        body
    };
    let mut full = with("unknown", json!(""));
    full.as_object_mut().unwrap().remove("token");
    let room = 4096 - full.to_string().len();
    let cases = [
        (android("ttl", json!("1296000s")), true),
        (android("ttl", json!("1296001s")), false),
        (android("ttl", json!("86400")), false),
        (android("ttl", json!(86400)), false),
        (android("ttl", json!("-1s")), false),
        (android("targetUserType", json!("1")), true),
        (android("targetUserType", json!(2)), false),
        (with("token", json!([])), false),
        (with("token", json!(token)), false),
        (with("token", Value::Null), false),
        (with("token", json!([""])), false),
        (with("token", json!(vec!["FAULT/sink/1"; 1000])), true),
        (with("token", json!(vec!["FAULT/sink/1"; 1001])), false),
        (with("unknown", json!("x".repeat(room))), true),
        (with("unknown", json!("x".repeat(room + 1))), false),
        (with("data", Value::Null), true),
        (with("data", json!("no JSON")), false),
        (with("data", json!({"ext": "object"})), false),
        (with("notification", Value::Null), true),
        (with("android", Value::Null), false),
        (with("message", json!({"token": [token]})), false),
        (with("validate_only", json!(false)), false),
        (json!({"token": [token], "data": "any text"}), true),
        (json!({"token": [token]}), false),
        (json!([]), false),
    ];
    for (body, fits) in cases {
        let answer = sender.send(&body).await;
        assert_eq!(answer["code"], if fits { 200 } else { 400 }, "{answer}");
    }
}

#[tokio::test]
async fn marketing_is_quiet_and_shown_twice_a_day_on_each_device() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let (_, other) = sender.world.phone("magic-5", "honor");
    let low = |token: &str| {
        let mut body = chat_with(token, "importance", json!("LOW"));
        body["android"]["notification"]["notifyId"] = json!(-1);
        body
    };
    for shown in [1, 2, 2] {
        assert_eq!(sender.send(&low(&token)).await["data"]["sendResult"], true);
        assert_eq!(phone.shade().len(), shown);
    }
    assert!(phone.shade()[0].quiet);
    assert!(phone.view().not_shown[0].reason.contains("marketing messages of the day"));
    assert_eq!(sender.send(&low(&other)).await["code"], 200);
    assert_eq!(sender.world.running.phones().iter().map(|phone| phone.shade().len()).sum::<usize>(), 3);
    sender.send(&chat(&[&token])).await;
    assert_eq!(phone.shade().len(), 3, "a chat message has no daily number");
    sender.rights(json!({"news_licence": true})).await;
    sender.send(&low(&token)).await;
    assert_eq!(phone.shade().len(), 4);
    sender.rights(json!({"marketing_per_device": 0})).await;
    sender.send(&low(&token)).await;
    assert_eq!(phone.shade().len(), 4);
}

#[tokio::test]
async fn amounts_are_refilled_at_midnight_in_beijing() {
    let mut sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    sender.rights(json!({"test_per_day": 2, "self_classification": false, "marketing_per_device": 1})).await;
    let mut test = chat(&["FAULT/sink/1"]);
    test["android"]["targetUserType"] = json!(1);
    let mut two = test.clone();
    two["token"] = json!(["FAULT/sink/1", "FAULT/sink/2"]);
    let mut ordinary = chat(&[&token]);
    ordinary["android"]["notification"]["notifyId"] = Value::Null;
    for day in 1..=2 {
        assert_eq!(sender.send(&two).await["code"], 200);
        assert_eq!(sender.send(&test).await["code"], 429);
        sender.send(&ordinary).await;
        sender.send(&ordinary).await;
        assert_eq!(phone.shade().len(), day);
        sender.world.running.world().advance_clock(until_midnight());
        sender.renew().await;
    }
}

#[tokio::test]
async fn without_the_right_a_chat_message_is_treated_as_marketing() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    sender.rights(json!({"self_classification": false})).await;
    for notify_id in 1..=3 {
        sender.send(&chat_with(&token, "notifyId", json!(notify_id))).await;
    }
    assert_eq!(phone.shade().len(), 2);
    assert!(phone.shade().iter().all(|shown| shown.quiet));
    let mut test = chat_with(&token, "notifyId", json!(4));
    test["android"]["targetUserType"] = json!(1);
    sender.send(&test).await;
    assert_eq!(phone.shade().len(), 3, "test messages are free of the device's amount");
    sender.rights(json!({"game": true})).await;
    let web = json!({"type": 2, "url": "https://a.example"});
    assert_eq!(sender.send(&chat_with(&token, "clickAction", web)).await["code"], 400);
}

#[tokio::test]
async fn an_amount_used_up_on_demand_holds_back_marketing_and_refuses_tests() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let plan = FaultPlan { quota_used_up: true, ..FaultPlan::default() };
    sender.world.running.world().set_faults(SEND, plan).unwrap();
    assert_eq!(sender.send(&chat_with(&token, "importance", json!("LOW"))).await["code"], 200);
    assert!(phone.shade().is_empty());
    let mut test = chat(&[&token]);
    test["android"]["targetUserType"] = json!(1);
    assert_eq!(sender.send(&test).await["code"], 429);
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 200);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn more_requests_than_the_rate_are_refused_within_their_second() {
    let sender = Sender::start().await;
    sender.rights(json!({"per_second": 2})).await;
    for code in [200, 200, 429] {
        assert_eq!(sender.send(&chat(&["FAULT/sink/1"])).await["code"], code);
    }
    sender.world.running.world().advance_clock(1000);
    assert_eq!(sender.send(&chat(&["FAULT/sink/1"])).await["code"], 200);
}

#[tokio::test]
async fn the_badge_changes_only_under_the_launchers_class() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let class = sender.app["badge_class"].clone();
    for (badge, shown) in [
        (json!({"badgeClass": class, "setNum": 7}), 7),
        (json!({"badgeClass": class, "addNum": 2}), 9),
        (json!({"badgeClass": "com.example.im.Other", "setNum": 1}), 9),
        (json!({"badgeClass": class, "setNum": 0, "addNum": 5}), 0),
    ] {
        sender.send(&chat_with(&token, "badge", badge)).await;
        assert_eq!(phone.view().badge, shown);
    }
}

#[tokio::test]
async fn the_same_number_or_tag_overwrites_and_no_number_adds() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let tagged = || {
        let mut body = chat_with(&token, "tag", json!("news"));
        body["android"]["notification"]["notifyId"] = Value::Null;
        body
    };
    for (body, shown) in [
        (chat(&[&token]), 1),
        (chat(&[&token]), 1),
        (tagged(), 2),
        (tagged(), 2),
        (chat_with(&token, "notifyId", json!(-1)), 3),
        (chat_with(&token, "notifyId", json!(-1)), 4),
    ] {
        sender.send(&body).await;
        assert_eq!(phone.shade().len(), shown);
    }
}

#[tokio::test]
async fn a_phone_out_of_reach_gets_what_was_kept_for_it() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    phone.set_network(false);
    for (notify_id, ttl) in [(1, "0s"), (2, "60s"), (3, "120s")] {
        let mut body = chat_with(&token, "notifyId", json!(notify_id));
        body["android"]["ttl"] = json!(ttl);
        sender.send(&body).await;
    }
    sender.world.running.world().advance_clock(60_000);
    phone.set_network(true);
    let keys: Vec<_> = phone.shade().into_iter().map(|shown| shown.replace_key.unwrap()).collect();
    assert_eq!(keys, ["3"]);
}

#[tokio::test]
async fn blocked_words_are_taken_and_shown_to_nobody() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    sender.world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(sender.send(&chat(&[&token])).await["data"]["sendResult"], true);
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
}

#[tokio::test]
async fn a_token_of_another_app_fails() {
    let sender = Sender::start().await;
    let other = "com.example.other";
    sender.world.running.enrol(Vendor::Honor, other, None).unwrap();
    let new = simulator::NewPhone {
        name: "other".to_owned(),
        brand: "honor".to_owned(),
        app: Some(other.to_owned()),
        environment: None,
    };
    let phone = sender.world.running.world().create_phone(new).unwrap();
    let token = phone.register_token().unwrap();
    assert_ne!(PACKAGE, other);
    assert_eq!(sender.send(&chat(&[&token])).await["data"]["failTokens"], json!([token]));
    assert!(phone.shade().is_empty());
}
