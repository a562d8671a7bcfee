//! Single sends: shade and tap, limits, targets, faults.

use axum::body::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};
use simulator::{Failure, FaultPlan, Opens};

use super::{HOUR_MS, Vivo, message};

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_the_pairs_as_extras_of_the_intent() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    phone.set_locked(true);
    let answer = vivo
        .send(
            &token,
            json!({"clientCustomMap": {"ext": "ext content", "payload": "{}", "n": 5, "none": null}}),
        )
        .await;
    assert_eq!((&answer["result"], &answer["desc"]), (&json!(0), &json!("请求成功")));
    assert_eq!(answer["taskId"].as_str().unwrap().len(), 18);
    assert_eq!(answer.as_object().unwrap().len(), 3);
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好 & hi"));
    assert!(shade[0].on_lock_screen && !shade[0].quiet);
    let tapped = phone.tap(0).unwrap();
    assert_eq!((tapped.ext.as_deref(), tapped.payload.as_deref()), (Some("ext content"), Some("{}")));
    assert_eq!(tapped.getter, r#"getIntent().getStringExtra("ext")"#);
    assert_eq!(tapped.notification.handover.extras, json!({"ext": "ext content", "payload": "{}", "n": "5"}));
    assert_eq!(tapped.opens, Opens::App);
}

#[tokio::test]
async fn a_tap_opens_what_the_click_says() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    let pairs = json!({"ext": "e"});
    let click = |kind: u8, content: &str| json!({"skipType": kind, "skipContent": content, "clientCustomMap": pairs, "notifyId": 1});
    let page = "intent:#Intent;component=com.example.im/.ChatActivity;S.conv=c%2D1;end";
    vivo.send(&token, click(4, page)).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!((tapped.opens, tapped.ext.as_deref()), (Opens::Page(page.to_owned()), Some("e")));
    assert_eq!(tapped.notification.handover.extras, json!({"conv": "c-1", "ext": "e"}));
    vivo.send(&token, click(2, "https://a.example/")).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!((tapped.opens, tapped.ext), (Opens::Web("https://a.example/".to_owned()), None));
    vivo.send(&token, click(3, "{}")).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!((tapped.opens, tapped.ext), (Opens::App, None));
    for (content, reason) in [
        ("im://chat", "skipContent is no intent URI"),
        ("intent:#Intent;component=com.other/.Main;end", "skipContent leads to another app"),
    ] {
        assert_eq!(vivo.send(&token, click(4, content)).await["result"], 0);
        assert_eq!(phone.view().not_shown.last().unwrap().reason, reason);
    }
}

#[tokio::test]
async fn every_limit_holds_at_its_edge() {
    let vivo = Vivo::start().await;
    let (_, token) = vivo.phone("x100");
    let long = |count: usize| "好".repeat(count);
    let skip = |kind: u8, count: usize| {
        let uri = "intent:#Intent;S.a=;end";
        json!({"skipType": kind, "skipContent": uri.replace("a=", &format!("a={}", "x".repeat(count - uri.len())))})
    };
    let pair = |count: usize| json!({"clientCustomMap": {"ext": "x".repeat(count - 3)}});
    let callback =
        |count: usize| json!({"extra": {"callback": format!("http://127.0.0.1:1/{:x<1$}", "", count - 19)}});
    let cases = [
        (json!({"title": long(40)}), 0),
        (json!({"title": long(41)}), 10056),
        (json!({"title": "  "}), 10055),
        (json!({"title": null}), 10055),
        (json!({"content": long(100)}), 0),
        (json!({"content": long(101)}), 10058),
        (json!({"content": ""}), 10057),
        (json!({"notifyType": 0}), 10054),
        (json!({"notifyType": 5}), 10054),
        (json!({"notifyType": null}), 10054),
        (json!({"timeToLive": 59}), 10059),
        (json!({"timeToLive": "60"}), 0),
        (json!({"timeToLive": 604_800}), 0),
        (json!({"timeToLive": 604_801}), 10059),
        (json!({"skipType": 5}), 10060),
        (json!({"skipType": null}), 10060),
        (json!({"skipType": 2}), 10061),
        (skip(2, 2048), 0),
        (skip(2, 2049), 10062),
        (json!({"skipType": 3}), 10063),
        (skip(3, 2049), 10064),
        (json!({"skipType": 4}), 10068),
        (skip(4, 2048), 0),
        (skip(4, 2049), 10069),
        (json!({"networkType": 1}), 0),
        (json!({"networkType": 2}), 10065),
        (json!({"classification": 2}), 11000),
        (json!({"category": "im"}), 10096),
        (json!({"category": "NEWS"}), 10097),
        (pair(1024), 0),
        (pair(1025), 10067),
        (callback(128), 0),
        (callback(129), 10305),
        (json!({"extra": {"callback.param": "x".repeat(192)}}), 0),
        (json!({"extra": {"callback.param": "x".repeat(193)}}), 10306),
        (json!({"requestId": 7}), 0),
        (json!({"requestId": "x".repeat(64)}), 0),
        (json!({"requestId": "x".repeat(65)}), 10353),
        (json!({"requestId": null}), 10352),
        (json!({"notifyId": 2_147_483_647}), 0),
        (json!({"notifyId": 2_147_483_648_u64}), 400),
        (json!({"notifyId": 0}), 400),
        (json!({"pushMode": 2}), 400),
        (json!({"profileId": "x".repeat(65)}), 400),
        (json!({"timedDisplay": {"showStartTime": 1}}), 400),
        (json!({"appId": 1}), 10094),
        (json!({"appId": vivo.app["app_id"]}), 0),
        (json!({"regId": null}), 10050),
        (json!({"regId": "", "alias": "x".repeat(71)}), 10301),
        (json!({"unknown": [1]}), 0),
    ];
    for (others, result) in cases {
        let answer = vivo.send(&token, others.clone()).await;
        assert_eq!(answer["result"], result, "{others}: {answer}");
    }
    let pairs = |count: usize| {
        let map: serde_json::Map<_, _> = (0..count).map(|n| (format!("k{n}"), json!("v"))).collect();
        json!({"clientCustomMap": map})
    };
    assert_eq!(vivo.send(&token, pairs(10)).await["result"], 0);
    assert_eq!(vivo.send(&token, pairs(11)).await["result"], 10066);
    vivo.rights(json!({"chinese_counts_twice": true}));
    for (others, result) in [
        (json!({"title": long(20)}), 0),
        (json!({"title": long(21)}), 10056),
        (json!({"title": "x".repeat(40)}), 0),
        (json!({"content": long(51)}), 10058),
    ] {
        assert_eq!(vivo.send(&token, others).await["result"], result);
    }
}

#[tokio::test]
async fn a_target_that_is_unknown_or_gone_is_named() {
    let vivo = Vivo::start().await;
    let (phone, old) = vivo.phone("x100");
    let token = phone.renew_token().unwrap();
    let (_, stranger) = {
        let new = simulator::NewPhone {
            name: "iqoo-12".to_owned(),
            brand: "iqoo".to_owned(),
            app: Some("com.example.other".to_owned()),
            environment: None,
        };
        let phone = vivo.world.running.world().create_phone(new).unwrap();
        let token = phone.register_token().unwrap();
        (phone, token)
    };
    for (id, status) in [(old.as_str(), 2), (stranger.as_str(), 1), ("v2-nobody", 1), ("FAULT/dead/1", 2)] {
        let answer = vivo.send(id, json!({})).await;
        let invalid = json!({"status": status, "userid": id});
        assert_eq!(answer, json!({"result": 10302, "desc": "regId不合法", "invalidUser": invalid}));
    }
    // A resting device is named beside a success.
    let answer = vivo.send("FAULT/inactive/1", json!({})).await;
    assert_eq!((&answer["result"], &answer["invalidUser"]["status"]), (&json!(0), &json!(3)));
    assert_eq!(vivo.send(&token, json!({})).await["result"], 0);
    assert!(token.starts_with("v2-") && token.len() > 50);
    let ids = json!({"userType": 1, "userIds": [token, old, "impossible"]});
    let answer = vivo.post("/invalidUser/check", ids).await;
    let invalid = json!([{"status": 2, "userid": old}, {"status": 1, "userid": "impossible"}]);
    assert_eq!(answer, json!({"result": 0, "desc": "请求成功", "invalidUsers": invalid}));
    assert_eq!(vivo.post("/invalidUser/check", json!({"userType": 1})).await["result"], 10150);
}

#[tokio::test]
async fn an_alias_leads_where_the_phone_has_set_it_and_a_regid_wins() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.rights(json!({"aliases": {"u-1": token}}));
    assert_eq!(vivo.send("", json!({"alias": "u-1"})).await["result"], 0);
    assert_eq!(phone.shade().len(), 1);
    assert_eq!(vivo.send("", json!({"alias": "u-2"})).await["invalidUser"]["userid"], "u-2");
    assert_eq!(vivo.send("v2-nobody", json!({"alias": "u-1"})).await["invalidUser"]["userid"], "v2-nobody");
}

#[tokio::test]
async fn a_phone_without_network_gets_its_messages_later_unless_they_were_for_now() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    phone.set_network(false);
    let now_ms = vivo.now().millis();
    let window = json!({"showStartTime": now_ms + 600_000, "showEndTime": now_ms + HOUR_MS});
    for others in [
        json!({"notifyId": 1, "timeToLive": 60}),
        json!({"notifyId": 2}),
        json!({"notifyId": 3, "sendOnline": true}),
        json!({"notifyId": 4, "timedDisplay": window}),
    ] {
        assert_eq!(vivo.send(&token, others).await["result"], 0);
    }
    assert_eq!(phone.view().waiting, 3);
    vivo.advance(60_000);
    phone.set_network(true);
    let shown = || phone.shade().into_iter().filter_map(|shown| shown.replace_key).collect::<Vec<_>>();
    assert_eq!(shown(), ["2"]);
    vivo.advance(540_000);
    phone.set_network(true);
    assert_eq!(shown(), ["4", "2"]);
}

#[tokio::test]
async fn foreground_badge_and_notify_id_are_as_the_sender_says() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    phone.set_foreground(true);
    vivo.send(&token, json!({"foregroundShow": false, "addBadge": true})).await;
    assert!(phone.shade().is_empty());
    vivo.send(&token, json!({"notifyId": 4711, "addBadge": "true"})).await;
    vivo.send(&token, json!({"notifyId": "4711"})).await;
    assert_eq!((phone.shade().len(), phone.view().badge), (1, 2));
    vivo.send(&token, json!({})).await;
    vivo.send(&token, json!({})).await;
    assert_eq!(phone.shade().len(), 3, "without an id each is its own");
    vivo.rights(json!({"badge": false}));
    vivo.send(&token, json!({"addBadge": true})).await;
    assert_eq!(phone.view().badge, 2);
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(vivo.send(&token, json!({})).await["result"], 0);
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
}

#[tokio::test]
async fn faults_come_on_demand_and_by_special_tokens_in_both_forms() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    let fail = |code: &str| FaultPlan {
        fail: Some(Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    vivo.faults(fail("10089"));
    assert_eq!(vivo.send(&token, json!({})).await["result"], 10089);
    vivo.faults(FaultPlan { throttle: true, ..FaultPlan::default() });
    assert_eq!(vivo.send(&token, json!({})).await["result"], 10072);
    vivo.faults(FaultPlan { quota_used_up: true, ..FaultPlan::default() });
    assert_eq!(vivo.send(&token, json!({})).await["result"], 10070);
    vivo.faults(FaultPlan::default());
    assert!(vivo.world.running.world().set_faults(super::HOST, fail("0")).is_err());
    assert!(phone.shade().is_empty());
    for prefix in ["FAULT/10071/", "v2-FAULT-10071-"] {
        assert_eq!(vivo.send(prefix, json!({})).await["result"], 10071);
    }
    assert_eq!(vivo.send("FAULT/sink/1", json!({})).await["result"], 0);
    let raw = |token: &str| {
        let body = message(token, &Value::Null).to_string();
        vivo.call(vivo.request("/message/send").body(Full::new(Bytes::from(body))).unwrap())
    };
    for id in ["FAULT/http:503/x", "v2-FAULT-http503-x"] {
        let response = raw(id).await.unwrap();
        assert_eq!((response.status().as_u16(), response.body().len()), (503, 0));
    }
    assert!(raw("FAULT/cut/x").await.is_none());
}
