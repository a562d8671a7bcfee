//! How an app reads what was sent with a notification that is tapped (rows G5 to G8).

use serde_json::json;
use simulator::{Opened, Opens, Operation};

use super::maker::{Maker, Scene, fcm_data, huawei_data};
use crate::{
    fcm, huawei,
    oppo::{self, Oppo},
    support::World,
    xiaomi,
};

const EXT: (&str, &str) = ("extra.ext", "ext content");

#[tokio::test]
async fn g6_a_xiaomi_app_that_opens_itself_reads_ext_in_the_callback_of_the_tap() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    xiaomi::send(&world, &xiaomi::fields(&token, &[EXT, ("extra.notify_effect", "")])).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!((tapped.opens, tapped.ext.as_deref()), (Opens::App, Some("ext content")));
    assert!(tapped.getter.contains("onNotificationMessageClicked"), "{}", tapped.getter);
    assert!(tapped.getter.ends_with(r#"getExtra().get("ext")"#), "{}", tapped.getter);
}

#[tokio::test]
async fn g6_a_page_of_a_xiaomi_app_reads_ext_from_the_message_in_its_intent() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let page = "intent://com.tencent.qcloud.tim/detail#Intent;scheme=pushscheme;end";
    for (click, opens) in [
        ([("extra.notify_effect", "2"), ("extra.intent_uri", page)], Opens::Page(page.to_owned())),
        ([("extra.notify_effect", "1"), EXT], Opens::App),
    ] {
        let mut others = vec![click[0], click[1]];
        if !others.contains(&EXT) {
            others.push(EXT);
        }
        xiaomi::send(&world, &xiaomi::fields(&token, &others)).await;
        let tapped = phone.tap(0).unwrap();
        assert_eq!((tapped.opens, tapped.ext.as_deref()), (opens, Some("ext content")));
        assert!(tapped.getter.contains("KEY_MESSAGE"), "{}", tapped.getter);
        assert!(tapped.getter.ends_with(r#"getExtra().get("ext")"#), "{}", tapped.getter);
        assert_eq!(tapped.notification.handover.extras["extra"]["ext"], "ext content");
    }
}

#[tokio::test]
async fn g7_each_key_of_an_oppo_ext_is_a_string_extra_of_the_activitys_intent() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let sent = json!({"extKey": "ext content", "count": 3, "nested": {"a": 1}}).to_string();
    for click in [
        json!({"click_action_type": 0}),
        json!({"click_action_type": 1, "click_action_activity": "com.example.im.CHAT"}),
        json!({"click_action_type": 4, "click_action_activity": "com.example.im.ChatActivity"}),
    ] {
        let mut others = click;
        others["action_parameters"] = json!(sent);
        assert_eq!(oppo.unicast(&oppo::message(&token, others)).await["code"], 0);
        let tapped = phone.tap(0).unwrap();
        let extras = json!({"extKey": "ext content", "count": "3", "nested": "{\"a\":1}"});
        assert_eq!(tapped.notification.handover.extras, extras, "every value is a text");
        assert!(tapped.getter.contains("getStringExtra"));
    }
}

#[tokio::test]
async fn g7_what_is_no_json_object_is_refused_by_oppo() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let answer = oppo.unicast(&oppo::message(&token, json!({"action_parameters": "ext content"}))).await;
    assert_ne!(answer["code"], 0, "{answer}");
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn g8_payload_comes_out_of_each_vendors_getter() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(Operation::Notifications { on: true }).await;
        scene.operate(Operation::Background { unread: None }).await;
        let token = scene.token.as_str();
        match &maker {
            Maker::Xiaomi(world) => {
                let fields = [("extra.payload", "payload content")];
                xiaomi::send(world, &xiaomi::fields(token, &fields)).await;
            }
            Maker::Oppo(oppo) => {
                let others = json!({"action_parameters": {"payload": "payload content"}});
                oppo.unicast(&oppo::message(token, others)).await;
            }
            Maker::Huawei(counter) => {
                let mut body = huawei::chat(&[token]);
                body["message"]["data"] = json!(json!({"payload": "payload content"}).to_string());
                counter.code(&body).await;
            }
            Maker::Fcm(sender) => {
                sender.send(&fcm::chat(token, "Ann")).await;
            }
            Maker::Vivo(vivo) => {
                vivo.send(token, json!({"clientCustomMap": {"payload": "payload content"}})).await;
            }
        }
        scene.operate(Operation::Tap { index: 0 }).await;
        let state = scene.until(|state| state.last_tap.as_ref().is_some_and(|tap| tap.handed_over)).await;
        let tap = state.last_tap.unwrap();
        assert_eq!(tap.payload.as_deref(), Some("payload content"), "{}", maker.vendor());
        let getter = match &maker {
            Maker::Xiaomi(_) => "getExtra()",
            Maker::Oppo(_) | Maker::Huawei(_) | Maker::Vivo(_) => "getIntent().getStringExtra",
            Maker::Fcm(_) => "getIntent().getExtras()",
        };
        assert!(tap.getter.contains(getter), "{}: {}", maker.vendor(), tap.getter);
    }
}

#[tokio::test]
async fn g8_data_comes_out_of_the_remote_message_on_huawei_and_fcm() {
    let huawei = huawei::Counter::open().await;
    let huawei = Maker::Huawei(huawei);
    let fcm = Maker::Fcm(fcm::Sender::start().await);
    for maker in [huawei, fcm] {
        let scene = Scene::of(&maker).await;
        let taken = match &maker {
            Maker::Huawei(counter) => counter.code(&huawei_data(&scene.token, "HIGH")).await.0,
            Maker::Fcm(sender) => sender.send(&fcm_data(&scene.token)).await.0,
            _ => unreachable!("two makers"),
        };
        assert_eq!(taken, 200);
        let heard = format!("onThroughMessageReceived from {}: payload content", maker.vendor());
        assert_eq!(scene.log("onThrough"), [heard]);
    }
}

#[tokio::test]
async fn g5_a_web_page_opens_in_the_browser_and_the_app_is_handed_nothing() {
    let page = "https://cloud.tencent.com/document/product/269";
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(Operation::Notifications { on: true }).await;
        scene.operate(Operation::Kill {}).await;
        let token = scene.token.as_str();
        match &maker {
            Maker::Xiaomi(world) => {
                let fields = [EXT, ("extra.notify_effect", "3"), ("extra.web_uri", page)];
                xiaomi::send(world, &xiaomi::fields(token, &fields)).await;
            }
            Maker::Oppo(oppo) => {
                let others =
                    json!({"click_action_type": 2, "click_action_url": page, "action_parameters": "{}"});
                oppo.unicast(&oppo::message(token, others)).await;
            }
            Maker::Huawei(counter) => {
                counter.code(&huawei::shown(&[token], "click_action", json!({"type": 2, "url": page}))).await;
            }
            Maker::Fcm(sender) => {
                let mut message = fcm::chat(token, "Ann");
                message["data"]["click_url"] = json!(page);
                sender.send(&message).await;
            }
            Maker::Vivo(vivo) => {
                vivo.send(token, json!({"skipType": 2, "skipContent": page})).await;
            }
        }
        let state = scene.operate(Operation::Tap { index: 0 }).await;
        let tap = state.last_tap.unwrap();
        assert_eq!(tap.opened, Opened::Web(page.to_owned()), "{}", maker.vendor());
        assert_eq!((tap.ext, tap.payload, tap.handed_over), (None, None, false));
        assert_eq!(state.app, simulator::AppState::Killed, "{}", maker.vendor());
    }
}
