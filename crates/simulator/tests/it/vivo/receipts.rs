//! Receipts called back.

use serde_json::{Value, json};

use super::{HOUR_MS, Vivo, receipt_receiver};

fn wish(url: &str) -> Value {
    json!({"extra": {"callback": url, "callback.param": "m-42"}})
}

fn task(answer: &Value) -> &str {
    answer["taskId"].as_str().unwrap()
}

#[tokio::test]
async fn an_arrival_is_told_under_the_task_and_a_tap_is_seen_in_the_statistics_alone() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    let (url, mut receipts) = receipt_receiver().await;
    let answer = vivo.send(&token, wish(&url)).await;
    let receipt = receipts.recv().await.unwrap();
    let at = vivo.now();
    assert_eq!(
        receipt,
        json!({task(&answer): {"param": "m-42", "targets": token, "ackType": "0", "ackTime": at}})
    );
    phone.tap(0).unwrap();
    // What is told next is of the next message; the tap has been counted by then.
    let next = vivo.send(&token, wish(&url)).await;
    assert!(receipts.recv().await.unwrap().get(task(&next)).is_some());
    let counts = vivo.get(&format!("/report/getStatistics?taskIds={}", task(&answer))).await;
    for name in ["target", "send", "receive", "display", "click"] {
        assert_eq!(counts["statistics"][0][name], 1, "{name}");
    }
}

#[tokio::test]
async fn a_console_made_id_wins_and_alone_serves_lists() {
    let vivo = Vivo::start().await;
    let (_, token) = vivo.phone("x100");
    let (url, mut receipts) = receipt_receiver().await;
    let (other_url, mut others) = receipt_receiver().await;
    vivo.rights(json!({"receipt_url": url}));
    let id = vivo.app["callback_id"].clone();
    let both = json!({"extra": {"callback": other_url, "callback.param": "p", "callback.id": id}});
    let answer = vivo.send(&token, both.clone()).await;
    assert_eq!(receipts.recv().await.unwrap()[task(&answer)]["param"], "p");
    let unknown = json!({"extra": {"callback": other_url, "callback.id": "1"}});
    vivo.send(&token, unknown).await;
    let by_url = vivo.save(wish(&other_url)).await;
    vivo.push_to_list(&by_url, &[&token, "FAULT/sink/1"]).await;
    let by_id = vivo.save(both).await;
    vivo.push_to_list(&by_id, &[&token, "FAULT/unsubscribed/1"]).await;
    let mut told = Vec::new();
    for _ in 0..2 {
        let receipt = receipts.recv().await.unwrap();
        let entry = receipt[&by_id].clone();
        told.push((entry["ackType"].clone(), entry["subAckType"].clone(), entry["targets"].clone()));
    }
    told.sort_by_key(|entry| entry.0.to_string());
    assert_eq!(
        told,
        [
            (json!("0"), Value::Null, json!(token)),
            (json!("102"), json!("20001"), json!("FAULT/unsubscribed/1")),
        ]
    );
    assert!(others.try_recv().is_err());
}

#[tokio::test]
async fn every_reason_not_to_show_a_message_is_told_by_its_code() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    let (url, mut receipts) = receipt_receiver().await;
    vivo.rights(json!({"system_categories": ["IM"], "device_per_day": 1}));
    let with = |others: Value| {
        let mut body = wish(&url);
        for (name, value) in others.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let mut ack = async |others: Value| {
        let answer = vivo.send(&token, with(others)).await;
        let receipt = receipts.recv().await.unwrap();
        let entry = &receipt[task(&answer)];
        (entry["ackType"].as_str().unwrap().to_owned(), entry["subAckType"].as_str().unwrap_or("").to_owned())
    };
    let mut expect = async |others: Value, kind: &str, detail: &str| {
        assert_eq!(ack(others.clone()).await, (kind.to_owned(), detail.to_owned()), "{others}");
    };
    let order = |text: &str| json!({"category": "ORDER", "content": text});
    expect(order("a"), "0", "").await;
    expect(order("a"), "104", "2124").await;
    expect(order("b"), "100", "12000").await;
    vivo.rights(json!({"operational_per_day": 0}));
    expect(order("c"), "100", "11001").await;
    vivo.rights(json!({"operational_per_day": null}));
    expect(json!({"skipType": 4, "skipContent": "im://chat"}), "104", "2158").await;
    expect(json!({"skipType": 4, "skipContent": "intent:#Intent;package=a.b;end"}), "104", "2162").await;
    vivo.world.running.world().set_blocked_words(vec!["词".to_owned()]);
    expect(json!({"title": "词"}), "101", "").await;
    phone.set_notifications(false);
    expect(json!({}), "0", "").await;
    phone.set_network(false);
    expect(json!({"sendOnline": true}), "100", "14002").await;
    phone.set_network(true);
    phone.set_notifications(true);
    vivo.advance(2 * HOUR_MS);
    expect(order("d"), "104", "1017").await;
}

#[tokio::test]
async fn what_expires_while_it_waits_is_told_and_a_test_message_tells_nothing() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    let (url, mut receipts) = receipt_receiver().await;
    vivo.rights(json!({"test_devices": [token]}));
    let extra = wish(&url)["extra"].clone();
    vivo.send(&token, json!({"extra": extra, "pushMode": 1})).await;
    phone.set_network(false);
    let answer = vivo.send(&token, json!({"extra": extra, "timeToLive": 60})).await;
    vivo.advance(60_000);
    phone.set_network(true);
    let receipt = receipts.recv().await.unwrap();
    assert_eq!(receipt[task(&answer)]["subAckType"], "10012");
    phone.set_network(false);
    let now_ms = vivo.now().millis();
    let window = json!({"showStartTime": now_ms + 600_000, "showEndTime": now_ms + 700_000});
    let answer = vivo.send(&token, json!({"extra": extra, "timedDisplay": window})).await;
    vivo.advance(700_000);
    phone.set_network(true);
    let receipt = receipts.recv().await.unwrap();
    assert_eq!(
        (&receipt[task(&answer)]["ackType"], &receipt[task(&answer)]["subAckType"]),
        (&json!("104"), &json!("2144"))
    );
}
