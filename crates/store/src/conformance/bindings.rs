//! Bindings: one owner per token, one alert token per device, and the guards of a dead token.

use model::{
    Binding, BindingKind, BindingLoss, BindingState, DeliveryState, DeviceId, Environment, Timestamp,
};

use super::{
    Stage,
    stage::{APP, FOREIGN, TAKEN_OVER, device, user},
};
use crate::{BindingClear, NewBinding, Op, Outcome};

async fn bound(stage: &Stage, device: DeviceId) -> Binding {
    match stage.binding_of(device).await {
        BindingState::Bound(binding) => binding,
        BindingState::Lost(loss) => panic!("bound, not lost: {loss:?}"),
    }
}

fn clear(stage: &Stage, token: &str, registered_before: Timestamp) -> BindingClear {
    BindingClear {
        app: APP,
        certificate: stage.certificate,
        token: token.into(),
        registered_before,
        replacement: None,
        at: stage.now(),
    }
}

/// Binding through another certificate replaces the older.
pub async fn a_device_has_one_alert_binding_at_a_time(stage: Stage) {
    let phone = device();
    stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    let second = stage.certificate_for(Some(Environment::Production)).await;
    let new = NewBinding { certificate: second, ..stage.new_binding(phone, Some("bo"), "t-2") };
    stage.commit(Op::Bind(new)).await;
    let call = NewBinding { kind: BindingKind::Voip, ..stage.new_binding(phone, Some("bo"), "v-1") };
    stage.commit(Op::Bind(call)).await;
    let binding = bound(&stage, phone).await;
    assert_eq!((binding.certificate, &*binding.token), (second, "t-2"));
}

/// A late verdict must not clear a newer token.
pub async fn reporting_the_same_token_renews_it_and_another_raises_the_generation(stage: Stage) {
    let phone = device();
    let session = stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    let first = bound(&stage, phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    let renewed = bound(&stage, phone).await;
    assert_eq!(renewed.generation, first.generation);
    assert!(renewed.registered_at > first.registered_at);
    stage.bind(phone, Some("bo"), "t-2").await;
    let other = bound(&stage, phone).await;
    assert!(other.generation > renewed.generation);
    stage.logout(session).await;
    stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-2").await;
    assert!(bound(&stage, phone).await.generation > other.generation, "it was lost in between");
}

/// Per App, vendor and environment.
pub async fn a_token_has_one_owner_and_the_older_holder_loses_it(stage: Stage) {
    let (old, _) = stage.sleeping_phone("bo", "t-1").await;
    let (new, _) = stage.sleeping_phone("cy", "t-1").await;
    assert_eq!(stage.binding_of(old).await, BindingState::Lost(BindingLoss::TakenOver));
    assert_eq!(&*bound(&stage, new).await.token, "t-1");
}

/// Else one user's message would be shown to another.
pub async fn what_waits_for_the_older_holder_of_a_token_is_cancelled(stage: Stage) {
    let (old, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, old).await;
    stage.decide(&message, vec![decision]).await;
    stage.sleeping_phone("cy", "t-1").await;
    let ended = stage.only_delivery(message.id).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, TAKEN_OVER));
    assert!(stage.claim_ids(9).await.is_empty());
}

/// Claimed or not: the earlier token may be dead, or another's.
pub async fn what_waits_for_an_earlier_token_follows_the_device_to_its_new_one(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim_ids(9).await, [queued.id]);
    stage.bind(phone, Some("bo"), "t-2").await;
    assert!(!stage.begin(queued.id).await, "its lane holds it with the earlier token");
    let again = stage.claim(9).await.remove(0);
    assert_eq!((again.delivery.id, &*again.delivery.token), (queued.id, "t-2"));
    assert!(again.token_registered_at.is_some(), "the token is the device's own");
    assert!(stage.begin(queued.id).await);
}

/// What is on the wire cannot be called back.
pub async fn what_is_on_the_wire_to_an_earlier_token_stays_as_it_is(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    assert!(stage.begin(queued.id).await);
    stage.bind(phone, Some("bo"), "t-2").await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, &*ended.token, ended.raced), (DeliveryState::Accepted, "t-1", false));
}

/// A merged certificate that was saved twice has two worlds.
pub async fn the_same_token_in_another_environment_is_another_token(stage: Stage) {
    let (production, _) = stage.sleeping_phone("bo", "t-1").await;
    let certificate = stage.certificate_for(Some(Environment::Development)).await;
    let development = device();
    stage.login("cy", development).await;
    let new = NewBinding { certificate, ..stage.new_binding(development, Some("cy"), "t-1") };
    stage.commit(Op::Bind(new)).await;
    bound(&stage, production).await;
    bound(&stage, development).await;
}

/// Only the binding that is meant.
pub async fn an_unbound_device_says_so_and_another_certificate_is_no_reason(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let other = stage.certificate_for(None).await;
    for (certificate, is_bound) in [(other, true), (stage.certificate, false)] {
        let at = stage.now();
        let (kind, loss) = (BindingKind::Alert, BindingLoss::Unbound);
        stage.commit(Op::Unbind { app: APP, device: phone, certificate, kind, loss, at }).await;
        let state = stage.binding_of(phone).await;
        assert_eq!(matches!(state, BindingState::Bound(_)), is_bound);
    }
    assert_eq!(stage.binding_of(phone).await, BindingState::Lost(BindingLoss::Unbound));
}

/// If it still holds and was registered before.
pub async fn a_dead_token_is_cleared(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let dead = clear(&stage, "t-1", stage.now());
    assert_eq!(stage.commit(Op::ClearBinding(dead)).await, Outcome::Cleared(true));
    assert_eq!(stage.binding_of(phone).await, BindingState::Lost(BindingLoss::TokenDead));
    let again = clear(&stage, "t-1", stage.now());
    assert_eq!(stage.commit(Op::ClearBinding(again)).await, Outcome::Cleared(false));
}

/// The vendor speaks of an earlier life of the token.
pub async fn a_token_that_was_registered_later_is_kept(stage: Stage) {
    let before = stage.now();
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    for since in [before, bound(&stage, phone).await.registered_at] {
        let dead = clear(&stage, "t-1", since);
        assert_eq!(stage.commit(Op::ClearBinding(dead)).await, Outcome::Cleared(false));
    }
    bound(&stage, phone).await;
}

/// The device reported another one in the meantime; another App's and another certificate's token is another token.
pub async fn a_dead_token_that_was_replaced_already_clears_nothing(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    stage.bind(phone, Some("bo"), "t-2").await;
    let other = stage.certificate_for(None).await;
    let clears = [
        clear(&stage, "t-1", Timestamp::NEVER),
        BindingClear { app: FOREIGN, ..clear(&stage, "t-2", Timestamp::NEVER) },
        BindingClear { certificate: other, ..clear(&stage, "t-2", Timestamp::NEVER) },
    ];
    for dead in clears {
        assert_eq!(stage.commit(Op::ClearBinding(dead)).await, Outcome::Cleared(false));
    }
    bound(&stage, phone).await;
}

/// Some vendors name the token to use from now on.
pub async fn a_named_replacement_renews_the_binding(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let before = bound(&stage, phone).await;
    let dead = BindingClear { replacement: Some("t-2".into()), ..clear(&stage, "t-1", stage.now()) };
    assert_eq!(stage.commit(Op::ClearBinding(dead)).await, Outcome::Cleared(true));
    let after = bound(&stage, phone).await;
    assert_eq!((&*after.token, after.owner), ("t-2", before.owner));
    assert!(after.generation > before.generation);
}

/// Whoever reported the new token is the later holder.
pub async fn a_replacement_that_another_device_holds_is_not_taken_from_it(stage: Stage) {
    let (old, _) = stage.sleeping_phone("bo", "t-1").await;
    let (new, _) = stage.sleeping_phone("bo", "t-2").await;
    let dead = BindingClear { replacement: Some("t-2".into()), ..clear(&stage, "t-1", stage.now()) };
    assert_eq!(stage.commit(Op::ClearBinding(dead)).await, Outcome::Cleared(true));
    assert_eq!(stage.binding_of(old).await, BindingState::Lost(BindingLoss::TakenOver));
    bound(&stage, new).await;
}

/// Another token is not under suspicion.
pub async fn doubts_are_counted_and_forgotten_with_the_token(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    for (doubts, token) in [(2, "t-1"), (3, "t-9")] {
        let certificate = stage.certificate;
        stage.commit(Op::DoubtBinding { app: APP, certificate, token: token.into(), doubts }).await;
    }
    assert_eq!(bound(&stage, phone).await.doubts, 2);
    stage.bind(phone, Some("bo"), "t-1").await;
    assert_eq!(bound(&stage, phone).await.doubts, 2, "the same token stays doubtful");
    stage.bind(phone, Some("bo"), "t-2").await;
    assert_eq!(bound(&stage, phone).await.doubts, 0);
}

/// Neither an unknown device nor a foreign certificate.
pub async fn what_is_not_there_cannot_be_bound(stage: Stage) {
    let unknown = stage.new_binding(device(), None, "t-1");
    assert_eq!(stage.commit(Op::Bind(unknown)).await, Outcome::Missing);
    let phone = device();
    stage.register(phone).await;
    let foreign = NewBinding { app: FOREIGN, ..stage.new_binding(phone, None, "t-1") };
    assert_eq!(stage.commit(Op::Bind(foreign)).await, Outcome::Missing);
}

/// Row B13: who logs in next on the phone is the one its token reaches.
pub async fn b13_a_change_of_user_moves_the_token(stage: Stage) {
    let phone = device();
    let first = stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    stage.logout(first).await;
    stage.login("cy", phone).await;
    stage.bind(phone, Some("cy"), "t-1").await;
    let of = async |name| stage.audience(&model::Addressee::User(user(name))).await[0].binding.clone();
    assert_eq!(of("bo").await, BindingState::Lost(BindingLoss::TakenOver));
    assert!(matches!(of("cy").await, BindingState::Bound(_)));
}
