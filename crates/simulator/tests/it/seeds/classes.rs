//! What the vendors themselves make of a message's class (table K).

use model::Vendor;
use serde_json::json;

use crate::{
    huawei,
    oppo::{self, Oppo},
    support::{PACKAGE, World},
    vivo::Vivo,
    xiaomi,
};

#[tokio::test]
async fn k_huawei_without_the_right_to_classify_makes_a_chat_marketing() {
    let counter = huawei::Counter::open().await;
    let (phone, token) = counter.phone("mate-60");
    let chat = |id: i64| huawei::shown(&[&token], "notify_id", json!(id));
    assert_eq!(counter.code(&chat(1)).await.0, 200);
    assert!(!phone.shade()[0].quiet, "with the right the class that was given is used");
    counter.rights(json!({"self_classification": []}));
    for id in 2..=4 {
        assert_eq!(counter.code(&chat(id)).await.0, 200);
    }
    assert!(phone.shade()[0].quiet);
    assert_eq!(phone.shade().len(), 3, "two a day, and the third is lost without a word");
}

#[tokio::test]
async fn k_vivo_corrects_a_system_message_that_reads_like_marketing() {
    let vivo = Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.rights(json!({"marketing_words": ["促销"]}));
    assert_eq!(vivo.send(&token, json!({"notifyId": 1})).await["result"], 0);
    assert!(!phone.shade()[0].quiet);
    assert_eq!(vivo.send(&token, json!({"notifyId": 2, "content": "促销"})).await["result"], 0);
    assert!(phone.shade()[0].quiet);
}

#[tokio::test]
async fn k_oppo_counts_public_messages_and_lets_private_ones_through() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    oppo.set_rights(&json!({"day_quota": 1, "device_quota": 100}));
    let public = || oppo::message(&token, json!({"category": "NEWS"}));
    assert_eq!(oppo.unicast(&public()).await["code"], 0);
    assert_eq!(oppo.unicast(&public()).await["code"], 33);
    for _ in 0..3 {
        assert_eq!(oppo.unicast(&oppo::message(&token, json!({}))).await["code"], 0);
    }
    assert_eq!(phone.shade().len(), 4);
    oppo.set_rights(&json!({"private": false}));
    assert_eq!(oppo.unicast(&oppo::message(&token, json!({}))).await["code"], 33, "not applied for");
}

#[tokio::test]
async fn k_xiaomi_keeps_important_for_the_eight_kinds_that_were_granted() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    let set = |rights| world.running.set_rights(Vendor::Xiaomi, PACKAGE, &rights);
    set(json!({"channels": {"130001": "private"}, "public_per_device": 8})).unwrap();
    let kinds = [
        "im_message",
        "followed_update",
        "personal_matter",
        "order_state",
        "finance",
        "state_change",
        "resource_change",
        "device_alert",
    ];
    for (number, kind) in kinds.into_iter().enumerate() {
        let id = number.to_string();
        set(json!({"private_kinds": [kind], "channel_kinds": {"130001": kind}})).unwrap();
        assert_eq!(xiaomi::send(&world, &xiaomi::fields(&token, &[("notify_id", &id)])).await["code"], 0);
        assert!(!phone.shade()[0].quiet, "{kind}");
        set(json!({"private_kinds": []})).unwrap();
        xiaomi::send(&world, &xiaomi::fields(&token, &[("notify_id", &id)])).await;
        assert!(phone.shade()[0].quiet, "{kind} was not applied for");
    }
    // Ordinary messages have an amount: the ninth of the day is not shown.
    let shown = phone.shade().len();
    xiaomi::send(&world, &xiaomi::fields(&token, &[("notify_id", "9")])).await;
    assert_eq!(phone.shade().len(), shown);
    assert!(set(json!({"private_kinds": ["marketing"]})).is_err());
}
