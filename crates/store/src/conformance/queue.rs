//! The queue: claims, the last word before the wire, cancels.

use std::collections::BTreeSet;

use model::{BindingKind, BindingLoss, DeliveryState, DeviceReport, Environment, SessionState, Timestamp};

use super::{
    Stage,
    stage::{APP, FETCHED, VERDICT, device, report, user},
};
use crate::{CancelScope, DeliveryUpdate, NewDelivery, Op, Outcome};

/// By due time, then by row.
pub async fn claims_come_oldest_due_first_and_within_the_limit(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let mut queued = Vec::new();
    for late_ms in [30, 10, 20] {
        let message = stage.accept("bo").await;
        let decision = stage.push_to(&message, phone).await;
        let due_at = super::stage::START.plus_ms(late_ms);
        stage.decide(&message, vec![NewDelivery { due_at, ..decision }]).await;
        queued.push(stage.only_delivery(message.id).await.id);
    }
    let by = Timestamp::NEVER;
    let claim = async |limit| {
        let claimed = stage.store().claim(stage.certificate, by, limit).await.expect("claims");
        claimed.into_iter().map(|one| one.delivery.id).collect::<Vec<_>>()
    };
    assert_eq!(claim(2).await, [queued[1], queued[2]]);
    assert_eq!(claim(2).await, [queued[0]]);
    assert!(claim(2).await.is_empty());
}

/// Due by then, not later.
pub async fn what_is_not_due_is_not_claimed(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let claim = async |by| stage.store().claim(stage.certificate, by, 9).await.expect("claims").len();
    assert_eq!(claim(queued.due_at.plus_ms(-1)).await, 0);
    assert_eq!(claim(queued.due_at).await, 1);
}

/// One lane holds it.
pub async fn what_is_held_is_not_claimed_again(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let first = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim_ids(9).await, [first.id]);
    let second = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim_ids(9).await, [second.id]);
    assert!(stage.begin(first.id).await);
    assert!(stage.claim(9).await.is_empty());
}

/// Begun or not.
pub async fn what_is_released_is_claimed_again(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let first = stage.queue_push("bo", phone).await;
    let second = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim(9).await.len(), 2);
    assert!(stage.begin(first.id).await);
    stage.store().release(&[first.id, second.id]).await.expect("releases");
    assert!(!stage.begin(first.id).await, "nobody holds it");
    assert_eq!(stage.claim_ids(9).await, [first.id, second.id]);
}

/// However claims and releases fall, a row is in one lane's hands.
pub async fn a_long_backlog_is_claimed_once_each(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    for _ in 0..30 {
        stage.queue_push("bo", phone).await;
    }
    let mut seen = BTreeSet::new();
    let mut round = 0;
    loop {
        let claimed = stage.claim_ids(7).await;
        let Some((last, done)) = claimed.split_last() else { break };
        for id in done {
            assert!(seen.insert(*id), "claimed twice");
            stage.update(*id, DeliveryState::Accepted).await;
        }
        round += 1;
        if round % 2 == 0 {
            stage.store().release(&[*last]).await.expect("releases");
        } else {
            assert!(seen.insert(*last), "claimed twice");
            stage.update(*last, DeliveryState::Accepted).await;
        }
    }
    assert_eq!(seen.len(), 30);
}

/// The row alone holds the due time.
pub async fn a_retry_is_claimed_when_it_is_due(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    let due_at = stage.now().plus_ms(10_000);
    let update = DeliveryUpdate {
        id: queued.id,
        state: DeliveryState::Queued,
        reason: VERDICT,
        due_at,
        attempt: Some(stage.attempt("retry")),
        vendor_message_id: None,
        at: stage.now(),
    };
    stage.commit(Op::Update(update)).await;
    assert!(stage.claim(9).await.is_empty());
    assert_eq!(stage.store().next_due(stage.certificate).await.expect("reads"), Some(due_at));
    let claimed = stage.store().claim(stage.certificate, due_at, 9).await.expect("claims");
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].delivery.attempts.len(), 1);
}

/// After a crash a job begins again.
pub async fn a_reopen_puts_everything_back(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim(9).await.len(), 1);
    assert!(stage.begin(queued.id).await);
    let stage = stage.reopen().await;
    assert!(!stage.begin(queued.id).await);
    assert_eq!(stage.claim_ids(9).await, [queued.id]);
}

/// What waits is counted by lane, fan-out and webhook, in hand or not.
pub async fn how_much_waits_is_counted(stage: Stage) {
    let backlog = async || stage.store().backlog().await.expect("counts");
    assert_eq!(backlog().await, crate::Backlog::default());
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let first = stage.queue_push("bo", phone).await;
    let second = stage.queue_push("bo", phone).await;
    stage.claim(1).await;
    let lane = |queued, oldest: &model::Delivery| crate::LaneBacklog {
        certificate: stage.certificate,
        queued,
        oldest_due: Some(oldest.due_at),
    };
    assert_eq!(backlog().await.lanes, [lane(2, &first)]);
    stage.update(first.id, DeliveryState::Accepted).await;
    assert_eq!(backlog().await.lanes, [lane(1, &second)]);
}

/// What a lane waits for.
pub async fn the_next_due_time_is_that_of_a_row_nobody_holds(stage: Stage) {
    let next = async || stage.store().next_due(stage.certificate).await.expect("reads");
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    assert_eq!(next().await, None);
    let first = stage.queue_push("bo", phone).await;
    let second = stage.queue_push("bo", phone).await;
    assert_eq!(next().await, Some(first.due_at));
    stage.claim(1).await;
    assert_eq!(next().await, Some(second.due_at));
    stage.claim(1).await;
    assert_eq!(next().await, None);
    stage.store().release(&[first.id]).await.expect("releases");
    assert_eq!(next().await, Some(first.due_at));
}

/// Nothing more has to be read.
pub async fn a_claim_brings_what_it_takes_to_render(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let certificate = stage.certificate;
    stage.commit(Op::DoubtBinding { app: APP, certificate, token: "t-1".into(), doubts: 1 }).await;
    let queued = stage.queue_push("bo", phone).await;
    let claimed = stage.claim(9).await.remove(0);
    assert_eq!(claimed.delivery, queued);
    assert_eq!(
        Some(&*claimed.message),
        stage.store().message(APP, queued.message).await.expect("reads").as_ref()
    );
    assert_eq!((claimed.language.as_str(), claimed.doubts), ("zh-CN", 1));
    assert!(claimed.environment_confirmed && claimed.token_registered_at.is_some());
    let report = DeviceReport { apns_environment: Some(Environment::Development), ..report() };
    let (push_id, at) = (model::PushId(uuid::Uuid::new_v4()), stage.now());
    stage.commit(Op::RegisterDevice { app: APP, device: phone, push_id, report, at }).await;
    stage.queue_push("bo", phone).await;
    assert!(!stage.claim(9).await.remove(0).environment_confirmed);
}

/// Row E9: who writes, and in which group.
pub async fn e9_a_claim_brings_the_names_that_a_push_shows(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    super::groups::create(&stage, "g", &["bo"]).await;
    let names = async || {
        let claimed = stage.claim(9).await.remove(0);
        let text = |name: Option<std::sync::Arc<str>>| name.map(|name| name.to_string());
        (text(claimed.sender_name), text(claimed.group_name))
    };
    stage.queue_push("bo", phone).await;
    assert_eq!(names().await, (None, None), "al has no name");
    let at = stage.now();
    stage.commit(Op::NameUser { app: APP, user: user("al"), name: Some("Al".to_owned()), at }).await;
    stage.queue_push("bo", phone).await;
    assert_eq!(names().await, (Some("Al".to_owned()), None));
    let message = super::groups::accept(&stage, "g").await;
    let decision = stage.push_to(&message, phone).await;
    stage.decide(&message, vec![decision]).await;
    assert_eq!(names().await, (Some("Al".to_owned()), Some("The climbers".to_owned())));
}

/// Nobody sends to a token that is another's by now.
pub async fn a_claim_tells_that_its_binding_is_gone(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    stage.queue_push("bo", phone).await;
    let (certificate, kind, loss, at) =
        (stage.certificate, BindingKind::Alert, BindingLoss::Unbound, stage.now());
    stage.commit(Op::Unbind { app: APP, device: phone, certificate, kind, loss, at }).await;
    assert_eq!(stage.claim(9).await.remove(0).token_registered_at, None);
}

/// After a fetch is acknowledged, no send for that device begins.
pub async fn what_was_cancelled_after_the_claim_may_not_begin(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(stage.claim(9).await.len(), 1);
    assert!(stage.move_to(session, SessionState::OnlineForeground).await);
    assert!(!stage.begin(queued.id).await);
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.raced), (DeliveryState::Skipped, FETCHED, false));
}

/// A send cannot be called back here.
pub async fn what_is_on_the_wire_when_it_is_cancelled_ends_as_the_vendor_says_and_is_marked(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    assert!(stage.begin(queued.id).await);
    assert_eq!(stage.logout(session).await, Outcome::Cancelled { cancelled: 0, raced: 1 });
    let raced = stage.only_delivery(queued.message).await;
    assert_eq!((raced.state, raced.raced), (DeliveryState::Queued, true));
    stage.update(queued.id, DeliveryState::Accepted).await;
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.raced), (DeliveryState::Accepted, VERDICT, true));
}

/// A retry would be a send that begins after the cancel.
pub async fn what_raced_is_not_sent_again(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    stage.begin(queued.id).await;
    stage.move_to(session, SessionState::OnlineForeground).await;
    stage.update(queued.id, DeliveryState::Queued).await;
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.raced), (DeliveryState::Skipped, FETCHED, true));
    assert!(ended.finished_at.is_some());
    assert_eq!(ended.attempts.len(), 1);
    assert!(stage.claim(9).await.is_empty());
}

/// The lane was stopped before the vendor answered.
pub async fn what_raced_and_is_put_back_ends_with_the_cancel(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    stage.begin(queued.id).await;
    stage.move_to(session, SessionState::OnlineForeground).await;
    stage.store().release(&[queued.id]).await.expect("releases");
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.raced), (DeliveryState::Skipped, FETCHED, true));
    assert!(stage.claim(9).await.is_empty());
}

/// What the vendor said is not known any more.
pub async fn what_raced_before_a_stop_ends_with_the_cancel(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.claim(9).await;
    stage.begin(queued.id).await;
    stage.move_to(session, SessionState::OnlineForeground).await;
    let stage = stage.reopen().await;
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.raced), (DeliveryState::Skipped, FETCHED, true));
}

/// On every device.
pub async fn a_cancelled_message_begins_nowhere(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (two, _) = stage.sleeping_phone("bo", "t-2").await;
    let message = stage.accept("bo").await;
    let decisions = vec![stage.push_to(&message, one).await, stage.push_to(&message, two).await];
    stage.decide(&message, decisions).await;
    let other = stage.queue_push("bo", one).await;
    let claimed = stage.claim_ids(9).await;
    assert_eq!(claimed.len(), 3);
    let scope = CancelScope::Message(message.id);
    let outcome = stage.commit(Op::Cancel { app: APP, scope, reason: FETCHED, at: stage.now() }).await;
    assert_eq!(outcome, Outcome::Cancelled { cancelled: 2, raced: 0 });
    let may_begin = stage.store().begin(&claimed).await.expect("answers");
    let expected: Vec<bool> = claimed.iter().map(|id| *id == other.id).collect();
    assert_eq!(may_begin, expected);
}

/// A lane is one certificate's.
pub async fn another_certificates_rows_are_not_claimed(stage: Stage) {
    let phone = device();
    let session = stage.login("bo", phone).await;
    stage.bind(phone, Some("bo"), "t-1").await;
    stage.move_to(session, SessionState::Disconnected).await;
    stage.queue_push("bo", phone).await;
    let other = stage.certificate_for(None).await;
    assert!(stage.store().claim(other, Timestamp::NEVER, 9).await.expect("claims").is_empty());
    assert_eq!(stage.store().next_due(other).await.expect("reads"), None);
}

/// What waits is counted by lane and by App, as far as the asker wants to know.
pub async fn what_waits_is_counted_as_far_as_asked(stage: Stage) {
    use crate::Waiting::{App, Lane};
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let waiting = async |whose, most| stage.store().waiting(whose, most).await.expect("counts");
    assert_eq!(waiting(Lane(stage.certificate), 9).await, 0);
    let first = stage.queue_push("bo", phone).await;
    for _ in 0..4 {
        stage.queue_push("bo", phone).await;
    }
    let on_disk = waiting(Lane(stage.certificate), 9).await;
    assert!(on_disk <= 5, "what is not on disk yet may be left out");
    assert_eq!(waiting(App(first.app), 9).await, on_disk);
    assert!(waiting(Lane(stage.certificate), 3).await <= 3);
    stage.claim(9).await;
    stage.update(first.id, DeliveryState::Accepted).await;
    assert!(waiting(App(first.app), 9).await <= 4);
    assert_eq!(waiting(Lane(model::CertificateId(99)), 9).await, 0);
}
