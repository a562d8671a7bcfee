//! What the App's backend sets and reads of users: names, settings, conversations, logins.

use http::Method;
use serde_json::json;

use crate::{house::House, phone::Phone};

#[tokio::test]
async fn a_user_is_named_and_the_name_is_taken_away() {
    let house = House::new().await;
    let made = house.post("/v1/users", json!({ "id": "bo", "name": "阿波" })).await.json();
    assert_eq!(made["name"], "阿波");
    assert_eq!(house.patch("/v1/users/bo", json!({ "name": "波" })).await.json()["name"], "波");
    assert_eq!(house.patch("/v1/users/bo", json!({})).await.json()["name"], "波");
    assert_eq!(house.patch("/v1/users/bo", json!({ "name": null })).await.json().get("name"), None);
    for name in [String::new(), "字".repeat(65), "a\u{7}b".to_owned()] {
        assert_eq!(house.patch("/v1/users/bo", json!({ "name": name })).await.refusal().0, 422, "{name}");
    }
    assert_eq!(house.patch("/v1/users/nobody", json!({ "name": "x" })).await.refusal().0, 404);
}

#[tokio::test]
async fn settings_are_stored_whole_and_checked() {
    let house = House::new().await;
    house.users(&["bo"]).await;
    let settings = json!({
        "do_not_disturb": { "from_minute": 1380, "to_minute": 420, "time_zone": "Asia/Shanghai", "effect": "silent" },
        "hide_details": true,
        "multi_end": [{ "online": ["desktop"], "silence": ["mobile"] }],
    });
    let path = "/v1/users/bo/settings";
    assert_eq!(house.put(path, settings.clone()).await.json(), settings);
    assert_eq!(house.get(path).await.json(), settings);
    let span = |from: i64, zone: &str| json!({ "do_not_disturb": { "from_minute": from, "to_minute": 1, "time_zone": zone } });
    for (wrong, status) in [
        (span(1440, "Asia/Shanghai"), 422),
        (span(1, "Asia/Atlantis"), 422),
        (span(1, &"z".repeat(65)), 422),
        (span(-1, "Asia/Shanghai"), 400),
        (json!({ "multi_end": vec![json!({ "online": [], "silence": [] }); 9] }), 422),
        (json!({ "quiet": true }), 400),
    ] {
        assert_eq!(house.put(path, wrong.clone()).await.refusal().0, status, "{wrong}");
    }
    assert_eq!(house.get(path).await.json(), settings, "nothing was changed");
    assert_eq!(house.foreign(Method::PUT, path, settings).await.refusal().0, 404);
    assert_eq!(house.put(path, json!({})).await.json(), json!({ "hide_details": false }));
}

#[tokio::test]
async fn conversations_are_listed_read_and_muted() {
    let house = House::new().await;
    house.users(&["bo"]).await;
    for text in ["one", "two", "three"] {
        house.send("ann", "bo", text).await;
    }
    let list = async || house.get("/v1/users/bo/conversations").await.json()["conversations"][0].clone();
    let first = list().await;
    assert_eq!((&first["conversation"], &first["unread"]), (&json!("p:ann:bo"), &json!(3)));
    assert_eq!((&first["last"]["body"]["text"], &first["mute"]), (&json!("three"), &json!("none")));
    let path = "/v1/users/bo/conversations/p:ann:bo";
    assert_eq!(house.post(&format!("{path}/read"), json!({ "seq": 2 })).await.status, 204);
    assert_eq!(house.put(&format!("{path}/mute"), json!({ "mute": "all" })).await.status, 204);
    let after = list().await;
    assert_eq!((&after["unread"], &after["read"], &after["mute"]), (&json!(1), &json!(2), &json!("all")));
    let page = house.get(&format!("{path}/messages?limit=2")).await.json();
    let texts: Vec<_> =
        page["messages"].as_array().unwrap().iter().map(|one| one["body"]["text"].clone()).collect();
    assert_eq!((texts, &page["next"]), (vec![json!("two"), json!("three")], &json!(2)));
    let older = house.get(&format!("{path}/messages?limit=2&before=2")).await.json();
    assert_eq!((older["messages"].as_array().unwrap().len(), older.get("next")), (1, None));
}

#[tokio::test]
async fn a_conversation_that_is_not_the_users_is_not_there() {
    let house = House::new().await;
    house.users(&["bo", "dee"]).await;
    house.send("ann", "bo", "private").await;
    let path = "/v1/users/dee/conversations/p:ann:bo";
    assert_eq!(house.get(&format!("{path}/messages")).await.refusal().0, 404);
    assert_eq!(house.post(&format!("{path}/read"), json!({ "seq": 1 })).await.refusal().0, 404);
    let muted = house.put(&format!("{path}/mute"), json!({ "mute": "all" })).await;
    assert_eq!(muted.refusal(), (403, "not_a_member".to_owned()));
    let own = "/v1/users/bo/conversations/p:ann:bo/messages";
    assert_eq!(house.foreign(Method::GET, own, json!({})).await.refusal().0, 404);
    assert_eq!(house.get("/v1/users/bo/conversations/x:y/messages").await.refusal().0, 404);
}

#[tokio::test]
async fn a_user_is_taken_offline_on_one_device_and_may_come_back() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let sessions = house.get("/v1/users/bo/sessions").await.json();
    assert_eq!(sessions["sessions"][0]["state"], "online-foreground");
    assert_eq!(sessions["sessions"][0]["device"], json!(bo.device));
    let path = format!("/v1/users/bo/devices/{}/kick", bo.device);
    assert_eq!(house.foreign(Method::POST, &path, json!({})).await.refusal().0, 404);
    assert_eq!(house.post(&path, json!({})).await.json()["logins"], 1);
    assert_eq!(bo.next_of("kicked").await["reason"], "by_server");
    assert_eq!(house.post(&path, json!({})).await.json()["logins"], 0);
    let other = format!("/v1/users/bo/devices/{}/kick", uuid::Uuid::nil());
    assert_eq!(house.post(&other, json!({})).await.refusal().0, 404);
    Phone::online(&house, "bo").await;
}

#[tokio::test]
async fn b11_a_devices_pushes_are_switched_off_and_on() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let device = Phone::away(&house, "bo", certificate).await;
    let devices = house.get("/v1/users/bo/devices").await.json();
    assert_eq!(devices["devices"][0]["id"], json!(device));
    let path = format!("/v1/devices/{}/push", devices["devices"][0]["push_id"].as_str().unwrap());
    assert_eq!(house.put(&path, json!({ "on": false })).await.json()["push_on"], false);
    let message = house.send("ann", "bo", "hello").await;
    assert_eq!(house.explained(&message, "bo").await[0]["reason"]["name"], "push_switched_off");
    assert_eq!(house.put(&path, json!({ "on": true })).await.json()["push_on"], true);
    let now = house.get("/v1/users/bo/explain").await.json();
    assert_eq!(now["targets"][0]["state"], "would_push");
    assert_eq!(house.foreign(Method::PUT, &path, json!({ "on": false })).await.refusal().0, 404);
    assert_eq!(house.put(&path, json!({})).await.refusal().0, 400);
}
