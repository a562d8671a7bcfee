//! What the App's backend sends: messages, system notifications, to users and groups; and takes back.

use http::Method;
use serde_json::json;

use crate::{house::House, phone::Phone};

fn text(text: &str) -> serde_json::Value {
    json!({ "type": "text", "text": text })
}

#[tokio::test]
async fn e7_the_backend_may_ask_of_a_push_all_that_a_client_may() {
    let house = House::new().await;
    let push = json!({
        "enabled": true,
        "title": "安",
        "body": "晚饭?",
        "ext": "{\"entity\":1}",
        "payload": "p",
        "class": "chat",
        "presentation": "alert",
        "style": { "channel": "im", "sound": "ding" },
        "vendors": { "oppo": { "style": { "channel": "oppo-im" } } },
        "resource": "chat",
        "counts_badge": false,
        "sender_prefix": false,
        "force": { "all": false, "users": ["bo"], "body": "马上看" },
        "click": { "action": "app_page", "target": "page" },
        "collapse_key": "k",
        "lifetime_ms": 60_000,
    });
    let body = json!({ "from": "ann", "to": "bo", "body": text("hello"), "mentions": { "users": ["bo"] },
        "push": push });
    let sent = house.post("/v1/messages", body).await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    let stored =
        house.get(&format!("/v1/messages/{}", sent.json()["message"].as_str().unwrap())).await.json();
    assert_eq!(stored["push"], push);
    assert_eq!(stored["mentions"]["users"], json!(["bo"]));
}

#[tokio::test]
async fn e12_f4_a_system_notification_needs_no_sender_and_rides_in_the_receivers_own_conversation() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let sent =
        house.post("/v1/messages", json!({ "to": "bo", "system": true, "body": text("到账 5 元") })).await;
    assert_eq!((sent.status.as_u16(), &sent.json()["conversation"]), (201, &json!("s:bo")));
    let heard = bo.next_of("messages").await["messages"][0].clone();
    assert_eq!((&heard["kind"], heard.get("sender")), (&json!("system"), None));
    let nobody = house.post("/v1/messages", json!({ "to": "bo", "body": text("hi") })).await;
    assert_eq!(nobody.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn a_message_to_a_group_reaches_its_members_and_a_group_that_is_not_there_nobody() {
    let house = House::new().await;
    house.group("team", &["ann", "bo", "cy"]).await;
    let mut bo = Phone::online(&house, "bo").await;
    let body = json!({ "from": "ann", "to": { "group": "team" }, "body": text("集合") });
    let sent = house.post("/v1/messages", body.clone()).await.json();
    assert_eq!(sent["conversation"], "g:team");
    loop {
        let heard = bo.next_of("messages").await;
        if heard["messages"].as_array().unwrap().iter().any(|message| message["id"] == sent["message"]) {
            break;
        }
    }
    let targets = house.explained(sent["message"].as_str().unwrap(), "cy").await;
    assert_eq!(targets[0]["reason"]["name"], "never_logged_in");
    let nowhere = json!({ "from": "ann", "to": { "group": "nowhere" }, "body": text("集合") });
    assert_eq!(house.post("/v1/messages", nowhere).await.refusal(), (404, "not_found".to_owned()));
    assert_eq!(house.foreign(Method::POST, "/v1/messages", body).await.refusal().0, 404);
}

#[tokio::test]
async fn a_message_for_connected_devices_alone_is_neither_synced_nor_pushed() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "cy", certificate).await;
    let mut bo = Phone::online(&house, "bo").await;
    let body = |to: &str| json!({ "from": "ann", "to": to, "online_only": true, "body": text("typing") });
    let sent = house.post("/v1/messages", body("bo")).await.json();
    assert_eq!(sent["seq"], 0);
    assert_eq!(bo.next_of("messages").await["messages"][0]["seq"], 0);
    let mut again = Phone::connect(&house).await;
    again.log_in(&house, "bo").await;
    assert!(again.sync().await.is_empty());
    let away = house.post("/v1/messages", body("cy")).await.json();
    let targets = house.explained(away["message"].as_str().unwrap(), "cy").await;
    assert_eq!(targets[0]["reason"]["name"], "online_only");
}

#[tokio::test]
async fn t9_b9_a_message_pushes_unless_its_sender_switched_that_off() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    let reason = async |push| {
        let body = json!({ "from": "ann", "to": "bo", "body": text("hello"), "push": push });
        let sent = house.post("/v1/messages", body).await.json();
        let targets = house.explained(sent["message"].as_str().unwrap(), "bo").await;
        targets[0]["rules"].as_array().unwrap().iter().find(|rule| rule["result"] == "decided").unwrap()["rule"]
            .clone()
    };
    assert_eq!(reason(json!({ "enabled": false })).await, "push_off");
    assert_eq!(reason(json!(null)).await, "push_disconnected");
}

#[tokio::test]
async fn b10_an_app_that_asks_for_push_settings_pushes_no_message_without_them() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    house.patch("/v1/app", json!({ "policy": { "push_without_settings": false } })).await;
    let message = house.send("ann", "bo", "hello").await;
    assert_eq!(house.explained(&message, "bo").await[0]["reason"]["name"], "no_push_settings");
    let asked = house.get("/v1/users/bo/explain?push=on").await.json();
    assert_eq!(asked["targets"][0]["state"], "would_push");
}

#[tokio::test]
async fn more_names_than_the_limit_are_refused() {
    let house = House::new().await;
    let many: Vec<String> = (0..101).map(|number| format!("user-{number}")).collect();
    for body in [
        json!({ "from": "a", "to": "b", "body": text("t"), "mentions": { "users": many } }),
        json!({ "from": "a", "to": "b", "body": text("t"), "push": { "force": { "users": many } } }),
        json!({ "from": "a", "to": "b", "body": { "type": "gone" } }),
    ] {
        assert_eq!(house.post("/v1/messages", body).await.refusal(), (422, "invalid".to_owned()));
    }
}

#[tokio::test]
async fn t13_a_message_that_was_taken_back_is_gone_for_everybody_and_explained_as_such() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    let mut ann = Phone::online(&house, "ann").await;
    let message = house.send("ann", "bo", "秘密").await;
    house.explained(&message, "bo").await;
    let path = format!("/v1/messages/{message}/recall");
    assert_eq!(house.foreign(Method::POST, &path, json!({})).await.refusal(), (404, "not_found".to_owned()));
    let long = json!({ "push": { "title": "标".repeat(257) } });
    assert_eq!(house.post(&path, long).await.refusal(), (422, "invalid".to_owned()));
    let gone = house.post(&path, json!({})).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(gone.json()["body"], json!({ "type": "gone" }));
    assert!(gone.json()["recalled_at"].is_i64());
    assert_eq!(house.post(&path, json!({})).await.status, 200, "a second time changes nothing");
    let notice = loop {
        let heard = ann.next_of("messages").await["messages"][0].clone();
        if heard["kind"] == "notice" {
            break heard;
        }
    };
    assert_eq!(notice["body"]["message"], message);
    let answer = house.get(&format!("/v1/messages/{message}/explain?user=bo")).await;
    assert!(answer.json()["message"]["recalled_at"].is_i64());
    assert!(!answer.text.contains("秘密"), "{}", answer.text);
    let told = house.get(&format!("/v1/messages/{}/explain?user=bo", notice["id"].as_str().unwrap())).await;
    assert_eq!(told.json()["targets"][0]["reason"]["name"], "notice");
}
