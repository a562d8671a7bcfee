//! Delivery rows: attempts, ends, lists.

use model::{Addressee, CertificateId, Class, DeliveryId, DeliveryState, Purpose};

use super::{
    Stage,
    stage::{FOREIGN, PUSHED, VERDICT},
};
use crate::{DeliveryFilter, DeliveryUpdate, DeliveryWalk, NewDelivery, Op, Outcome, Requeue};

/// Oldest first, each with the vendor's own words.
pub async fn every_attempt_is_kept_in_order(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let mut tried = Vec::new();
    for (verdict, state) in [
        ("retry", DeliveryState::Queued),
        ("limited", DeliveryState::Queued),
        ("accepted", DeliveryState::Accepted),
    ] {
        let attempt = model::Attempt { text: "说 \"明白\"".to_owned(), ..stage.attempt(verdict) };
        tried.push(attempt.clone());
        let at = stage.now();
        let vendor_message_id = (state == DeliveryState::Accepted).then(|| "vendor-1".to_owned());
        stage
            .commit(Op::Update(DeliveryUpdate {
                id: queued.id,
                state,
                reason: VERDICT,
                due_at: at,
                attempt: Some(attempt),
                vendor_message_id,
                at,
            }))
            .await;
    }
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!(ended.attempts, tried);
    assert_eq!(
        (ended.state, ended.vendor_message_id.as_deref()),
        (DeliveryState::Accepted, Some("vendor-1"))
    );
    assert!(ended.finished_at.is_some());
}

/// States only move forward.
pub async fn an_ended_delivery_stays_as_it_is(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let ended = stage.only_delivery(queued.message).await;
    for state in [DeliveryState::Queued, DeliveryState::Rejected] {
        stage.update(queued.id, state).await;
    }
    assert_eq!(stage.only_delivery(queued.message).await, ended);
    assert!(stage.claim(9).await.is_empty());
}

/// A lifetime that is over needs no vendor.
pub async fn giving_up_without_a_try_leaves_no_attempt(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let at = stage.now();
    let update = DeliveryUpdate {
        id: queued.id,
        state: DeliveryState::Dropped,
        reason: VERDICT,
        due_at: at,
        attempt: None,
        vendor_message_id: None,
        at,
    };
    stage.commit(Op::Update(update)).await;
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.finished_at), (DeliveryState::Dropped, Some(at)));
    assert!(ended.attempts.is_empty());
}

/// Each filter alone, and with the next page.
pub async fn deliveries_are_filtered_and_paged_newest_first(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (two, _) = stage.sleeping_phone("cy", "t-2").await;
    let first = stage.queue_push("bo", one).await;
    let second = stage.queue_push("cy", two).await;
    let third = stage.queue_push("bo", one).await;
    stage.update(third.id, DeliveryState::Accepted).await;
    let push_id = stage.store().device(super::stage::APP, two).await.expect("reads").expect("is there");
    let push_id = push_id.device.push_id;
    let fourth = push_by_id(&stage, push_id, two).await;

    let any = DeliveryFilter::default;
    let ids = async |filter| stage.list(filter).await.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(any()).await, [fourth, third.id, second.id, first.id]);
    assert_eq!(ids(DeliveryFilter { message: Some(first.message), ..any() }).await, [first.id]);
    assert_eq!(ids(DeliveryFilter { user: first.user.clone(), ..any() }).await, [third.id, first.id]);
    assert_eq!(ids(DeliveryFilter { device: Some(one), ..any() }).await, [third.id, first.id]);
    assert_eq!(ids(DeliveryFilter { device: Some(two), ..any() }).await, [fourth, second.id]);
    assert_eq!(ids(DeliveryFilter { push_id: Some(push_id), ..any() }).await, [fourth]);
    assert_eq!(ids(DeliveryFilter { certificate: Some(CertificateId(999)), ..any() }).await, []);
    assert_eq!(ids(DeliveryFilter { state: Some(DeliveryState::Accepted), ..any() }).await, [third.id]);
    let next_page = DeliveryFilter { user: first.user, before: Some(third.id.0), ..any() };
    assert_eq!(ids(next_page).await, [first.id]);
}

/// Alone, and among a user's own.
pub async fn a_delivery_is_found_by_the_vendors_id(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (first, second) = (stage.queue_push("bo", one).await, stage.queue_push("bo", one).await);
    for (queued, id) in [(&first, "v-1"), (&second, "v-2")] {
        let at = stage.now();
        let update = DeliveryUpdate {
            id: queued.id,
            state: DeliveryState::Accepted,
            reason: VERDICT,
            due_at: at,
            attempt: Some(stage.attempt("accepted")),
            vendor_message_id: Some(id.to_owned()),
            at,
        };
        stage.commit(Op::Update(update)).await;
    }
    let of =
        |id: &str| DeliveryFilter { vendor_message_id: Some(id.to_owned()), ..DeliveryFilter::default() };
    let ids = async |filter| stage.list(filter).await.into_iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(of("v-1")).await, [first.id]);
    assert_eq!(ids(of("v-3")).await, []);
    assert_eq!(ids(DeliveryFilter { user: second.user.clone(), ..of("v-2") }).await, [second.id]);
    assert_eq!(ids(DeliveryFilter { user: "cy".parse().ok(), ..of("v-2") }).await, []);
    let foreign = stage.store().deliveries(FOREIGN, &of("v-1"), 9).await.expect("reads");
    assert!(foreign.is_empty());
}

async fn push_by_id(stage: &Stage, push_id: model::PushId, device: model::DeviceId) -> DeliveryId {
    let message = stage.push(Addressee::PushId(push_id));
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    let decided_at = stage.now();
    let decision = NewDelivery {
        purpose: Purpose::Notify,
        user: None,
        device: Some(device),
        push_id: Some(push_id),
        certificate: Some(stage.certificate),
        token: "t-2".into(),
        binding_generation: 1,
        state: DeliveryState::Queued,
        reason: PUSHED,
        rules_version: 1,
        facts: Vec::new(),
        text: model::TextVariant::Full,
        counts_badge: false,
        decided_at,
        due_at: decided_at,
        expires_at: message.expires_at,
    };
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Done);
    stage.only_delivery(message.id).await.id
}

/// Every lookup takes the App.
pub async fn a_foreign_app_sees_no_delivery(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    for filter in [
        DeliveryFilter::default(),
        DeliveryFilter { message: Some(queued.message), ..DeliveryFilter::default() },
        DeliveryFilter { user: queued.user, ..DeliveryFilter::default() },
    ] {
        assert!(stage.store().deliveries(FOREIGN, &filter, 9).await.expect("reads").is_empty());
    }
}

fn all() -> DeliveryWalk {
    DeliveryWalk { look_at: 100, ..DeliveryWalk::default() }
}

async fn walked(stage: &Stage, walk: DeliveryWalk, limit: u32) -> (Vec<i64>, u32, Option<i64>) {
    let step = stage.store().walk_deliveries(super::stage::APP, &walk, limit).await.expect("reads");
    (step.found.iter().map(|one| one.delivery.id.0).collect(), step.looked_at, step.next)
}

/// A filter without an index costs no more than a step; the next one goes on behind it.
pub async fn a_walk_looks_at_so_many_deliveries_a_step_and_finds_those_that_fit(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (two, _) = stage.sleeping_phone("cy", "t-2").await;
    let mut ids = Vec::new();
    for (name, phone) in [("bo", one), ("cy", two), ("bo", one), ("cy", two)] {
        ids.push(stage.queue_push(name, phone).await.id);
    }
    stage.update(ids[0], DeliveryState::Accepted).await;
    stage.update(ids[1], DeliveryState::Rejected).await;
    let [first, second, third, fourth] = [ids[0].0, ids[1].0, ids[2].0, ids[3].0];
    assert_eq!(walked(&stage, all(), 9).await, (vec![fourth, third, second, first], 4, None));
    assert_eq!(walked(&stage, all(), 2).await, (vec![fourth, third], 2, Some(third)));
    let accepted = DeliveryWalk { state: Some(DeliveryState::Accepted), look_at: 3, ..all() };
    assert_eq!(walked(&stage, accepted.clone(), 9).await, (vec![], 3, Some(second)));
    assert_eq!(
        walked(&stage, DeliveryWalk { before: Some(second), ..accepted }, 9).await,
        (vec![first], 1, None)
    );
    let bo = Some(super::stage::user("bo"));
    for (walk, expected) in [
        (DeliveryWalk { user: bo.clone(), ..all() }, vec![third, first]),
        (DeliveryWalk { user: bo, state: Some(DeliveryState::Queued), ..all() }, vec![third]),
        (DeliveryWalk { state: Some(DeliveryState::Rejected), ..all() }, vec![second]),
        (DeliveryWalk { reason: Some(VERDICT), ..all() }, vec![second, first]),
        (DeliveryWalk { class: Some(Class::Chat), ..all() }, vec![fourth, third, second, first]),
        (DeliveryWalk { class: Some(Class::Marketing), ..all() }, vec![]),
        (DeliveryWalk { certificates: Some(vec![stage.certificate]), look_at: 1, ..all() }, vec![fourth]),
        (DeliveryWalk { certificates: Some(Vec::new()), ..all() }, vec![]),
    ] {
        assert_eq!(walked(&stage, walk.clone(), 9).await.0, expected, "{walk:?}");
    }
    let foreign = stage.store().walk_deliveries(FOREIGN, &all(), 9).await.expect("reads");
    assert!(foreign.found.is_empty());
}

/// From a moment on, and until one; what was put back stays where it was.
pub async fn a_walk_begins_and_ends_where_it_is_told_to(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let mut queued = Vec::new();
    for _ in 0..9 {
        queued.push(stage.queue_push("bo", phone).await);
    }
    let (from, to) = (queued[3].decided_at, queued[6].decided_at);
    let expected: Vec<i64> = [5, 4, 3].map(|place| queued[place].id.0).into();
    let span = DeliveryWalk { from: Some(from), to: Some(to), ..all() };
    assert_eq!(walked(&stage, span.clone(), 9).await, (expected.clone(), 3, None));
    let none = DeliveryWalk { from: Some(stage.now()), ..all() };
    assert_eq!(walked(&stage, none, 9).await, (Vec::new(), 0, None));
    stage.update(queued[4].id, DeliveryState::Dropped).await;
    let message = stage.store().message(super::stage::APP, queued[4].message).await;
    let decision = stage.push_to(&message.expect("reads").expect("is there"), phone).await;
    let mark = model::Attempt { verdict: model::REQUEUED.to_owned(), ..stage.attempt("requeued") };
    let again =
        Requeue { app: super::stage::APP, id: queued[4].id, message: queued[4].message, decision, mark };
    assert_eq!(stage.commit(Op::Requeue(Box::new(again))).await, Outcome::Done);
    assert_eq!(walked(&stage, span, 9).await, (expected, 3, None));
}
