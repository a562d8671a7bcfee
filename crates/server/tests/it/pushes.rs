//! The push half alone: devices without a user, Push IDs, raw tokens.

use http::Method;
use serde_json::json;

use crate::house::House;

async fn device(house: &House) -> String {
    let report = json!({ "brand": "xiaomi", "platform": "android", "package": "com.example.im" });
    let answer = house.post("/v1/devices", json!({ "report": report })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["push_id"].as_str().unwrap().to_owned()
}

async fn bound(house: &House, certificate: u64) -> String {
    let push_id = device(house).await;
    let body = json!({ "certificate": certificate, "token": format!("token of {push_id}") });
    let answer = house.post(&format!("/v1/devices/{push_id}/binding"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["bindings"][0]["certificate"], certificate);
    push_id
}

#[tokio::test]
async fn d6_a_device_without_a_user_keeps_its_push_id() {
    let house = House::new().await;
    let id = "0d6ee6a5-3b0f-4b8e-8e0f-3a0f3f0a7a01";
    let first = house.post("/v1/devices", json!({ "device": id })).await.json();
    let again =
        house.post("/v1/devices", json!({ "device": id, "report": { "language": "en" } })).await.json();
    assert_eq!(first["push_id"], again["push_id"]);
    assert_eq!(again["report"]["language"], "en");
    assert_eq!(again["bindings"][0], json!({ "state": "lost", "why": "never_bound" }));
}

#[tokio::test]
async fn j2_a_push_to_a_push_id_is_queued_for_its_certificate() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let push_id = bound(&house, certificate).await;
    let body = json!({ "to": { "push_id": push_id }, "push": { "title": "t", "body": "b" } });
    let answer = house.post("/v1/pushes", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    let explained = house.get(&format!("/v1/messages/{message}/explain")).await.json();
    assert_eq!(explained["targets"].as_array().unwrap().len(), 1, "{explained}");
    let deliveries = house.get(&format!("/v1/deliveries?push_id={push_id}")).await.json();
    if let Some(delivery) = deliveries["deliveries"].get(0) {
        assert_eq!(delivery["certificate"], certificate);
    }
}

#[tokio::test]
async fn a_push_to_a_raw_token_needs_no_device() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let body =
        json!({ "to": { "certificate": certificate, "token": "a-raw-token" }, "push": { "title": "t" } });
    let answer = house.post("/v1/pushes", body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let unknown = json!({ "to": { "certificate": 999_999, "token": "t" }, "push": {} });
    assert_eq!(house.post("/v1/pushes", unknown).await.refusal(), (404, "unknown_certificate".to_owned()));
    let empty = json!({ "to": { "certificate": certificate, "token": "" }, "push": {} });
    assert_eq!(house.post("/v1/pushes", empty).await.refusal(), (422, "empty_token".to_owned()));
}

#[tokio::test]
async fn a_push_to_a_user_who_never_logged_in_is_accepted_and_explained() {
    let house = House::new().await;
    let answer = house.post("/v1/pushes", json!({ "to": { "user": "bo" }, "push": { "title": "t" } })).await;
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    let targets = house.explained(&message, "bo").await;
    assert_eq!(
        (&targets[0]["state"], &targets[0]["reason"]["name"]),
        (&json!("skipped"), &json!("never_logged_in"))
    );
}

#[tokio::test]
async fn b12_an_unregistered_push_id_takes_nothing_more() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let push_id = bound(&house, certificate).await;
    let path = format!("/v1/devices/{push_id}");
    assert_eq!(house.call(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(house.call(Method::DELETE, &path, None).await.refusal().0, 404);
    let shown = house.get(&path).await.json();
    assert!(shown["unregistered_at"].is_i64());
    assert_eq!(shown["bindings"][0]["why"], "unregistered");
    let push = json!({ "to": { "push_id": push_id }, "push": {} });
    assert_eq!(house.post("/v1/pushes", push).await.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_binding_is_taken_back() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    let push_id = bound(&house, certificate).await;
    let path = format!("/v1/devices/{push_id}/binding");
    assert_eq!(house.call(Method::DELETE, &path, None).await.status, 204);
    let shown = house.get(&format!("/v1/devices/{push_id}")).await.json();
    assert_eq!(shown["bindings"][0], json!({ "state": "lost", "why": "unbound" }));
}

#[tokio::test]
async fn a_push_names_one_target_in_one_way() {
    let house = House::new().await;
    for to in [json!({}), json!("bo"), json!({ "user": "a", "push_id": "b" }), json!({ "certificate": 1 })] {
        let answer = house.post("/v1/pushes", json!({ "to": to, "push": {} })).await;
        assert_eq!(answer.refusal(), (400, "malformed".to_owned()), "{to}");
    }
}

#[tokio::test]
async fn receipts_need_the_secret_of_their_certificate() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    for path in [
        format!("/v1/receipts/xiaomi/{certificate}/wrong"),
        format!("/v1/receipts/apns/{certificate}/wrong"),
        "/v1/receipts/xiaomi/999999/wrong".to_owned(),
        "/v1/receipts/nobody/1/wrong".to_owned(),
    ] {
        let answer = house.raw(Method::POST, &path, &[], "{}").await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{path}");
    }
    let id = model::CertificateId(certificate as u32);
    let stored = house.store.certificate(id).await.unwrap().unwrap();
    let path = format!("/v1/receipts/xiaomi/{certificate}/{}", stored.receipt_secret.expose());
    let garbage = house.raw(Method::POST, &path, &[], "not a receipt").await;
    assert_eq!(garbage.refusal(), (400, "bad_receipt".to_owned()));
}
