//! One of several rapid pushes is missing: the vendors' limits (row J4), and what they filter (row E11).

use serde_json::json;

use super::maker::{Maker, Scene};
use crate::{
    fcm, huawei,
    oppo::{self, Oppo},
    support::World,
    vivo, xiaomi,
};

#[tokio::test]
async fn j4_a_push_too_many_in_a_second_is_refused_and_the_next_second_takes_one_again() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    world
        .running
        .set_rights(model::Vendor::Xiaomi, crate::support::PACKAGE, &json!({"targets_per_second": 2}))
        .unwrap();
    let send = async |id: &str| {
        xiaomi::send(&world, &xiaomi::fields(&token, &[("notify_id", id)])).await["code"].clone()
    };
    assert_eq!([send("1").await, send("2").await, send("3").await], [json!(0), json!(0), json!(200_002)]);
    assert_eq!(phone.shade().len(), 2, "one of three rapid pushes is missing");
    world.clock.advance_ms(1000);
    assert_eq!((send("4").await, phone.shade().len()), (json!(0), 3));
}

#[tokio::test]
async fn j4_each_vendor_names_its_limit_in_its_own_words() {
    let oppo = Oppo::start().await;
    let (phone, token) = oppo.phone("find-x7");
    // Two calls a second: the exchange for the access token was the first.
    oppo.set_rights(&json!({"per_second": 2}));
    assert_eq!(oppo.unicast(&oppo::message(&token, json!({}))).await["code"], 0);
    assert_eq!(oppo.unicast(&oppo::message(&token, json!({}))).await["code"], 13);
    assert_eq!(phone.shade().len(), 1);

    let vivo = vivo::Vivo::start().await;
    let (phone, token) = vivo.phone("x100");
    vivo.rights(json!({"per_second": 1}));
    assert_eq!(vivo.send(&token, json!({"notifyId": 1})).await["result"], 0);
    assert_eq!(vivo.send(&token, json!({"notifyId": 2})).await["result"], 10072);
    assert_eq!(phone.shade().len(), 1);

    let huawei = huawei::Counter::open().await;
    let (phone, token) = huawei.phone("mate-60");
    huawei.rights(json!({"devices_per_second": 1}));
    assert_eq!(huawei.code(&huawei::shown(&[&token], "notify_id", json!(1))).await.0, 200);
    assert_eq!(huawei.code(&huawei::shown(&[&token], "notify_id", json!(2))).await.0, 503);
    assert_eq!(phone.shade().len(), 1);

    let fcm = fcm::Sender::start().await;
    let (phone, token) = fcm.world.phone("pixel-8", "google");
    fcm.rights(&json!({"sends_per_minute": 1}));
    assert_eq!(fcm.send(&fcm::chat(&token, "one")).await.0, 200);
    assert_eq!(fcm.send(&fcm::chat(&token, "two")).await.0, 429);
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn e11_a_text_that_a_vendor_filters_is_taken_and_shown_to_nobody() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(simulator::Operation::Notifications { on: true }).await;
        scene.operate(simulator::Operation::Background { unread: None }).await;
        maker.world().running.world().set_blocked_words(vec![super::maker::TITLE.to_owned()]);
        maker.notify(&scene.token).await;
        let state = scene.handset.state();
        assert!(state.shade.is_empty(), "{}", maker.vendor());
        assert_eq!(state.not_shown[0].reason, "the text holds a blocked word", "{}", maker.vendor());
    }
}
