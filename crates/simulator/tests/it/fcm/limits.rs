//! Amounts, what is held back, and what is kept.

use serde_json::{Value, json};
use simulator::FaultPlan;

use super::{HOST, Sender, chat, read, told};

fn data(token: &str, collapse_key: Option<&str>) -> Value {
    json!({ "token": token, "data": { "n": "1" }, "android": { "collapse_key": collapse_key } })
}

#[tokio::test]
async fn the_projects_minute_is_refused_without_an_fcm_error_and_refilled_by_the_clock() {
    let sender = Sender::start().await;
    sender.rights(&json!({ "sends_per_minute": 2 }));
    let message = chat("FAULT:sink:1", "Ann");
    sender.sent(&message).await;
    // What is refused for its content counts as well.
    assert_eq!(sender.send(&json!({})).await.0, 400);
    let full = sender.post(&json!({ "message": message })).await;
    assert_eq!(full.headers()["retry-after"], "60");
    let full = read(full);
    assert_eq!(told(&full), (429, "RESOURCE_EXHAUSTED", None));
    let info = &full.1["error"]["details"][0];
    assert_eq!((&info["reason"], &info["domain"]), (&json!("RATE_LIMIT_EXCEEDED"), &json!("googleapis.com")));
    assert_eq!(info["metadata"]["quota_limit"], "SendsPerMinutePerProject");
    sender.world.clock.advance_ms(60_000);
    sender.sent(&message).await;
}

#[tokio::test]
async fn a_devices_minute_and_hour_are_refused_with_a_quota_failure() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("pixel-8", "google");
    sender.rights(&json!({ "device_per_minute": 1, "device_per_hour": 2 }));
    let message = data(&token, None);
    sender.sent(&message).await;
    let full = sender.send(&message).await;
    assert_eq!(told(&full), (429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED")));
    assert!(full.1.to_string().contains("google.rpc.QuotaFailure"));
    sender.world.clock.advance_ms(60_000);
    sender.sent(&message).await;
    sender.world.clock.advance_ms(60_000);
    assert_eq!(sender.send(&message).await.0, 429);
    sender.world.clock.advance_ms(3_480_000);
    sender.sent(&message).await;
}

#[tokio::test]
async fn amounts_are_used_up_on_demand() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let world = sender.world.running.world();
    world.set_faults(HOST, FaultPlan { throttle: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(told(&sender.send(&chat(&token, "Ann")).await), (429, "RESOURCE_EXHAUSTED", None));
    world.set_faults(HOST, FaultPlan { quota_used_up: true, ..FaultPlan::default() }).unwrap();
    let answer = sender.send(&chat(&token, "Ann")).await;
    assert_eq!(told(&answer), (429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED")));
    world.set_faults(HOST, FaultPlan::default()).unwrap();
    sender.sent(&chat(&token, "Ann")).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn notifications_beyond_the_burst_come_later_without_an_error() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    sender.rights(&json!({ "collapsible_burst": 2 }));
    for title in ["one", "two", "three", "four"] {
        sender.sent(&chat(&token, title)).await;
    }
    let titles = || phone.shade().into_iter().map(|shown| shown.title).collect::<Vec<_>>();
    assert_eq!(titles(), ["two", "one"]);
    let log = sender.world.running.world().log_after(0, 100);
    assert_eq!(log.last().unwrap().stage, "held back");
    sender.world.clock.advance_ms(180_000);
    phone.set_network(true);
    assert_eq!(titles(), ["four", "two", "one"], "the newer took the older one's turn");
    let mut at_once = chat(&token, "now or never");
    at_once["android"]["ttl"] = json!("0s");
    sender.sent(&at_once).await;
    assert_eq!(titles()[0], "now or never");
}

#[tokio::test]
async fn a_phone_out_of_reach_keeps_the_newest_of_four_collapse_keys() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    phone.set_network(false);
    for key in ["a", "a", "b", "c", "d"] {
        sender.sent(&data(&token, Some(key))).await;
    }
    assert_eq!(phone.view().waiting, 4);
    sender.sent(&data(&token, Some("e"))).await;
    assert_eq!(phone.view().waiting, 4);
    sender.sent(&chat(&token, "one")).await;
    sender.sent(&chat(&token, "two")).await;
    phone.set_network(true);
    assert_eq!(phone.shade().len(), 1, "notifications collapse by the package's name");
    assert_eq!(phone.shade()[0].title, "two");
}

#[tokio::test]
async fn a_hundred_messages_without_a_key_are_kept_and_one_more_discards_them() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    phone.set_network(false);
    let access = sender.access().await;
    let path = format!("/v1/projects/{}/messages:send", sender.project());
    let body = json!({ "message": data(&token, None) });
    sender.sent(&data(&token, Some("kept"))).await;
    for waiting in (2..=101).chain([1]) {
        let answer = sender.call(HOST, http::Method::POST, &path, &access, &body).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(phone.view().waiting, waiting);
    }
}
