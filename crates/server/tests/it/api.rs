//! Apps, users, messages, deliveries, events.

use http::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::house::{House, PATIENCE};

#[tokio::test]
async fn the_instance_makes_an_app_whose_key_and_secret_work_at_once() {
    let house = House::new().await;
    let key = format!("Bearer {}", house.instance_key);
    let body = json!({ "name": "third" }).to_string();
    let made = house.raw(Method::POST, "/v1/apps", &[("authorization", &key)], body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!(made["app"]["id"], 3);
    let key = format!("Bearer {}", made["key"].as_str().unwrap());
    let app = house.raw(Method::GET, "/v1/app", &[("authorization", &key)], "").await;
    assert_eq!(app.json()["name"], "third");
    assert!(!app.text.contains(made["login_secret"].as_str().unwrap()));
}

#[tokio::test]
async fn a_policy_changes_by_what_is_named_and_at_once() {
    let house = House::new().await;
    let change = json!({ "policy": { "background_android": "wait-for-loss", "default_title": "新消息" } });
    let changed = house.call(Method::PATCH, "/v1/app", Some(change)).await.json();
    assert_eq!(changed["policy"]["background_android"], "wait-for-loss");
    assert_eq!(changed["policy"]["background_ios"], "push");
    assert_eq!(house.get("/v1/app").await.json()["policy"]["default_title"], "新消息");
    let wrong = house.call(Method::PATCH, "/v1/app", Some(json!({ "policy": { "login": "few" } }))).await;
    assert_eq!(wrong.refusal(), (400, "malformed".to_owned()));
}

#[tokio::test]
async fn users_are_made_found_and_listed() {
    let house = House::new().await;
    for user in ["ann", "bo", "cy:1/2"] {
        assert_eq!(house.post("/v1/users", json!({ "id": user })).await.status, 201);
    }
    assert_eq!(house.get("/v1/users/cy:1%2F2").await.json()["id"], "cy:1/2");
    let page = house.get("/v1/users?after=ann&limit=1").await.json();
    assert_eq!(page["users"][0]["id"], "bo");
    assert_eq!(house.get("/v1/users/nobody").await.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn an_issued_token_logs_in() {
    let house = House::new().await;
    let issued = house.post("/v1/users/bo/token", json!({ "lifetime_s": 60 })).await.json();
    let mut phone = crate::phone::Phone::connect(&house).await;
    let login = phone.login(issued["token"].as_str().unwrap());
    phone.send(&login).await;
    assert_eq!(phone.next().await["type"], "welcome");
    let too_long = house.post("/v1/users/bo/token", json!({ "lifetime_s": 700_000 })).await;
    assert_eq!(too_long.refusal(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn the_same_idempotency_key_stores_a_message_once() {
    let house = House::new().await;
    let key = format!("Bearer {}", house.key);
    let headers = [("authorization", key.as_str()), ("idempotency-key", "k1")];
    let body = json!({ "from": "ann", "to": "bo", "body": { "type": "text", "text": "hello" } }).to_string();
    let first = house.raw(Method::POST, "/v1/messages", &headers, body.clone()).await;
    let second = house.raw(Method::POST, "/v1/messages", &headers, body.clone()).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 200));
    assert_eq!(first.json()["message"], second.json()["message"]);
    let other = body.replace("hello", "bye");
    let conflict = house.raw(Method::POST, "/v1/messages", &headers, other).await;
    assert_eq!(conflict.refusal(), (409, "conflict".to_owned()));
}

#[tokio::test]
async fn a_message_over_a_limit_changes_nothing() {
    let house = House::new().await;
    let message =
        |push| json!({ "from": "a", "to": "b", "body": { "type": "text", "text": "t" }, "push": push });
    for push in [
        json!({ "title": "标".repeat(257) }),
        json!({ "body": "x".repeat(2049) }),
        json!({ "ext": "x".repeat(3073) }),
        json!({ "lifetime_ms": 0 }),
        json!({ "click": { "action": "web_page", "target": "ftp://x" } }),
    ] {
        assert_eq!(house.post("/v1/messages", message(push)).await.refusal(), (422, "invalid".to_owned()));
    }
    let misspelled = house.post("/v1/messages", message(json!({ "titel": "x" }))).await;
    assert_eq!(misspelled.refusal(), (400, "malformed".to_owned()));
    let own = json!({ "from": "a", "to": "a", "body": { "type": "text", "text": "t" } });
    assert_eq!(house.post("/v1/messages", own).await.refusal(), (422, "invalid".to_owned()));
    assert!(house.store.recent_messages(house.app.id, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn deliveries_are_paged_newest_first() {
    let house = House::new().await;
    for text in ["one", "two", "three"] {
        let message = house.send("ann", "bo", text).await;
        house.explained(&message, "bo").await;
    }
    let first = house.get("/v1/deliveries?user=bo&limit=2").await.json();
    assert_eq!(first["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(first["deliveries"][0]["reason"]["name"], "never_logged_in");
    let next = first["next"].as_i64().unwrap();
    let second = house.get(&format!("/v1/deliveries?user=bo&limit=2&before={next}")).await.json();
    assert_eq!(second["deliveries"].as_array().unwrap().len(), 1);
    assert!(second.get("next").is_none());
    let none = house.get("/v1/deliveries?state=accepted").await.json();
    assert!(none["deliveries"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn events_tell_of_the_apps_own_changes_alone() {
    let house = House::new().await;
    let mut socket = TcpStream::connect(house.address).await.unwrap();
    let head = format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n", house.key);
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut read_until = async |word: &str| {
        let mut buffer = [0; 4096];
        while !heard.contains(word) {
            let count = timeout(PATIENCE, socket.read(&mut buffer)).await.unwrap().unwrap();
            assert!(count > 0, "{heard}");
            heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        heard.clone()
    };
    read_until("text/event-stream").await;
    let foreign = format!("Bearer {}", house.foreign_key);
    let body = json!({ "from": "x", "to": "y", "body": { "type": "text", "text": "t" } }).to_string();
    let foreign = house.raw(Method::POST, "/v1/messages", &[("authorization", &foreign)], body).await.json();
    let message = house.send("ann", "bo", "hello").await;
    let heard = read_until(&message).await;
    assert!(heard.contains("event: accepted"), "{heard}");
    assert!(!heard.contains(foreign["message"].as_str().unwrap()), "{heard}");
}
