//! Rights, classes, amounts of the day and of the second.

use serde_json::{Value, json};
use simulator::{FaultPlan, Phone};

use super::{Counter, android, chat, shown};

/// Reasons why pushes were not shown, oldest first.
fn not_shown(phone: &Phone) -> Vec<&'static str> {
    phone.view().not_shown.iter().map(|unseen| unseen.reason).collect()
}

/// A message that no other replaces.
fn alone(token: &str, category: Value) -> Value {
    let mut body = shown(&[token], "notify_id", Value::Null);
    body["message"]["android"]["category"] = category;
    body
}

#[tokio::test]
async fn without_a_granted_category_a_push_is_marketing_silent_and_two_a_day() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    assert_eq!(counter.code(&alone(&token, json!("IM"))).await.0, 200);
    assert!(!phone.shade()[0].quiet);
    counter.rights(json!({"self_classification": ["WORK"]}));
    for _ in 0..3 {
        assert_eq!(counter.code(&alone(&token, json!("IM"))).await.0, 200);
    }
    assert_eq!(phone.shade().len(), 3);
    assert!(phone.shade()[0].quiet);
    assert_eq!(not_shown(&phone), ["the device's marketing messages of the day are used up"]);
    // A granted category is not counted with them, and the next day begins at midnight in Beijing.
    counter.send(&alone(&token, json!("WORK"))).await;
    assert_eq!(phone.shade().len(), 4);
    counter.world.running.world().advance_clock(24 * 3_600_000);
    let mut counter = counter;
    counter.log_in().await;
    counter.send(&alone(&token, Value::Null)).await;
    assert_eq!(phone.shade().len(), 5);
}

#[tokio::test]
async fn low_importance_is_silent_in_any_class() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    counter.send(&shown(&[&token], "importance", json!("LOW"))).await;
    assert!(phone.shade()[0].quiet);
}

#[tokio::test]
async fn a_device_takes_so_many_messages_a_day_and_an_app_so_many_tests() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    counter.rights(json!({"messages_per_day": 2, "tests_per_day": 1}));
    for _ in 0..3 {
        assert_eq!(counter.code(&alone(&token, json!("IM"))).await.0, 200);
    }
    assert_eq!((phone.shade().len(), not_shown(&phone).len()), (2, 1));
    let test = android(&[&token], "target_user_type", json!(1));
    counter.send(&test).await;
    counter.send(&test).await;
    assert_eq!(phone.shade().len(), 3);
    assert_eq!(not_shown(&phone)[1], "the app's test messages of the day are used up");
}

#[tokio::test]
async fn an_amount_forced_to_be_used_up_is_told_as_success() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let plan = FaultPlan { quota_used_up: true, ..FaultPlan::default() };
    counter.world.running.world().set_faults("huawei", plan).unwrap();
    assert_eq!(counter.code(&chat(&[&token])).await, (200, "80000000".to_owned()));
    assert_eq!((phone.shade().len(), not_shown(&phone).len()), (0, 1));
}

#[tokio::test]
async fn an_app_reaches_so_many_devices_a_second() {
    let counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    counter.rights(json!({"devices_per_second": 3}));
    assert_eq!(counter.code(&chat(&[&token, &token])).await.0, 200);
    assert_eq!(counter.code(&chat(&[&token, &token])).await.0, 503);
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
    counter.world.clock.advance_ms(1_000);
    assert_eq!(counter.code(&chat(&[&token, &token])).await.0, 200);
}

#[tokio::test]
async fn high_priority_needs_a_right() {
    let counter = Counter::open().await;
    let (_, token) = counter.phone("mate-60");
    let urgent = android(&[&token], "urgency", json!("HIGH"));
    assert_eq!(counter.code(&urgent).await.0, 200);
    counter.rights(json!({"high_priority": false}));
    assert_eq!(counter.code(&urgent).await, (400, "80300011".to_owned()));
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let counter = Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    counter.world.running.world().set_blocked_words(vec!["你好".to_owned()]);
    assert_eq!(counter.code(&chat(&[&token])).await.0, 200);
    assert_eq!(
        (phone.shade().len(), not_shown(&phone).as_slice()),
        (0, ["the text holds a blocked word"].as_slice())
    );
}
