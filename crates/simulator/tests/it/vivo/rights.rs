//! Classes, amounts, rates, and what an app is granted.

use serde_json::{Value, json};

use super::{HOUR_MS, Vivo, offer};

fn result(answer: &Value) -> u64 {
    answer["result"].as_u64().unwrap()
}

#[tokio::test]
async fn an_operational_message_is_quiet_and_goes_out_by_day_only() {
    let mut vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    assert_eq!(result(&vivo.send(&token, offer("a")).await), 0);
    assert!(phone.shade()[0].quiet);
    vivo.advance(2 * HOUR_MS);
    assert_eq!(result(&vivo.send(&token, offer("b")).await), 10071);
    assert_eq!(result(&vivo.send(&token, json!({})).await), 0);
    vivo.rights(json!({"night_rule": false}));
    assert_eq!(result(&vivo.send(&token, offer("b")).await), 0);
    vivo.rights(json!({"night_rule": true}));
    vivo.advance(8 * HOUR_MS);
    vivo.authenticate().await;
    assert_eq!(result(&vivo.send(&token, offer("c")).await), 0);
}

#[tokio::test]
async fn a_device_gets_two_operational_messages_a_day_and_no_text_twice() {
    let mut vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    for text in ["a", "a", "b", "c"] {
        assert_eq!(result(&vivo.send(&token, offer(text)).await), 0);
    }
    assert_eq!(phone.shade().len(), 2);
    let reasons: Vec<_> = phone.view().not_shown.iter().map(|unseen| unseen.reason).collect();
    assert_eq!(
        reasons,
        [
            "this device had an operational message with the same text",
            "this device had its operational messages of the day",
        ]
    );
    vivo.advance(11 * HOUR_MS);
    vivo.authenticate().await;
    vivo.send(&token, offer("a")).await;
    assert_eq!(phone.shade().len(), 3, "the next day begins anew");
    vivo.rights(json!({"news_app": true}));
    for n in 0..6 {
        vivo.send(&token, offer(&n.to_string())).await;
    }
    assert_eq!(phone.shade().len(), 7);
}

#[tokio::test]
async fn each_class_has_an_amount_of_the_day_that_comes_back_at_midnight_in_beijing() {
    let mut vivo = Vivo::start().await;
    let (_, first) = vivo.phone("x100");
    let (_, second) = vivo.phone("x200");
    vivo.rights(json!({"system_per_day": 3, "operational_per_day": 1}));
    let task = vivo.save(json!({})).await;
    assert_eq!(result(&vivo.push_to_list(&task, &[&first, &second]).await), 0);
    assert_eq!(result(&vivo.push_to_list(&task, &[&first, &second]).await), 10070);
    // A target that cannot be sent to does not count.
    assert_eq!(result(&vivo.push_to_list(&task, &[&first, "v2-nobody"]).await), 0);
    assert_eq!(result(&vivo.send(&first, json!({})).await), 10070);
    assert_eq!(result(&vivo.send(&first, offer("a")).await), 0);
    assert_eq!(result(&vivo.send(&first, offer("b")).await), 10070);
    vivo.advance(3 * HOUR_MS);
    vivo.authenticate().await;
    assert_eq!(result(&vivo.send(&first, json!({})).await), 0);
}

#[tokio::test]
async fn targets_are_counted_by_the_second() {
    let vivo = Vivo::start().await;
    let (_, first) = vivo.phone("x100");
    let (_, second) = vivo.phone("x200");
    vivo.rights(json!({"per_second": 3}));
    let task = vivo.save(json!({})).await;
    assert_eq!(result(&vivo.push_to_list(&task, &[&first, &second]).await), 0);
    assert_eq!(result(&vivo.push_to_list(&task, &[&first, &second]).await), 10072);
    assert_eq!(result(&vivo.send(&first, json!({})).await), 0);
    assert_eq!(result(&vivo.send(&first, json!({})).await), 10072);
    vivo.advance(1000);
    assert_eq!(result(&vivo.send(&first, json!({})).await), 0);
}

#[tokio::test]
async fn a_system_message_without_its_category_is_corrected_and_held_back_instead_of_refused() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.rights(json!({"system_categories": ["IM"], "marketing_words": ["促销"], "operational_per_day": 2}));
    let order = |text: &str| json!({"category": "ORDER", "content": text});
    assert_eq!(result(&vivo.send(&token, json!({})).await), 0);
    assert!(!phone.shade()[0].quiet);
    assert_eq!(result(&vivo.send(&token, order("a")).await), 0);
    assert!(phone.shade()[0].quiet);
    assert_eq!(result(&vivo.send(&token, json!({"content": "促销"})).await), 0);
    assert!(phone.shade()[0].quiet);
    assert_eq!(phone.shade().len(), 3);
    let last_reason = || phone.view().not_shown.last().unwrap().reason;
    assert_eq!(result(&vivo.send(&token, order("b")).await), 0);
    assert_eq!(last_reason(), "the day's operational messages of this app are used up");
    vivo.rights(json!({"operational_per_day": null}));
    vivo.advance(2 * HOUR_MS);
    assert_eq!(result(&vivo.send(&token, order("c")).await), 0);
    assert_eq!(last_reason(), "operational messages are not shown at night");
    assert_eq!(phone.shade().len(), 3);
}

#[tokio::test]
async fn an_app_under_review_sends_tests_to_registered_devices_which_count_nowhere() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.rights(json!({"formal": false, "system_per_day": 0}));
    assert_eq!(result(&vivo.send(&token, json!({})).await), 10045);
    let answer = vivo.send(&token, json!({"pushMode": 1})).await;
    assert_eq!(answer["invalidUser"], json!({"status": 4, "userid": token}));
    assert!(phone.shade().is_empty());
    vivo.rights(json!({"test_devices": [token]}));
    assert_eq!(vivo.send(&token, json!({"pushMode": 1})).await.get("invalidUser"), None);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_right_that_the_vendor_does_not_know_is_refused() {
    let vivo = Vivo::start().await;
    let set =
        |package: &str, rights: Value| vivo.world.running.set_rights(super::Vendor::Vivo, package, &rights);
    assert!(set(super::PACKAGE, json!({"channel": 1})).unwrap_err().contains("channel"));
    assert!(set("com.example.other", json!({})).is_err());
}
