//! Calls by REST.

use http::Method;
use serde_json::{Value, json};

use crate::{house::House, phone::Phone};

async fn ring(house: &House, users: &[&str]) -> Value {
    let answer = house.post("/v1/calls", json!({ "caller": "ann", "users": users, "media": "video" })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

async fn signal(phone: &mut Phone, event: &str) -> Value {
    loop {
        let heard = phone.next_of("messages").await;
        let found = heard["messages"].as_array().unwrap().iter().find(|one| one["body"]["event"] == event);
        if let Some(found) = found {
            return found.clone();
        }
    }
}

#[tokio::test]
async fn f3_the_backend_calls_takes_and_ends_in_its_users_names() {
    let house = House::new().await;
    let mut bo = Phone::online(&house, "bo").await;
    let call = ring(&house, &["bo", "cy"]).await;
    let path = format!("/v1/calls/{}", call["id"].as_str().unwrap());
    let invited = signal(&mut bo, "invited").await;
    assert_eq!((&invited["body"]["caller"], &invited["body"]["media"]), (&json!("ann"), &json!("video")));
    let explained =
        house.get(&format!("/v1/messages/{}/explain", invited["id"].as_str().unwrap())).await.json();
    assert_eq!(explained["message"]["call"]["id"], call["id"]);
    let taken = house.post(&format!("{path}/accept"), json!({ "user": "bo" })).await;
    assert_eq!((taken.status.as_u16(), &taken.json()["invitees"][0]["state"]), (200, &json!("accepted")));
    let refused = house.post(&format!("{path}/reject"), json!({ "user": "cy" })).await.json();
    assert_eq!(refused["invitees"][1]["state"], "rejected");
    let over = house.post(&format!("{path}/end"), json!({})).await.json();
    assert!(over["ended_at"].is_i64(), "{over}");
    let late = house.post(&format!("{path}/accept"), json!({ "user": "cy" })).await;
    assert_eq!(late.refusal(), (409, "call_over".to_owned()));
    assert_eq!(house.get(&path).await.json()["ended_at"], over["ended_at"]);
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_rings_no_more_and_is_not_pushed() {
    let house = House::new().await;
    let certificate = house.certificate("小米").await;
    Phone::away(&house, "bo", certificate).await;
    let call = ring(&house, &["bo"]).await;
    let id = call["id"].as_str().unwrap();
    let invitation = call["invitees"][0]["invitation"].as_str().unwrap();
    let cancelled = house.post(&format!("/v1/calls/{id}/cancel"), json!({})).await.json();
    assert_eq!(cancelled["invitees"][0]["state"], "cancelled");
    let answer = house.get(&format!("/v1/messages/{invitation}/explain?user=bo")).await.json();
    assert_eq!(answer["targets"][0]["invitation"], "cancelled", "{answer}");
}

#[tokio::test]
async fn a_call_has_its_limits_and_its_app() {
    let house = House::new().await;
    let many: Vec<String> = (0..33).map(|number| format!("user-{number}")).collect();
    for body in [
        json!({ "caller": "ann", "users": [] }),
        json!({ "caller": "ann", "users": many }),
        json!({ "caller": "ann", "users": ["bo"], "rings_ms": 999 }),
        json!({ "caller": "ann", "users": ["bo"], "rings_ms": 600_001 }),
        json!({ "caller": "ann", "users": ["bo"], "push": { "title": "标".repeat(257) } }),
    ] {
        let answer = house.post("/v1/calls", body.clone()).await;
        assert_eq!(answer.refusal(), (422, "invalid".to_owned()), "{body} {}", answer.text);
    }
    let call = ring(&house, &["bo"]).await;
    let path = format!("/v1/calls/{}", call["id"].as_str().unwrap());
    assert_eq!(house.foreign(Method::GET, &path, json!({})).await.refusal().0, 404);
    for (verb, body) in [
        ("accept", json!({ "user": "bo" })),
        ("reject", json!({ "user": "bo" })),
        ("leave", json!({ "user": "ann" })),
        ("cancel", json!({})),
        ("end", json!({})),
    ] {
        let answer = house.foreign(Method::POST, &format!("{path}/{verb}"), body).await;
        assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{verb}");
    }
    let stranger = house.post(&format!("{path}/accept"), json!({ "user": "dee" })).await;
    assert!(stranger.status.is_client_error(), "{}", stranger.text);
}
