//! Messages: what a phone shows and hands over, the limits at their edges, lists with bad tokens, taking back, faults.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Failure, FaultPlan, Opens};

use super::{Counter, OAUTH, PUSH, android, chat, shown};
use crate::support::World;

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_ext_and_payload_through_the_intent() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let answer = counter.send(&chat(&[&token])).await;
    assert_eq!((&answer["code"], &answer["msg"]), (&json!("80000000"), &json!("Success")));
    assert_eq!(answer["requestId"].as_str().unwrap().len(), 21);
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str(), shade[0].quiet), ("阿明", "你好", false));
    assert_eq!(phone.view().badge, 1);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.opens, Opens::App);
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some(r#"{"conv":"c-1001"}"#));
    assert!(tapped.getter.contains("getStringExtra"));
}

#[tokio::test]
async fn each_click_opens_what_it_says() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let intent = "intent://com.example.im/chat#Intent;scheme=im;launchFlags=0x4000000;S.ext=e2;end";
    for (click, opens, ext) in [
        (json!({"type": 1, "intent": intent, "action": "a"}), Opens::Page(intent.to_owned()), Some("e2")),
        (
            json!({"type": 1, "action": "com.example.im.CHAT"}),
            Opens::Page("com.example.im.CHAT".to_owned()),
            Some("ext content"),
        ),
        (json!({"type": 2, "url": "https://a.example"}), Opens::Web("https://a.example".to_owned()), None),
        (json!({"type": "3"}), Opens::App, Some("ext content")),
    ] {
        assert_eq!(counter.code(&shown(&[&token], "click_action", click)).await.0, 200);
        let tapped = phone.tap(0).unwrap();
        assert_eq!((tapped.opens, tapped.ext.as_deref()), (opens, ext));
    }
}

#[tokio::test]
async fn a_data_message_shows_nothing_and_the_same_notify_id_or_tag_replaces() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let data = json!({"message": {"token": [token], "data": "text", "android": {"urgency": "HIGH"}}});
    assert_eq!(counter.code(&data).await.0, 200);
    assert!(phone.shade().is_empty());
    counter.send(&chat(&[&token])).await;
    counter.send(&chat(&[&token])).await;
    assert_eq!((phone.shade().len(), phone.view().badge), (1, 2));
    let mut tagged = shown(&[&token], "notify_id", json!(-1));
    tagged["message"]["android"]["notification"]["tag"] = json!("conv-1");
    tagged["message"]["android"]["notification"]["badge"] =
        json!({"add_num": 5, "set_num": 9, "class": "com.example.im.MainActivity"});
    counter.send(&tagged).await;
    counter.send(&tagged).await;
    assert_eq!((phone.shade().len(), phone.view().badge), (2, 9));
    tagged["message"]["android"]["notification"]["badge"]["class"] = json!("com.example.im.OtherActivity");
    counter.send(&tagged).await;
    assert_eq!(phone.view().badge, 9);
    phone.set_foreground(true);
    phone.clear();
    counter.send(&chat(&[&token])).await;
    counter.send(&shown(&[&token], "foreground_show", json!(false))).await;
    assert_eq!(phone.shade().len(), 1);
}

fn notification_edges() -> Vec<(&'static str, Value, &'static str)> {
    let (ok, no) = ("80000000", "80100003");
    vec![
        ("click_action", Value::Null, no),
        ("click_action", json!({}), no),
        ("click_action", json!({"type": 0}), no),
        ("click_action", json!({"type": 5}), no),
        ("click_action", json!({"type": 1}), no),
        ("click_action", json!({"type": 2, "url": "http://a.example"}), no),
        ("click_action", json!({"type": 4, "rich_resource": "a.zip"}), ok),
        ("importance", json!("LOW"), ok),
        ("importance", json!("HIGH"), ok),
        ("importance", json!("high"), no),
        ("default_sound", json!(false), no),
        ("notify_id", json!(2_147_483_647), ok),
        ("notify_id", json!(2_147_483_648_i64), no),
        ("badge", json!({"add_num": 99, "class": "c"}), ok),
        ("badge", json!({"add_num": 100, "class": "c"}), no),
        ("badge", json!({"add_num": 0, "class": "c"}), no),
        ("badge", json!({"set_num": 0, "class": "c"}), ok),
        ("badge", json!({"set_num": 100, "class": "c"}), no),
        ("badge", json!({"add_num": 1}), no),
        ("style", json!(1), no),
        ("style", json!(2), no),
        ("style", json!(3), no),
        ("color", json!("#a1B2c3"), ok),
        ("color", json!("red"), no),
        ("visibility", json!("SECRET"), ok),
        ("visibility", json!("HIDDEN"), no),
        ("vibrate_config", json!(vec!["60s"; 10]), ok),
        ("vibrate_config", json!(vec!["60s"; 11]), no),
        ("vibrate_config", json!(["60.001s"]), no),
        ("vibrate_config", json!(["0s"]), no),
        ("profile_id", json!("p".repeat(64)), ok),
        ("profile_id", json!("p".repeat(65)), no),
        ("buttons", json!(vec![json!({"name": "n".repeat(40), "action_type": 0}); 3]), ok),
        ("buttons", json!(vec![json!({"name": "n", "action_type": 0}); 4]), no),
        ("buttons", json!([{"name": "n".repeat(41), "action_type": 0}]), no),
        ("image", json!("https://a.example/i.png"), ok),
        ("image", json!("http://a.example/i.png"), no),
        ("no_such_field", json!({"x": 1}), ok),
    ]
}

#[tokio::test]
async fn every_field_holds_at_its_edge() {
    let counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    for (field, value, wanted) in notification_edges() {
        let (_, code) = counter.code(&shown(&[&token], field, value.clone())).await;
        assert_eq!(code, wanted, "{field} {value}");
    }
    for (field, value, wanted) in [
        ("ttl", json!("1296000s"), "80000000"),
        ("ttl", json!("1296000.001s"), "80100003"),
        ("ttl", json!("1d"), "80100003"),
        ("ttl", json!("-1s"), "80100004"),
        ("ttl", json!("0s"), "80000000"),
        ("ttl", json!(60), "80000000"),
        ("collapse_key", json!(100), "80000000"),
        ("collapse_key", json!(101), "80100013"),
        ("collapse_key", json!(-2), "80100013"),
        ("urgency", json!("HIGH"), "80000000"),
        ("urgency", json!("low"), "80100003"),
        ("category", json!("SOMETHING_NEW"), "80000000"),
        ("category", json!("PLAY_VOICE"), "80100003"),
        ("target_user_type", json!(1), "80000000"),
        ("target_user_type", json!(9), "80100003"),
        ("receipt_id", json!("RCPNONE"), "80300013"),
        ("receipt_id", json!(counter.app["receipt_id"]), "80000000"),
        ("data", json!({"a": 1}), "80100003"),
        ("notification", json!([]), "80100003"),
    ] {
        let (_, code) = counter.code(&android(&[&token], field, value.clone())).await;
        assert_eq!(code, wanted, "{field} {value}");
    }
    let mut reviewed = chat(&[&token]);
    reviewed["review"] = json!([{"reviewer": "tuibian", "type": 0, "result": {}}]);
    assert_eq!(counter.code(&reviewed).await.1, "80000000");
    reviewed["review"] = json!([{"type": 0}]);
    assert_eq!(counter.code(&reviewed).await.1, "80100018");
}

#[tokio::test]
async fn a_list_is_told_which_of_its_tokens_are_bad() {
    let counter = Counter::open().await;
    let (one, first) = counter.phone("mate-60");
    let (other, second) = counter.phone("pura-70");
    let dead = first.clone();
    let first = one.renew_token().unwrap();
    let body = chat(&[&first, "invented-hms-token-0003", &second, &dead]);
    let (status, answer) = counter.post("messages:send", &body).await;
    assert_eq!((status, answer["code"].as_str().unwrap()), (200, "80100000"));
    let told = answer["msg"].as_str().unwrap();
    assert!(told.starts_with(r#"{"success":2,"failure":2,"illegal_tokens":["#), "{told}");
    let told: Value = serde_json::from_str(told).unwrap();
    assert_eq!(told["illegal_tokens"], json!(["invented-hms-token-0003", dead]));
    assert_eq!((one.shade().len(), other.shade().len()), (1, 1));
    assert_eq!(counter.code(&chat(&[&dead, "x"])).await, (400, "80300007".to_owned()));
    // The same token twice gives two messages.
    let twice = shown(&[&second, &second], "notify_id", Value::Null);
    assert_eq!(counter.send(&twice).await["code"], "80000000");
    assert_eq!(other.shade().len(), 3);
}

#[tokio::test]
async fn a_thousand_tokens_are_taken_and_one_more_is_not() {
    let world = World::with(|config| config.accept_unknown_tokens = true).await;
    let counter = Counter::of(world).await;
    let unknown = "u".repeat(130);
    assert_eq!(counter.code(&chat(&vec![unknown.as_str(); 1000])).await, (200, "80000000".to_owned()));
    assert_eq!(counter.code(&chat(&vec![unknown.as_str(); 1001])).await, (400, "80300010".to_owned()));
    assert_eq!(counter.code(&chat(&["short"])).await.1, "80300007");
}

#[tokio::test]
async fn what_is_only_validated_is_not_delivered() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let mut body = chat(&[&token]);
    body["validate_only"] = json!(true);
    assert_eq!(counter.code(&body).await.0, 200);
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn a_notification_is_taken_back_by_its_notify_id() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let (away, second) = counter.phone("pura-70");
    away.set_network(false);
    counter.send(&chat(&[&token, &second])).await;
    let revoke = |body: Value| {
        let counter = &counter;
        async move {
            let (status, answer) = counter.post("messages:revoke", &body).await;
            (status, answer["code"].as_str().unwrap().to_owned())
        }
    };
    assert_eq!(revoke(json!({"notifyId": 7, "token": [token]})).await.1, "80000000");
    assert_eq!((phone.shade().len(), away.view().waiting), (1, 1));
    let both = json!({"notifyId": "100231", "token": [token, second, "x"]});
    assert_eq!(revoke(both).await, (200, "80100020".to_owned()));
    assert_eq!((phone.shade().len(), away.view().waiting), (0, 0));
    assert_eq!(revoke(json!({"notifyId": 1, "token": ["x"]})).await, (400, "80300007".to_owned()));
    assert_eq!(revoke(json!({"notifyId": 1, "token": []})).await.1, "80300010");
    assert_eq!(revoke(json!({"notifyId": 1})).await.1, "80300032");
    assert_eq!(revoke(json!({"token": [token]})).await.1, "80300032");
    assert_eq!(revoke(json!({"notifyId": "x", "token": [token]})).await.1, "80100003");
    counter.rights(json!({"revoke": false}));
    assert_eq!(revoke(json!({"notifyId": 1, "token": [token]})).await.1, "80300032");
}

#[tokio::test]
async fn topics_reach_those_who_take_part() {
    let counter = Counter::open().await;
    let (one, first) = counter.phone("mate-60");
    let (other, second) = counter.phone("pura-70");
    let (_, answer) =
        counter.post("topic:subscribe", &json!({"topic": "news", "tokenArray": [first, second, "x"]})).await;
    assert_eq!((&answer["code"], &answer["successCount"]), (&json!("82000010"), &json!(2)));
    assert_eq!(answer["errors"], json!([{"index": 2, "reason": "illegal token"}]));
    counter.post("topic:subscribe", &json!({"topic": "sport", "tokenArray": [second]})).await;
    let (_, list) = counter.post("topic:list", &json!({"token": second})).await;
    assert_eq!(
        list["topics"],
        json!([{"name": "news", "addDate": "2026-09-21"}, {"name": "sport", "addDate": "2026-09-21"}])
    );
    let to = |key: &str, value: &str| {
        let mut body = chat(&[]);
        body["message"][key] = json!(value);
        body
    };
    assert_eq!(counter.code(&to("condition", "'news' in topics && 'sport' in topics")).await.0, 200);
    assert_eq!((one.shade().len(), other.shade().len()), (0, 1));
    counter.post("topic:unsubscribe", &json!({"topic": "news", "tokenArray": [second]})).await;
    other.clear();
    assert_eq!(counter.code(&to("topic", "news")).await.0, 200);
    assert_eq!((one.shade().len(), other.shade().len()), (1, 0));
    let code = async |what: &str, body: Value| counter.post(what, &body).await.1["code"].clone();
    assert_eq!(code("topic:subscribe", json!({"topic": "a b", "tokenArray": [first]})).await, "82000007");
    assert_eq!(code("topic:subscribe", json!({"topic": "a", "tokenArray": []})).await, "82000003");
    assert_eq!(code("topic:list", json!({})).await, "82000011");
}

#[tokio::test]
async fn special_tokens_do_what_they_name() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    assert_eq!(counter.code(&chat(&["FAULT/sink/1"])).await, (200, "80000000".to_owned()));
    assert_eq!(counter.code(&chat(&[&token, "FAULT/80200003/1"])).await, (401, "80200003".to_owned()));
    assert_eq!(counter.code(&chat(&["FAULT/81000001/1"])).await, (500, "81000001".to_owned()));
    assert_eq!(counter.code(&chat(&["FAULT/http:502/1"])).await.0, 502);
    assert!(phone.shade().is_empty());
    assert_eq!(counter.code(&chat(&[&token, "FAULT/80300007/1"])).await.1, "80100000");
    assert_eq!(phone.shade().len(), 1);
    let path = counter.path("messages:send");
    assert!(counter.try_post(&path, &counter.bearer, &chat(&["FAULT/cut/1"])).await.is_none());
    let silent = chat(&["FAULT/silent/1"]);
    let asked = counter.try_post(&path, &counter.bearer, &silent);
    assert!(tokio::time::timeout(Duration::from_millis(50), asked).await.is_err());
}

#[tokio::test]
async fn faults_set_from_outside_have_the_vendors_shape() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let world = counter.world.running.world();
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    world.set_faults(PUSH, fail("80600003")).unwrap();
    assert_eq!(counter.code(&chat(&[&token])).await, (500, "80600003".to_owned()));
    world.set_faults(OAUTH, fail("12304")).unwrap();
    let (status, refused) = counter.exchange("/oauth2/v3/token", &[]).await;
    assert_eq!((status, &refused["sub_error"]), (400, &json!(12_304)));
    assert!(world.set_faults(PUSH, fail("12345678")).is_err());
    world.set_faults("huawei", FaultPlan { throttle: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(counter.code(&chat(&[&token])).await.0, 503);
    assert_eq!(counter.exchange("/oauth2/v3/token", &[]).await.0, 503);
    world.set_faults("huawei", FaultPlan { lose_answer: 1, ..FaultPlan::default() }).unwrap();
    let path = counter.path("messages:send");
    assert!(counter.try_post(&path, &counter.bearer, &chat(&[&token])).await.is_none());
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn the_log_tells_paths_and_codes_without_ids_tokens_and_texts() {
    let counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    counter.send(&chat(&[&token])).await;
    counter.try_post("/v1/1/nothing", &counter.bearer, &chat(&[&token])).await.unwrap();
    let entries = counter.world.running.world().log_after(0, 10);
    let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_ref()).collect();
    assert_eq!(paths, ["POST /oauth2/v3/token", "POST /v1/{clientId}/messages:send", "POST another path"]);
    let sent = &entries[1];
    assert_eq!((sent.targets, sent.code.as_ref(), sent.stage), (1, "80000000", "accepted"));
    let text = serde_json::to_string(&entries).unwrap();
    for secret in [token.as_str(), &counter.bearer, &counter.app["client_id"], "阿明", "ext content"] {
        assert!(!text.contains(secret), "{secret}");
    }
}
