//! Receipts: what is told, in which shape, signed how.

use aws_lc_rs::hmac;
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Counter, android, chat, shown};
use crate::support::START;

/// What a receiver was posted: the proof and the body.
type Posted = (String, Value);

/// A receiver on this machine.
async fn receiver() -> (String, mpsc::UnboundedReceiver<Posted>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    async fn take(
        State(sender): State<mpsc::UnboundedSender<Posted>>,
        headers: HeaderMap,
        body: Bytes,
    ) -> &'static str {
        let proof = headers["x-huawei-callback-id"].to_str().unwrap().to_owned();
        sender.send((proof, serde_json::from_slice(&body).unwrap())).unwrap();
        r#"{"code":"0","message":"success"}"#
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/receipts", listener.local_addr().unwrap());
    let router = Router::new().route("/receipts", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

#[tokio::test]
async fn an_arrival_is_told_in_the_version_that_was_chosen_and_signed() {
    let counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    let (url, mut receipts) = receiver().await;
    counter.rights(json!({"receipt_url": url}));
    let sent = counter.send(&chat(&[&token])).await;
    let (proof, body) = receipts.recv().await.unwrap();
    let entry = json!({
        "biTag": "m-42", "appid": counter.app["client_id"], "token": token, "status": 0,
        "timestamp": START.millis(), "requestId": sent["requestId"]
    });
    assert_eq!(body, json!({"statuses": [entry]}));
    let parts: Vec<(&str, &str)> =
        proof.split(';').map(|part| part.trim().split_once('=').unwrap()).collect();
    assert_eq!(parts.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["timestamp", "nonce", "value"]);
    let key = STANDARD.decode(&counter.app["receipt_secret"]).unwrap();
    let signed = format!("{}{}{}", parts[0].1, parts[1].1, counter.app["receipt_user"]);
    let tag = STANDARD.decode(parts[2].1).unwrap();
    assert!(hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes(), &tag).is_ok());

    counter.rights(json!({"receipt_version": 2}));
    let sent = counter.send(&chat(&[&token])).await;
    let entry = json!({
        "biTag": "m-42", "pushType": 0, "appPackageName": "com.example.im", "token": token,
        "requestId": sent["requestId"], "deliveryStatus": {"result": 0, "timestamp": START.millis()}
    });
    assert_eq!(receipts.recv().await.unwrap().1, json!({"statuses": [entry]}));
}

/// Statuses of the next so many entries.
async fn statuses(receipts: &mut mpsc::UnboundedReceiver<Posted>, count: usize) -> Vec<i64> {
    let mut statuses = Vec::new();
    while statuses.len() < count {
        let (_, body) = receipts.recv().await.unwrap();
        statuses.extend(
            body["statuses"].as_array().unwrap().iter().map(|entry| entry["status"].as_i64().unwrap()),
        );
    }
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn each_fate_of_a_push_has_its_status() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let (url, mut receipts) = receiver().await;
    counter.rights(json!({"receipt_url": url, "marketing_per_day": 0, "messages_per_day": 1}));
    counter.send(&chat(&[&token, "FAULT/2/x", "FAULT/5/x", "FAULT/10/x"])).await;
    assert_eq!(statuses(&mut receipts, 4).await, [0, 2, 5, 10]);
    counter.send(&chat(&[&token])).await;
    assert_eq!(statuses(&mut receipts, 1).await, [102]);
    counter.send(&android(&[&token], "category", json!("MARKETING"))).await;
    assert_eq!(statuses(&mut receipts, 1).await, [256]);
    counter.rights(json!({"messages_per_day": 3000}));
    counter.send(&shown(&[&token], "profile_id", json!("p"))).await;
    assert_eq!(statuses(&mut receipts, 1).await, [144]);
    phone.set_notifications(false);
    counter.send(&chat(&[&token])).await;
    assert_eq!(statuses(&mut receipts, 1).await, [6]);
    phone.set_notifications(true);
    counter.world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    counter.send(&chat(&[&token])).await;
    assert_eq!(statuses(&mut receipts, 1).await, [259]);
}

#[tokio::test]
async fn what_makes_way_in_the_offline_cache_is_told_as_overwritten() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let (url, mut receipts) = receiver().await;
    counter.rights(json!({"receipt_url": url}));
    phone.set_network(false);
    let alone = |key: i64| {
        let mut body = android(&[&token], "collapse_key", json!(key));
        body["message"]["android"]["notification"]["notify_id"] = Value::Null;
        body
    };
    for key in [-1, 7, 8, 7] {
        counter.send(&alone(key)).await;
    }
    assert_eq!(statuses(&mut receipts, 1).await, [15]);
    assert_eq!(phone.view().waiting, 3);
    counter.send(&alone(0)).await;
    assert_eq!(statuses(&mut receipts, 3).await, [15, 15, 15]);
    for _ in 0..120 {
        counter.send(&alone(-1)).await;
    }
    assert_eq!(statuses(&mut receipts, 1).await, [15]);
    assert_eq!(phone.view().waiting, 120);
    phone.set_network(true);
    assert_eq!(phone.shade().len(), 120);
    assert_eq!(statuses(&mut receipts, 120).await, [0; 120]);
    // What was delivered does not make way any more.
    phone.set_network(false);
    counter.send(&alone(0)).await;
    assert_eq!((phone.shade().len(), phone.view().waiting), (120, 1));
}

#[tokio::test]
async fn without_a_lifetime_a_message_is_for_phones_within_reach_alone() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let (away, second) = counter.phone("pura-70");
    away.set_network(false);
    counter.send(&android(&[&token, &second], "ttl", json!("0s"))).await;
    assert_eq!((phone.shade().len(), away.view().waiting), (1, 0));
    counter.send(&android(&[&second], "ttl", json!("60s"))).await;
    assert_eq!(away.view().waiting, 1);
    counter.world.clock.advance_ms(60_000);
    away.set_network(true);
    assert!(away.shade().is_empty());
}
