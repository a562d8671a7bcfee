//! Messages to one device each, and what the phone makes of them.

use serde_json::{Value, json};
use simulator::Opens;

use super::{BATCH, HOST, Oppo, UNICAST, form, message, news, reason};

#[tokio::test]
async fn a_new_phone_shows_nothing_until_its_user_allows_it() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.world.phone("find-x7", "oppo");
    assert!(token.len() == 35 && token.starts_with("CN_"));
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 0);
    assert!(phone.shade().is_empty());
    assert_eq!(reason(&phone), "notifications of this app are switched off");
    phone.set_notifications(true);
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 0);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_tap_hands_the_pairs_over_as_extras_of_the_intent() {
    let oppo = Oppo::start().await;
    for (brand, click, opens) in [
        ("oppo", json!({}), Opens::Page("com.example.im.ChatActivity".to_owned())),
        ("realme", json!({"click_action_type": 0}), Opens::App),
        (
            "oneplus",
            json!({"click_action_type": "1", "click_action_activity": "com.example.im.CHAT"}),
            Opens::Page("com.example.im.CHAT".to_owned()),
        ),
    ] {
        let (phone, token) = oppo.world.phone(brand, brand);
        phone.set_notifications(true);
        phone.set_locked(true);
        let answer = oppo.unicast(&message(&token, click)).await;
        let id = answer["data"]["messageId"].as_str().unwrap();
        assert!(id.starts_with(&format!("{}-1-1-", oppo.credential["app_id"])), "{id}");
        let shown = &phone.shade()[0];
        assert_eq!((shown.title.as_str(), shown.body.as_str()), ("阿明", "你好 & hi"));
        assert!(shown.on_lock_screen && !shown.quiet);
        let tapped = phone.tap(0).unwrap();
        assert_eq!((tapped.ext.as_deref(), tapped.payload.as_deref()), (Some("ext content"), Some("{}")));
        assert!(tapped.getter.contains("getStringExtra"));
        assert_eq!(tapped.opens, opens);
        assert_eq!(tapped.notification.handover.extras, json!({"ext": "ext content", "payload": "{}"}));
    }
}

#[tokio::test]
async fn a_web_page_is_handed_nothing_but_its_query() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let click = json!({"click_action_type": 2, "click_action_url": "https://a.example/x",
        "action_parameters": {"ext": "1"}});
    oppo.unicast(&message(&token, click)).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.opens, Opens::Web("https://a.example/x?ext=1".to_owned()));
    assert_eq!((tapped.ext, tapped.payload), (None, None));
}

#[tokio::test]
async fn each_entry_of_a_batch_has_its_own_answer_in_the_book_s_shape() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let (dead_phone, dead) = oppo.phone("find-x6");
    dead_phone.invalidate_token();
    let messages = Value::from(vec![
        message(&token, json!({"title": "一"})),
        message("CN_bad", json!({})),
        message(&dead, json!({})),
        message(&token, json!({"title": "x".repeat(51)})),
        json!("no object"),
        message(&token, json!({"title": "二"})),
    ]);
    let fields = [("auth_token", oppo.token.as_str()), ("messages", &messages.to_string())];
    let response = oppo.world.http1(HOST, form(BATCH, &fields)).await.unwrap();
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["code"], 0);
    let codes: Vec<_> = answer["data"].as_array().unwrap().iter().map(|entry| &entry["errorCode"]).collect();
    assert_eq!(codes, [&Value::Null, &json!(10000), &json!(10000), &json!(41), &json!(41), &Value::Null]);
    assert_eq!(answer["data"][2]["registrationId"], json!(dead));
    assert!(text.starts_with(r#"{"code":0,"message":"Success","data":[{"messageId":""#), "{text}");
    let failed = r#"{"registrationId":"CN_bad","errorCode":10000,"errorMessage":"Invalid RegistrationId"}"#;
    assert!(text.contains(failed), "{text}");
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["二", "一"]);
}

#[tokio::test]
async fn a_thousand_messages_are_taken_and_one_more_is_not() {
    let oppo = Oppo::with(|config| config.accept_unknown_tokens = true).await;
    let messages = |count: usize| vec![message("CN_0f1e2d3c4b5a69788796a5b4c3d2e1f0", json!({})); count];
    let taken = oppo.batch(&messages(1000)).await;
    assert_eq!((&taken["code"], taken["data"].as_array().unwrap().len()), (&json!(0), 1000));
    assert_eq!(oppo.batch(&messages(1001)).await["code"], 41);
    assert_eq!(oppo.batch(&[]).await["code"], 41);
}

#[tokio::test]
async fn what_is_wrong_with_a_message_has_its_code() {
    let oppo = Oppo::start().await;
    let (_, token) = oppo.phone("find-x7");
    let good = message(&token, json!({}));
    let with = |name: &str, value: Value| {
        let mut message = good.clone();
        message[name] = value;
        message
    };
    let cases = [
        (good.clone(), 0),
        (with("target_type", json!("2")), 0),
        (with("verify_registration_id", json!("false")), 0),
        (with("notification", json!(good["notification"].to_string())), 0),
        (with("target_type", json!(null)), 40),
        (with("target_type", json!(3)), 41),
        (with("target_value", json!("")), 40),
        (with("target_value", json!(format!("{token};{token}"))), 10000),
        (with("target_value", json!("CN_0f1e2d3c4b5a69788796a5b4c3d2e1f0")), 10000),
        (with("notification", json!(null)), 40),
        (with("notification", json!("no object")), 41),
        (message(&token, json!({"title": "好".repeat(50)})), 0),
        (message(&token, json!({"title": "好".repeat(51)})), 41),
        (message(&token, json!({"content": "好".repeat(51)})), 41),
        (message(&token, json!({"style": "2", "content": "好".repeat(128)})), 0),
        (message(&token, json!({"click_action_type": 3})), 41),
        (message(&token, json!({"category": null, "notify_level": 2})), 67),
        (message(&token, json!({"category": "CHAT"})), 59),
        (message(&token, json!({"private_msg_template_id": "unknown"})), 54),
    ];
    for (message, code) in cases {
        assert_eq!(oppo.unicast(&message).await["code"], code, "{message}");
    }
    assert_eq!(oppo.post(UNICAST, &[]).await["code"], 40);
    assert_eq!(oppo.post(UNICAST, &[("message", "{")]).await["code"], 41);
    oppo.set_rights(&json!({"invalid_id_code": 41}));
    assert_eq!(oppo.unicast(&message("CN_bad", json!({}))).await["code"], 41);
}

#[tokio::test]
async fn a_repeated_message_has_the_first_one_s_id_and_is_not_shown_again() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let (_, other) = oppo.phone("find-x6");
    let send = |token: &str, id: &str| message(token, json!({ "app_message_id": id }));
    let first = oppo.unicast(&send(&token, "m-1")).await;
    assert_eq!(oppo.unicast(&send(&token, "m-1")).await, first);
    assert_eq!(oppo.batch(&[send(&token, "m-1")]).await["data"][0]["messageId"], first["data"]["messageId"]);
    assert_eq!(phone.shade().len(), 1);
    assert_ne!(oppo.unicast(&send(&other, "m-1")).await, first);
    assert_ne!(oppo.unicast(&send(&token, "m-2")).await, first);
    oppo.set_rights(&json!({"repeat_refused": true}));
    assert_eq!(oppo.unicast(&send(&token, "m-1")).await["code"], 32);
}

#[tokio::test]
async fn without_a_registered_channel_nothing_is_shown() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    assert_eq!(oppo.unicast(&message(&token, json!({"channel_id": null}))).await["code"], 0);
    assert!(reason(&phone).contains("names no channel"));
    assert_eq!(oppo.unicast(&message(&token, json!({"channel_id": "other"}))).await["code"], 0);
    assert!(reason(&phone).contains("not registered"));
    assert!(phone.shade().is_empty());
    oppo.set_rights(&json!({"channels": {"other": "public"}}));
    oppo.unicast(&message(&token, json!({"channel_id": "other"}))).await;
    oppo.set_rights(&json!({"default_channel": true}));
    oppo.unicast(&message(&token, json!({"channel_id": null}))).await;
    let quiet: Vec<_> = phone.shade().into_iter().map(|shown| shown.quiet).collect();
    assert_eq!(quiet, [true, false]);
}

#[tokio::test]
async fn what_is_not_granted_is_toned_down_or_refused() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let quiet = || phone.shade().first().map(|shown| shown.quiet);
    oppo.unicast(&message(&token, json!({"notify_level": 16}))).await;
    assert_eq!(quiet(), Some(false));
    oppo.unicast(&news(&token)).await;
    assert_eq!(quiet(), Some(true));
    phone.clear();
    oppo.set_rights(&json!({"private": false}));
    assert_eq!(oppo.unicast(&message(&token, json!({"notify_level": 2}))).await["code"], 0);
    assert_eq!(quiet(), Some(true));
    oppo.set_rights(&json!({"strict": true}));
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 67);
}

#[tokio::test]
async fn a_notify_id_replaces_and_a_badge_is_set_and_raised() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let badge = |operation: u8, count: u8| json!({"notify_id": 4711, "badge_operation_type": operation, "badge_message_count": count});
    oppo.unicast(&message(&token, badge(0, 3))).await;
    oppo.unicast(&message(&token, badge(1, 2))).await;
    assert_eq!((phone.shade().len(), phone.view().badge), (1, 5));
    oppo.set_rights(&json!({"badge": false}));
    oppo.unicast(&message(&token, badge(0, 9))).await;
    assert_eq!(phone.view().badge, 5);
}

#[tokio::test]
async fn a_phone_without_network_gets_its_messages_later_unless_their_time_is_over() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    phone.set_network(false);
    oppo.unicast(&message(&token, json!({"title": "short", "off_line_ttl": 60}))).await;
    oppo.unicast(&message(&token, json!({"title": "hour"}))).await;
    oppo.unicast(&message(&token, json!({"title": "never kept", "off_line": false}))).await;
    oppo.unicast(&message(&token, json!({"title": "cut", "off_line_ttl": 9_999_999}))).await;
    assert_eq!(phone.view().waiting, 3);
    oppo.world.clock.advance_ms(60_000);
    phone.set_network(true);
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["cut", "hour"]);
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    oppo.world.running.world().set_blocked_words(vec!["赌".to_owned()]);
    assert_eq!(oppo.unicast(&message(&token, json!({"content": "来赌"}))).await["code"], 0);
    assert_eq!(reason(&phone), "the text holds a blocked word");
}

#[tokio::test]
async fn a_template_is_filled() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    oppo.set_rights(&json!({"templates": {"t1": {"title": "${who}$ 来信", "content": "${n}$ 条新消息"}}}));
    let filled = json!({"private_msg_template_id": "t1", "private_title_parameters": "{\"who\":\"阿明\"}",
        "private_content_parameters": "{\"n\":\"3\"}"});
    assert_eq!(oppo.unicast(&message(&token, filled)).await["code"], 0);
    let shown = &phone.shade()[0];
    assert_eq!((shown.title.as_str(), shown.body.as_str()), ("阿明 来信", "3 条新消息"));
}
