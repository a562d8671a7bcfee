//! Amounts of the day and of the second.

use serde_json::json;
use simulator::FaultPlan;

use super::{FEEDBACK, HOST, Oppo, message, news, reason};

const PERMIT: &str = "/server/v1/feedback/fetch_push_permit";
const SINK: &str = "FAULT_sink_1";

#[tokio::test]
async fn content_messages_are_counted_by_the_day_and_chat_is_free() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    oppo.set_rights(&json!({"day_quota": 3, "device_quota": 100}));
    for _ in 0..2 {
        assert_eq!(oppo.unicast(&news(&token)).await["code"], 0);
    }
    let permit = oppo.call(FEEDBACK, PERMIT, None).await;
    assert_eq!(permit["data"], json!({"total_count": 3, "push_count": 2, "remain_count": 1}));
    let mixed = oppo.batch(&[news(&token), news(&token), message(&token, json!({}))]).await;
    let codes: Vec<_> = (0..3).map(|at| mixed["data"][at]["errorCode"].as_i64()).collect();
    assert_eq!(codes, [None, Some(33), None]);
    assert_eq!(oppo.unicast(&news(&token)).await["code"], 33);
    assert_eq!(oppo.batch(&[news(&token)]).await["code"], 33);
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 0);
    oppo.set_rights(&json!({"private": false}));
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 33);
    assert_eq!(phone.shade().len(), 5);
    // The test begins at 22:13 in Beijing.
    oppo.world.running.world().advance_clock(2 * 3_600_000);
    assert_eq!(oppo.unicast(&news(&token)).await["code"], 0);
}

#[tokio::test]
async fn an_app_that_is_not_in_the_store_has_a_thousand_messages_of_content() {
    let oppo = Oppo::start().await;
    oppo.set_rights(&json!({"in_store": false, "device_quota": 10_000}));
    let chat = vec![message(SINK, json!({})); 1000];
    assert_eq!(oppo.batch(&chat).await["data"][999]["errorCode"], json!(null));
    assert_eq!(oppo.unicast(&message(SINK, json!({}))).await["code"], 33);
}

#[tokio::test]
async fn a_device_has_two_content_messages_a_day_told_by_receipt_or_answer() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    for _ in 0..3 {
        assert_eq!(oppo.unicast(&news(&token)).await["code"], 0);
    }
    assert_eq!(phone.shade().len(), 2);
    assert!(reason(&phone).contains("used up"));
    oppo.set_rights(&json!({"device_quota_in_answer": true}));
    let answer = oppo.batch(&[news(&token), message(&token, json!({}))]).await;
    assert_eq!((&answer["code"], &answer["data"][0]["errorCode"]), (&json!(0), &json!(33)));
    assert_eq!(answer["data"][1]["errorCode"], json!(null));
    oppo.world.running.world().advance_clock(2 * 3_600_000);
    assert_eq!(oppo.unicast(&news(&token)).await["code"], 0);
}

#[tokio::test]
async fn calls_and_targets_are_counted_by_the_second() {
    let oppo = Oppo::start().await;
    oppo.set_rights(&json!({"per_second": 10}));
    // Auth has taken one of this second's.
    for (count, code) in [(5, 0), (5, 13), (4, 0), (1, 13)] {
        assert_eq!(oppo.batch(&vec![message(SINK, json!({})); count]).await["code"], code, "{count}");
    }
    oppo.world.clock.advance_ms(1000);
    assert_eq!(oppo.unicast(&message(SINK, json!({}))).await["code"], 0);
}

#[tokio::test]
async fn rate_and_amount_can_be_used_up_on_demand() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    let set = |plan: FaultPlan| oppo.world.running.world().set_faults(HOST, plan).unwrap();
    set(FaultPlan { throttle: true, ..FaultPlan::default() });
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 13);
    assert_eq!(oppo.authenticate().await["code"], 13);
    set(FaultPlan { quota_used_up: true, ..FaultPlan::default() });
    assert_eq!(oppo.unicast(&message(&token, json!({}))).await["code"], 33);
    assert_eq!(oppo.batch(&[message(&token, json!({}))]).await["code"], 33);
    assert!(phone.shade().is_empty());
}

#[tokio::test]
async fn marketing_is_held_back_at_night() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    oppo.set_rights(&json!({"night": [22, 8]}));
    oppo.unicast(&message(&token, json!({"category": "MARKETING"}))).await;
    assert!(phone.shade().is_empty() && reason(&phone).contains("night"));
    oppo.unicast(&news(&token)).await;
    oppo.unicast(&message(&token, json!({}))).await;
    assert_eq!(phone.shade().len(), 2);
}
