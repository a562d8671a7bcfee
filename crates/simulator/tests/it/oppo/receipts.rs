//! Receipts called back.

use axum::{Json, Router, extract::State, http::HeaderMap, routing::post};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{Oppo, message, news};

/// Receives receipts over plain HTTP on this machine.
async fn receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    async fn take(
        State(sender): State<mpsc::UnboundedSender<Value>>,
        head: HeaderMap,
        Json(body): Json<Value>,
    ) {
        assert_eq!(head["content-type"], "application/json");
        for receipt in body.as_array().unwrap() {
            sender.send(receipt.clone()).unwrap();
        }
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    let router = Router::new().route("/cb", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}

/// The message with a wish for receipts.
fn wishing(mut message: Value, url: &str) -> Value {
    message["notification"]["call_back_url"] = json!(url);
    message["notification"]["call_back_parameter"] = json!("m-42");
    message
}

#[tokio::test]
async fn an_arrival_is_told_in_the_book_s_shape_and_a_tap_is_not() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let (url, mut receipts) = receiver().await;
    let chat = wishing(message(&token, json!({})), &url);
    let id = oppo.unicast(&chat).await["data"]["messageId"].clone();
    assert_eq!(
        receipts.recv().await.unwrap(),
        json!({"messageId": id, "appId": oppo.credential["app_id"], "taskId": id, "registrationIds": token,
            "eventTime": "1790000000000", "param": "m-42", "eventType": "push_arrive"})
    );
    phone.tap(0).unwrap();
    phone.set_notifications(false);
    oppo.unicast(&chat).await;
    phone.set_notifications(true);
    let next = oppo.unicast(&chat).await["data"]["messageId"].clone();
    // Neither the tap nor the notification that is switched off was told before.
    assert_eq!(receipts.recv().await.unwrap()["messageId"], next);
}

#[tokio::test]
async fn a_dead_id_and_a_device_without_amount_are_told_by_receipt() {
    let oppo = Oppo::start().await;
    let (_, token) = oppo.phone("find-x7");
    let (url, mut receipts) = receiver().await;
    for _ in 0..3 {
        assert_eq!(oppo.unicast(&wishing(news(&token), &url)).await["code"], 0);
    }
    let mut events = Vec::new();
    for _ in 0..3 {
        events.push(receipts.recv().await.unwrap()["eventType"].clone());
    }
    events.sort_by_key(Value::to_string);
    assert_eq!(events, ["push_arrive", "push_arrive", "user_daily_limit"]);
    let (dead_phone, dead) = oppo.phone("find-x6");
    dead_phone.invalidate_token();
    oppo.set_rights(&json!({"dead_by_receipt": true}));
    assert_eq!(oppo.unicast(&wishing(message(&dead, json!({})), &url)).await["code"], 0);
    let told = receipts.recv().await.unwrap();
    assert_eq!((&told["eventType"], &told["registrationIds"]), (&json!("regid_invalid"), &json!(dead)));
}

#[tokio::test]
async fn special_ids_bring_every_kind_of_receipt() {
    let oppo = Oppo::start().await;
    let (url, mut receipts) = receiver().await;
    for (id, event) in [
        ("FAULT_regid-invalid_1", "regid_invalid"),
        ("FAULT/user-daily-limit/1", "user_daily_limit"),
        ("FAULT_message-night-control_1", "message_night_control"),
    ] {
        assert_eq!(oppo.unicast(&wishing(message(id, json!({})), &url)).await["code"], 0);
        let told = receipts.recv().await.unwrap();
        assert_eq!((&told["eventType"], &told["registrationIds"]), (&json!(event), &json!(id)));
    }
}

#[tokio::test]
async fn a_broadcast_is_told_under_its_task_and_only_to_registration_ids() {
    let oppo = Oppo::start().await;
    let (_, first) = oppo.phone("find-x7");
    let (_, second) = oppo.phone("find-x6");
    let (url, mut receipts) = receiver().await;
    let id = oppo.save("IM", &[("call_back_url", &url), ("call_back_parameter", "b-1")]).await;
    oppo.broadcast(&id, "1", "").await;
    let task = oppo.broadcast(&id, "2", &format!("{first};{second}")).await["data"]["task_id"].clone();
    let mut told = Vec::new();
    while told.len() < 2 {
        let receipt = receipts.recv().await.unwrap();
        assert_eq!((&receipt["messageId"], &receipt["taskId"]), (&task, &task));
        let ids = receipt["registrationIds"].as_str().unwrap().to_owned();
        told.extend(ids.split(',').map(str::to_owned));
    }
    told.sort_unstable();
    let mut all = [first, second];
    all.sort_unstable();
    assert_eq!(told, all);
}
