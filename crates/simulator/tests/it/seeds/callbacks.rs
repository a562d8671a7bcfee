//! What a vendor's SDK tells the app, and where it does (matrix H).

use serde_json::json;
use simulator::{AppState, Operation};

use super::maker::{Maker, Scene, TITLE, fcm_data, huawei_data};
use crate::{huawei::Counter, support::World, xiaomi};

const ARRIVED: &str = "onNotificationArrived";
const THROUGH: &str = "onThroughMessageReceived";

#[tokio::test]
async fn h_arrived_only_xiaomi_tells_and_only_an_app_in_the_foreground_or_background() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(Operation::Notifications { on: true }).await;
        let each = usize::from(matches!(maker, Maker::Xiaomi(_)));
        maker.notify(&scene.token).await;
        assert_eq!(scene.calls(ARRIVED), each, "{}", maker.vendor());
        scene.operate(Operation::Background { unread: None }).await;
        maker.notify(&scene.token).await;
        assert_eq!(scene.calls(ARRIVED), 2 * each, "{}", maker.vendor());
        for gone in [Operation::Freeze {}, Operation::Kill {}] {
            scene.operate(gone).await;
            maker.notify(&scene.token).await;
            assert_eq!(scene.calls(ARRIVED), 2 * each, "{}: nobody is there to hear it", maker.vendor());
        }
        if each > 0 {
            assert_eq!(scene.log(ARRIVED)[0], format!("{ARRIVED} from xiaomi: {TITLE}"));
        }
        assert!(!scene.handset.state().shade.is_empty(), "{}: it is shown all the same", maker.vendor());
    }
}

#[tokio::test]
async fn h_through_a_notification_is_never_handed_through() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(Operation::Background { unread: None }).await;
        maker.notify(&scene.token).await;
        assert_eq!(scene.calls(THROUGH), 0, "{}", maker.vendor());
    }
}

#[tokio::test]
async fn h_through_xiaomi_takes_no_data_messages() {
    let world = World::start().await;
    let (_, token) = world.phone("mi-14", "xiaomi");
    let answer = xiaomi::send(&world, &xiaomi::fields(&token, &[("pass_through", "1")])).await;
    assert_eq!((&answer["result"], &answer["code"]), (&json!("error"), &json!(10036)));
}

#[tokio::test]
async fn h_through_huawei_starts_the_app_for_data_of_high_priority_which_needs_a_right() {
    let maker = Maker::Huawei(Counter::open().await);
    let Maker::Huawei(counter) = &maker else { unreachable!("made so") };
    let scene = Scene::of(&maker).await;
    scene.operate(Operation::Kill {}).await;
    assert_eq!(counter.code(&huawei_data(&scene.token, "HIGH")).await.0, 200);
    assert_eq!(scene.log(THROUGH), [format!("{THROUGH} from huawei: payload content")]);
    // Without the right there is no high priority, and other data finds a living app alone.
    counter.rights(json!({"high_priority": false}));
    assert_eq!(counter.code(&huawei_data(&scene.token, "HIGH")).await, (400, "80300011".to_owned()));
    assert_eq!(counter.code(&huawei_data(&scene.token, "NORMAL")).await.0, 200);
    assert_eq!((scene.calls(THROUGH), scene.handset.state().app), (1, AppState::Killed));
    scene.operate(Operation::Start {}).await;
    assert_eq!(counter.code(&huawei_data(&scene.token, "NORMAL")).await.0, 200);
    assert_eq!(scene.calls(THROUGH), 2);
    assert!(scene.handset.state().shade.is_empty(), "data shows nothing by itself");
}

#[tokio::test]
async fn h_through_fcm_reaches_an_app_in_the_foreground_or_background_alone() {
    let maker = Maker::Fcm(crate::fcm::Sender::start().await);
    let Maker::Fcm(sender) = &maker else { unreachable!("made so") };
    let scene = Scene::of(&maker).await;
    let mut heard = 0;
    for (operation, hears) in [
        (Operation::Foreground {}, 1),
        (Operation::Background { unread: None }, 1),
        (Operation::Freeze {}, 0),
        (Operation::Kill {}, 0),
    ] {
        scene.operate(operation).await;
        assert_eq!(sender.send(&fcm_data(&scene.token)).await.0, 200);
        heard += hears;
        assert_eq!(scene.calls(THROUGH), heard, "{:?}", scene.handset.state().app);
    }
    assert_eq!(scene.log(THROUGH)[0], format!("{THROUGH} from fcm: payload content"));
}

#[tokio::test]
async fn h_registered_every_vendor_tells_the_app_its_token_which_is_then_reported() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        let state = scene.until(|state| state.certificate.is_some()).await;
        assert_eq!(state.vendor, maker.vendor());
        assert_eq!(scene.calls("onRegistered"), 1, "{}", maker.vendor());
        assert_eq!(scene.handset.phone().register_token().unwrap(), scene.token, "{}", maker.vendor());
        assert!(state.token_alive);
    }
}

#[tokio::test]
async fn h_registered_without_a_network_there_is_no_token_and_with_it_the_same_again() {
    let world = World::start().await;
    let (phone, token) = world.phone("mi-14", "xiaomi");
    phone.set_network(false);
    assert!(phone.register_token().is_err());
    phone.set_network(true);
    assert_eq!(phone.register_token().unwrap(), token);
}
