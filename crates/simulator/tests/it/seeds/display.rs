//! The user's settings of a phone (row J5).

use serde_json::json;
use simulator::{HandsetState, Operation};

use super::maker::{Maker, Scene};
use crate::{huawei, oppo};

const fn display(on_lock_screen: bool, in_status_bar: bool, sound: bool) -> Operation {
    let [on_lock_screen, in_status_bar, sound] = [Some(on_lock_screen), Some(in_status_bar), Some(sound)];
    Operation::Display { on_lock_screen, in_status_bar, sound }
}

#[tokio::test]
async fn j5_a_new_oppo_phone_shows_nothing_until_its_user_switches_notifications_on() {
    for maker in Maker::all().await {
        let scene = Scene::of(&maker).await;
        scene.operate(Operation::Background { unread: None }).await;
        let is_oppo = matches!(maker, Maker::Oppo(_));
        assert_eq!(scene.handset.state().notifications, !is_oppo, "{}", maker.vendor());
        maker.notify(&scene.token).await;
        assert_eq!(scene.handset.state().shade.is_empty(), is_oppo, "{}", maker.vendor());
        if is_oppo {
            let state = scene.handset.state();
            assert_eq!(state.not_shown[0].reason, "notifications of this app are switched off");
            scene.operate(Operation::Notifications { on: true }).await;
            maker.notify(&scene.token).await;
            assert_eq!(scene.handset.state().shade.len(), 1);
        }
    }
}

/// A locked Huawei phone with these settings after a push.
async fn locked(settings: Operation) -> HandsetState {
    let maker = Maker::Huawei(huawei::Counter::open().await);
    let scene = Scene::of(&maker).await;
    scene.operate(settings).await;
    scene.operate(Operation::Lock {}).await;
    maker.notify(&scene.token).await;
    scene.handset.state()
}

#[tokio::test]
async fn j5_a_huawei_phones_settings_decide_what_is_seen_and_heard_of_a_push() {
    let state = locked(display(true, true, true)).await;
    assert!(state.shade[0].on_lock_screen && !state.shade[0].quiet);
    let state = locked(display(false, true, true)).await;
    assert!(!state.shade[0].on_lock_screen, "it stands in the shade and not on the lock screen");
    assert!(!state.shade[0].quiet);
    for settings in [display(true, false, true), display(true, true, false)] {
        let state = locked(settings).await;
        assert!(state.shade[0].on_lock_screen && state.shade[0].quiet);
    }
    let state = locked(Operation::Notifications { on: false }).await;
    assert!(state.shade.is_empty(), "\"allow notifications\" decides whether there is any");
}

#[tokio::test]
async fn j5_settings_that_are_left_out_stay_as_they_were_and_are_shown() {
    let maker = Maker::Oppo(oppo::Oppo::start().await);
    let scene = Scene::of(&maker).await;
    let of = |body: serde_json::Value| serde_json::from_value::<Operation>(body).unwrap();
    scene.operate(of(json!({"operation": "display", "sound": false}))).await;
    let state = scene.operate(of(json!({"operation": "display", "on_lock_screen": false}))).await;
    assert_eq!((state.on_lock_screen, state.in_status_bar, state.sound), (false, true, false));
}
