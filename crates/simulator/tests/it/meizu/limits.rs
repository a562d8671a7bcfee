//! Limits at their edges, amounts that are used up and refilled, classes and rights.

use super::*;

#[tokio::test]
async fn a_hundred_targets_are_taken_and_one_more_is_not() {
    let flyme = Flyme::with(|config| config.accept_unknown_tokens = true).await;
    let list = |count: usize| (0..count).map(|n| format!("RA50{n:041}")).collect::<Vec<_>>().join(",");
    assert_eq!(flyme.push(&list(100), &chat(&json!({}))).await["value"], json!({}));
    assert_eq!(flyme.push(&list(101), &chat(&json!({}))).await["code"], "1005");
    assert_eq!(flyme.push("", &chat(&json!({}))).await["code"], "110004");
    assert_eq!(flyme.push("no/push/id", &chat(&json!({}))).await["value"], json!({"110003": ["no/push/id"]}));
    let tally = flyme.0.running.world().tally();
    assert_eq!(tally[&Vendor::Meizu].accepted, 100);
}

#[tokio::test]
async fn a_message_is_checked_at_the_edge_of_its_limits() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let long = |count: usize| "好".repeat(count);
    let cases = [
        (json!({"noticeBarInfo": {"title": long(32), "content": long(100)}}), "200"),
        (json!({"noticeBarInfo": {"title": long(33)}}), "1005"),
        (json!({"noticeBarInfo": {"content": long(101)}}), "1005"),
        (json!({"pushTimeInfo": {"validTime": 72}}), "200"),
        (json!({"pushTimeInfo": {"validTime": 73}}), "1005"),
        (json!({"clickTypeInfo": {"parameters": "{}"}}), "1005"),
    ];
    for (parts, code) in cases {
        assert_eq!(flyme.push(&token, &chat(&parts)).await["code"], code, "{parts}");
    }
    assert_eq!(phone.shade().len(), 2);
    let fields = [("pushIds", token.as_str()), ("messageJson", "{"), ("restrictedPackageNames", PACKAGE)];
    assert_eq!(flyme.post("/push/varnished/pushByPushId", &fields).await["code"], "1005");
    let message = chat(&json!({})).to_string();
    for (packages, code) in [("com.example.other", "110031"), ("com.example.other,com.example.im", "200")] {
        let fields =
            [("pushIds", token.as_str()), ("messageJson", &message), ("restrictedPackageNames", packages)];
        assert_eq!(flyme.post("/push/varnished/pushByPushId", &fields).await["code"], code, "{packages}");
    }
}

#[tokio::test]
async fn three_public_messages_a_day_reach_a_device_and_private_ones_go_on() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let mut unclassed = public();
    unclassed["noticeBarInfo"].as_object_mut().unwrap().remove("noticeMsgType");
    for message in [&unclassed, &public(), &public()] {
        assert_eq!(flyme.push(&token, message).await["value"], json!({}));
    }
    assert_eq!(flyme.push(&token, &public()).await["value"], json!({"110011": [token]}));
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
    assert_eq!(phone.shade().len(), 4);
    // Midnight in Beijing is less than two hours ahead.
    flyme.0.clock.advance_ms(2 * 3_600_000);
    assert_eq!(flyme.push(&token, &public()).await["value"], json!({}));
    assert_eq!(flyme.rights(json!({"public_per_device_day": 1})).await, 204);
    assert_eq!(flyme.push(&token, &public()).await["value"], json!({"110011": [token]}));
}

#[tokio::test]
async fn without_the_right_a_private_message_is_counted_as_a_public_one() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    flyme.rights(json!({"private_class": false})).await;
    for _ in 0..3 {
        assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
    }
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({"110011": [token]}));
    assert_eq!(phone.shade().len(), 3);
    flyme.rights(json!({"private_class": true})).await;
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
}

#[tokio::test]
async fn the_sixth_message_of_a_minute_is_folded_and_shown_without_a_sound() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    for _ in 0..5 {
        assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
    }
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({"520": [token]}));
    let shade = phone.shade();
    assert_eq!((shade.len(), shade[0].quiet, shade[1].quiet), (6, true, false));
    flyme.0.clock.advance_ms(60_000);
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
}

#[tokio::test]
async fn the_app_s_day_and_second_are_counted() {
    let flyme = Flyme::start().await;
    let (_, token) = flyme.phone("meizu-21");
    let (_, second) = flyme.phone("meizu-20");
    flyme.rights(json!({"day_quota": 2})).await;
    let both = format!("{token},{second}");
    assert_eq!(flyme.push(&both, &public()).await["value"], json!({}));
    assert_eq!(flyme.push(&token, &public()).await["code"], "110019");
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "200", "private ones are free");
    flyme.0.clock.advance_ms(24 * 3_600_000);
    assert_eq!(flyme.push(&token, &public()).await["code"], "200");
    flyme.0.clock.advance_ms(1000);
    flyme.rights(json!({"requests_per_second": 1})).await;
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "200");
    let fast = flyme.push(&token, &chat(&json!({}))).await;
    let text = "应用请求频率超过限制";
    assert_eq!(fast, json!({"code": "110010", "message": text, "value": "", "redirect": ""}));
    flyme.0.clock.advance_ms(1000);
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "200");
}

#[tokio::test]
async fn an_app_on_the_black_list_sends_nothing_and_unknown_rights_are_refused() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    assert_eq!(flyme.rights(json!({"black_listed": true})).await, 204);
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["code"], "110009");
    assert!(phone.shade().is_empty());
    assert!(flyme.rights(json!({"badges": true})).await >= 400);
}
