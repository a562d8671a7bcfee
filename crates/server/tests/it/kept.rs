//! What is kept with an App: policy, push resources, webhooks.

use http::Method;
use serde_json::json;

use crate::{backend::Backend, house::House, phone::Phone};

#[tokio::test]
async fn every_field_of_a_policy_is_changed_by_its_name_and_bounded() {
    let house = House::new().await;
    let change = json!({
        "presence": "none", "background_harmony": "wait-for-loss", "background_web": "wait-for-loss",
        "login": "one_per_platform_class", "fcm": "first", "stale_after_days": 30, "content_free": true,
        "retention_days": 30,
        "templates": [{ "kind": "image", "language": "zh", "text": "[图]" }],
    });
    let changed = house.patch("/v1/app", json!({ "policy": change })).await.json();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed["policy"][field], value, "{field}");
    }
    let fresh = house.patch("/v1/app", json!({ "policy": { "stale_after_days": null } })).await.json();
    assert_eq!(fresh["policy"].get("stale_after_days"), None);
    assert_eq!(fresh["policy"]["fcm"], "first");
    let template = |kind: &str, text: &str| json!({ "kind": kind, "language": "zh", "text": text });
    for wrong in [
        json!({ "stale_after_days": 0 }),
        json!({ "retention_days": 0 }),
        json!({ "retention_days": 366 }),
        json!({ "default_title": " " }),
        json!({ "templates": [template("", "x")] }),
        json!({ "templates": [template("image", "")] }),
        json!({ "templates": [template("image", &"字".repeat(2049))] }),
        json!({ "templates": vec![template("image", "x"); 129] }),
    ] {
        let answer = house.patch("/v1/app", json!({ "policy": wrong })).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()), "{wrong}");
    }
}

#[tokio::test]
async fn e8_a_push_resource_is_made_changed_used_and_taken_away() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    let unknown = house.get("/v1/users/bo/explain?resource=calls").await.json();
    assert_eq!(unknown["warnings"][0]["code"], "unknown_resource");
    assert_eq!(unknown["targets"][0]["state"], "would_push", "it is a plain alert all the same");
    let vendors =
        json!({ "xiaomi": { "style": { "channel": "calls" } }, "apns": { "presentation": "voip" } });
    let path = "/v1/resources/calls";
    let made = house.put(path, json!({ "vendors": vendors })).await;
    assert_eq!((made.status.as_u16(), &made.json()["vendors"]), (200, &vendors));
    let known = house.get("/v1/users/bo/explain?resource=calls").await.json();
    assert_eq!(known.get("warnings"), None);
    assert_eq!(house.get("/v1/resources").await.json()["resources"][0]["id"], "calls");
    assert_eq!(house.foreign(Method::GET, path, json!({})).await.refusal().0, 404);
    assert_eq!(house.foreign(Method::DELETE, path, json!({})).await.refusal().0, 404);
    assert_eq!(house.delete(path).await.status, 204);
    assert_eq!(house.get(path).await.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn push_resources_have_their_limits() {
    let house = House::new().await;
    for (vendors, status) in [
        (json!({ "nokia": {} }), 400),
        (json!({ "xiaomi": { "style": { "channel": "x".repeat(513) } } }), 422),
        (json!({ "xiaomi": { "click": { "action": "web_page", "target": "ftp://x" } } }), 422),
    ] {
        assert_eq!(house.put("/v1/resources/r", json!({ "vendors": vendors })).await.refusal().0, status);
    }
    let long = format!("/v1/resources/{}", "r".repeat(33));
    assert_eq!(house.put(&long, json!({ "vendors": {} })).await.refusal().0, 404);
    for number in 0..64 {
        let made = house.put(&format!("/v1/resources/r{number}"), json!({ "vendors": {} })).await;
        assert_eq!(made.status, 200);
    }
    assert_eq!(house.put("/v1/resources/r64", json!({ "vendors": {} })).await.refusal().0, 422);
    assert_eq!(house.put("/v1/resources/r0", json!({ "vendors": {} })).await.status, 200);
}

#[tokio::test]
async fn a_webhooks_secret_is_shown_once() {
    let house = House::new().await;
    let body =
        json!({ "url": "https://backend.example.com/told", "events": ["session", "message", "session"] });
    let made = house.post("/v1/webhooks", body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let path = format!("/v1/webhooks/{}", made.json()["webhook"]["id"]);
    assert_eq!(made.json()["webhook"]["events"], json!(["message", "session"]));
    let change = json!({ "url": "https://backend.example.com/other", "events": ["token"], "disabled": true });
    let changed = house.put(&path, change.clone()).await;
    assert_eq!((&changed.json()["disabled"], &changed.json()["events"]), (&json!(true), &json!(["token"])));
    for answer in [changed, house.get(&path).await, house.get("/v1/webhooks").await] {
        assert!(answer.status.is_success() && !answer.text.contains(&secret), "{}", answer.text);
    }
    for (method, body) in [(Method::GET, json!({})), (Method::PUT, change), (Method::DELETE, json!({}))] {
        assert_eq!(house.foreign(method, &path, body).await.refusal(), (404, "not_found".to_owned()));
    }
    assert_eq!(house.delete(&path).await.status, 204);
    assert_eq!(house.get(&path).await.refusal().0, 404);
}

#[tokio::test]
async fn webhooks_have_their_limits() {
    let house = House::new().await;
    let webhook = |url: &str, events: &[&str]| json!({ "url": url, "events": events });
    let good = "https://backend.example.com/";
    for (body, status) in [
        (webhook("", &["message"]), 422),
        (webhook("ftp://backend.example.com/", &["message"]), 422),
        (webhook("https://user:word@backend.example.com/", &["message"]), 422),
        (webhook(good, &[]), 422),
        (webhook(good, &["everything"]), 400),
    ] {
        assert_eq!(house.post("/v1/webhooks", body.clone()).await.refusal().0, status, "{body}");
    }
    for _ in 0..16 {
        assert_eq!(house.post("/v1/webhooks", webhook(good, &["message"])).await.status, 201);
    }
    assert_eq!(house.post("/v1/webhooks", webhook(good, &["message"])).await.refusal().0, 422);
}

#[tokio::test]
async fn t15_a_backend_is_told_of_a_login_signed() {
    let house = House::new().await;
    let mut backend = Backend::answering("{}").await;
    let body = json!({ "url": backend.url(), "events": ["session"] });
    assert_eq!(house.post("/v1/webhooks", body).await.status, 201);
    let bo = Phone::online(&house, "bo").await;
    let told = backend.told().await;
    assert_eq!((&told.json["event"], &told.json["app"]), (&json!("session"), &json!(1)));
    assert_eq!((&told.json["data"]["user"], &told.json["data"]["device"]), (&json!("bo"), &json!(bo.device)));
    let signature = told.header("posthouse-signature").unwrap();
    assert!(signature.starts_with("t=") && signature.contains(",v1="), "{signature}");
    assert!(told.header("posthouse-event-id").is_some());
}

#[tokio::test]
async fn t23_a_backend_refuses_a_message_or_lets_it_fall() {
    let house = House::new().await;
    let backend = Backend::answering(r#"{"allow":false,"reason":"no ads"}"#).await;
    let asked = json!({ "url": backend.url(), "events": ["before_send"] });
    let made = house.post("/v1/webhooks", asked).await.json();
    let mut ann = Phone::online(&house, "ann").await;
    ann.message("m1", "bo", "buy").await;
    let refused = ann.next_of("error").await;
    assert_eq!((&refused["code"], &refused["client_message_id"]), (&json!("refused"), &json!("m1")));
    assert!(refused["text"].as_str().unwrap().contains("no ads"), "{refused}");
    let silent = Backend::answering(r#"{"allow":false,"drop":true}"#).await;
    let path = format!("/v1/webhooks/{}", made["webhook"]["id"]);
    house.put(&path, json!({ "url": silent.url(), "events": ["before_send"] })).await;
    ann.message("m2", "bo", "buy").await;
    let dropped = ann.next_of("sent").await;
    assert_eq!(dropped["client_message_id"], "m2");
    let stored = house.get(&format!("/v1/messages/{}", dropped["message"].as_str().unwrap())).await;
    assert_eq!(stored.refusal(), (404, "not_found".to_owned()), "and nothing is stored");
    house.send("ann", "bo", "the backend is not asked about its own messages").await;
}
