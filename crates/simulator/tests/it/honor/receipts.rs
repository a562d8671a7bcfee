//! Receipts called back to the address that is entered in the console.

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Sender, chat, chat_with};
use crate::support::START;

/// Statuses that were called back, one by one.
struct Receipts(mpsc::UnboundedReceiver<Value>);

impl Receipts {
    async fn next(&mut self) -> Value {
        self.0.recv().await.unwrap()
    }

    async fn next_status(&mut self) -> u64 {
        self.next().await["status"].as_u64().unwrap()
    }
}

async fn take(
    State(sender): State<mpsc::UnboundedSender<Value>>,
    headers: HeaderMap,
    body: Bytes,
) -> Json<Value> {
    assert!(headers["content-type"].to_str().unwrap().starts_with("application/json"));
    let body: Value = serde_json::from_slice(&body).unwrap();
    for status in body["statuses"].as_array().unwrap() {
        sender.send(status.clone()).unwrap();
    }
    Json(json!({"code": "0", "message": "success"}))
}

/// Enters the address of a new receiver in the console.
async fn receive(sender: &Sender) -> Receipts {
    let (told, receiver) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/receipts", listener.local_addr().unwrap());
    let router = Router::new().route("/receipts", post(take)).with_state(told);
    tokio::spawn(async move { axum::serve(listener, router).await });
    sender.rights(json!({ "receipt_url": url })).await;
    Receipts(receiver)
}

#[tokio::test]
async fn arrival_and_click_are_told_with_the_senders_mark() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let mut receipts = receive(&sender).await;
    let answer = sender.send(&chat(&[&token])).await;
    let told = |status: u32| {
        json!({
            "appid": sender.app["app_id"], "token": token, "biTag": "m-42",
            "requestId": answer["data"]["requestId"], "status": status, "timestamp": START.millis(),
        })
    };
    assert_eq!(receipts.next().await, told(40_000_002));
    phone.tap(0).unwrap();
    assert_eq!(receipts.next().await, told(40_000_007));
}

#[tokio::test]
async fn what_is_not_shown_is_told_with_its_reason() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let mut receipts = receive(&sender).await;
    let low = chat_with(&token, "importance", json!("LOW"));
    for status in [40_000_002, 40_000_002, 40_000_009] {
        assert_eq!(sender.send(&low).await["code"], 200);
        assert_eq!(receipts.next_status().await, status);
    }
    for intent in ["no intent", "intent:#Intent;component=com.example.other/.Main;end"] {
        let click = json!({"type": 1, "intent": intent});
        assert_eq!(sender.send(&chat_with(&token, "clickAction", click)).await["code"], 200);
        assert_eq!(receipts.next_status().await, 40_000_015, "{intent}");
    }
    sender.world.running.world().set_blocked_words(vec!["阿明".to_owned()]);
    sender.send(&chat(&[&token])).await;
    assert_eq!(receipts.next_status().await, 40_000_015);
    sender.world.running.world().set_blocked_words(Vec::new());
    phone.set_notifications(false);
    sender.send(&chat(&[&token])).await;
    assert_eq!(receipts.next_status().await, 40_000_005);
}

#[tokio::test]
async fn a_message_without_notification_goes_to_the_app_alone() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let mut receipts = receive(&sender).await;
    sender.send(&json!({"token": [token], "data": "plain text"})).await;
    let receipt = receipts.next().await;
    assert_eq!((&receipt["status"], &receipt["biTag"]), (&json!(40_000_001), &json!("")));
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn any_status_of_the_book_can_be_had_by_a_special_token() {
    let sender = Sender::start().await;
    let mut receipts = receive(&sender).await;
    for status in [40_000_003, 40_000_004, 40_000_006, 40_000_011, 40_000_013, 40_000_014, 50_000_003] {
        let token = format!("FAULT/{status}/x");
        assert_eq!(sender.send(&chat(&[&token])).await["data"]["sendResult"], true);
        let receipt = receipts.next().await;
        assert_eq!((&receipt["status"], &receipt["token"]), (&json!(status), &json!(token)));
    }
}

#[tokio::test]
async fn no_receipt_is_posted_after_its_address_is_taken_away() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let mut receipts = receive(&sender).await;
    sender.rights(json!({"receipt_url": null})).await;
    sender.send(&chat(&[&token])).await;
    assert_eq!(phone.shade().len(), 1);
    let mut later = receive(&sender).await;
    sender.send(&chat(&["FAULT/40000006/x"])).await;
    assert_eq!(later.next_status().await, 40_000_006);
    assert!(receipts.0.try_recv().is_err());
}
