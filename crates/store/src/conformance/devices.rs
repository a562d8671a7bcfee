//! Devices and their Push IDs.

use model::{BindingLoss, BindingState, DeliveryState, LoginPolicy, PushId, ReasonCode};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, FOREIGN, device, user},
};
use crate::{Op, Outcome};

const UNREGISTERED: ReasonCode = ReasonCode(6);

async fn unregister(stage: &Stage, push_id: PushId) -> Outcome {
    let at = stage.now();
    stage.commit(Op::UnregisterDevice { app: APP, push_id, reason: UNREGISTERED, at }).await
}

/// Stable until unregistered.
pub async fn a_registered_device_keeps_its_push_id(stage: Stage) {
    let phone = device();
    let push_id = stage.register(phone).await;
    assert_eq!(stage.register(phone).await, push_id);
    let record = stage.store().device_by_push_id(APP, push_id).await.expect("reads").expect("is there");
    assert_eq!((record.device.id, record.device.unregistered_at), (phone, None));
}

/// Explain must be able to say why.
pub async fn an_unregistered_device_is_still_found_and_says_so(stage: Stage) {
    let push_id = stage.register(device()).await;
    unregister(&stage, push_id).await;
    let record = stage.store().device_by_push_id(APP, push_id).await.expect("reads").expect("is there");
    let first = record.device.unregistered_at;
    assert!(first.is_some());
    unregister(&stage, push_id).await;
    let record = stage.store().device_by_push_id(APP, push_id).await.expect("reads").expect("is there");
    assert_eq!(record.device.unregistered_at, first);
}

/// The old id is spent.
pub async fn b12_registering_again_gives_a_new_push_id(stage: Stage) {
    let phone = device();
    let first = stage.register(phone).await;
    unregister(&stage, first).await;
    let second = stage.register(phone).await;
    assert_ne!(first, second);
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!((record.device.push_id, record.device.unregistered_at), (second, None));
    assert!(stage.store().device_by_push_id(APP, first).await.expect("reads").is_none());
}

/// Only a registration does.
pub async fn a_login_does_not_undo_an_unregistration(stage: Stage) {
    let phone = device();
    let push_id = stage.register(phone).await;
    unregister(&stage, push_id).await;
    stage.login("bo", phone).await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert!(record.device.unregistered_at.is_some());
    assert_eq!(record.device.push_id, push_id);
}

/// Whoever's they are.
pub async fn b12_unregistering_takes_bindings_and_queued_deliveries(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    let queued = stage.queue_push("bo", phone).await;
    let outcome = unregister(&stage, record.device.push_id).await;
    assert_eq!(outcome, Outcome::Cancelled { cancelled: 1, raced: 0 });
    assert_eq!(stage.binding_of(phone).await, BindingState::Lost(BindingLoss::Unregistered));
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, UNREGISTERED));
    let unknown = unregister(&stage, PushId(Uuid::new_v4())).await;
    assert_eq!(unknown, Outcome::Cancelled { cancelled: 0, raced: 0 });
}

/// Of whichever user.
pub async fn a_device_tells_its_newest_login_and_why_it_has_no_binding(stage: Stage) {
    let phone = device();
    stage.login("bo", phone).await;
    let login = stage.new_session("cy", phone, LoginPolicy::Many);
    stage.commit(Op::OpenSession(login)).await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!(record.session.map(|session| session.user), Some(user("cy")));
    assert_eq!(record.bindings, [BindingState::Lost(BindingLoss::NeverBound)]);
}

/// Every lookup takes the App.
pub async fn a_foreign_app_sees_no_device(stage: Stage) {
    let phone = device();
    let push_id = stage.register(phone).await;
    assert!(stage.store().device(FOREIGN, phone).await.expect("reads").is_none());
    assert!(stage.store().device_by_push_id(FOREIGN, push_id).await.expect("reads").is_none());
}

/// Row B12: the app registers again by binding a token, and is known by another Push ID from then on.
pub async fn b12_binding_again_gives_a_new_push_id(stage: Stage) {
    let phone = device();
    let first = stage.register(phone).await;
    unregister(&stage, first).await;
    let login = stage.new_session("bo", phone, LoginPolicy::Many);
    let Outcome::Session { push_id, .. } = stage.commit(Op::OpenSession(login)).await else {
        panic!("a login");
    };
    assert_eq!(push_id, None, "it was unregistered");
    let binding = stage.new_binding(phone, Some("bo"), "t-1");
    let second = binding.push_id;
    assert_eq!(stage.commit(Op::Bind(binding)).await, Outcome::Done);
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!((record.device.push_id, record.device.unregistered_at), (second, None));
    assert!(matches!(record.bindings[0], BindingState::Bound(_)));
    stage.bind(phone, Some("bo"), "t-2").await;
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!(record.device.push_id, second, "stable until it is unregistered");
}
