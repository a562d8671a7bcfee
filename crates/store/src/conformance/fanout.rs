//! Fan-out cursors and the decisions of a page.

use model::{ConversationId, DeliveryState, LoginPolicy, SessionState};

use super::{
    Stage,
    stage::{APP, FETCHED, START, device, user},
};
use crate::{CancelScope, FanoutNext, NewDelivery, Op, Outcome};

/// Accepting makes the cursor due.
pub async fn a_fanout_is_due_from_the_moment_of_sending_oldest_first(stage: Stage) {
    let (first, second) = (stage.accept("bo").await, stage.accept("cy").await);
    assert!(stage.store().due_fanouts(START, 9).await.expect("reads").is_empty());
    let due = stage.store().due_fanouts(first.sent_at, 9).await.expect("reads");
    assert_eq!(due.len(), 1);
    assert_eq!((&*due[0].message, &due[0].after, due[0].due_at), (&first, &None, first.sent_at));
    let due = stage.store().due_fanouts(second.sent_at, 9).await.expect("reads");
    assert_eq!(due.iter().map(|one| one.message.id).collect::<Vec<_>>(), [first.id, second.id]);
    assert_eq!(stage.store().due_fanouts(second.sent_at, 1).await.expect("reads").len(), 1);
}

/// A page and its cursor are one op.
pub async fn decisions_and_cursor_are_stored_together(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    let due_at = stage.now().plus_ms(5000);
    let next = FanoutNext::Again { after: Some(user("bo")), due_at };
    let deliveries = vec![decision.clone()];
    let outcome = stage.commit(Op::Decide { app: APP, message: message.id, deliveries, next }).await;
    assert_eq!(outcome, Outcome::Done);
    let cursor = stage.store().fanout(APP, message.id).await.expect("reads").expect("still open");
    assert_eq!((cursor.after, cursor.due_at), (Some(user("bo")), due_at));
    let stored = stage.only_delivery(message.id).await;
    assert_eq!(stored.state, DeliveryState::Queued);
    assert_eq!((stored.user, stored.device), (decision.user, decision.device));
    assert_eq!((stored.token, stored.facts), (decision.token, decision.facts));
    assert_eq!((stored.reason, stored.rules_version), (decision.reason, decision.rules_version));
    assert_eq!((stored.due_at, stored.expires_at), (decision.due_at, decision.expires_at));
}

/// And does not come back.
pub async fn a_fanout_that_is_done_is_gone(stage: Stage) {
    let message = stage.accept("bo").await;
    assert_eq!(stage.decide(&message, Vec::new()).await, Outcome::Done);
    assert!(stage.store().fanout(APP, message.id).await.expect("reads").is_none());
    let next = FanoutNext::Again { after: None, due_at: START };
    stage.commit(Op::Decide { app: APP, message: message.id, deliveries: Vec::new(), next }).await;
    assert!(stage.store().fanout(APP, message.id).await.expect("reads").is_none());
}

/// A page that is decided again after a crash makes nothing twice.
pub async fn a_target_that_has_a_delivery_keeps_it(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    stage.decide(&message, vec![decision.clone()]).await;
    let first = stage.only_delivery(message.id).await;
    let other = NewDelivery { state: DeliveryState::Skipped, ..decision };
    stage.decide(&message, vec![other]).await;
    assert_eq!(stage.only_delivery(message.id).await, first);
    assert_eq!(stage.claim_ids(9).await, [first.id]);
}

/// Connected in the background or not: what the device has fetched needs no push.
pub async fn a_decision_from_before_a_fetch_is_stale(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    let scope = CancelScope::UserDevice(user("bo"), phone);
    stage.commit(Op::Cancel { app: APP, scope, reason: FETCHED, at: stage.now() }).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale);
}

/// A target is a user's device: whoever was kicked from it is told apart from who is on it.
pub async fn two_users_of_one_device_are_two_targets(stage: Stage) {
    let shared = device();
    stage.login("al", shared).await;
    stage.login("bo", shared).await;
    let message = stage.accept("bo").await;
    let rows = stage.audience(&message.addressee).await;
    assert_eq!(rows.len(), 2);
    let skips = rows.into_iter().map(|row| NewDelivery {
        purpose: model::Purpose::Notify,
        user: row.user,
        device: Some(shared),
        push_id: None,
        certificate: None,
        token: "".into(),
        binding_generation: 0,
        state: DeliveryState::Skipped,
        reason: model::ReasonCode(9),
        rules_version: 1,
        facts: Vec::new(),
        text: model::TextVariant::Full,
        counts_badge: false,
        decided_at: START,
        due_at: START,
        expires_at: START,
    });
    assert_eq!(stage.decide(&message, skips.collect()).await, Outcome::Done);
    let made = stage.list(crate::DeliveryFilter { message: Some(message.id), ..Default::default() }).await;
    assert_eq!(made.len(), 2);
    assert!(made.iter().all(|one| one.state == DeliveryState::Skipped && one.finished_at == Some(START)));
}

/// A cancel finds only rows that are there, so a decision it overtook makes none.
pub async fn a_decision_that_a_logout_overtook_is_stale_and_stores_nothing(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    stage.logout(session).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale);
    assert!(stage.list(crate::DeliveryFilter::default()).await.is_empty());
    assert!(stage.store().fanout(APP, message.id).await.expect("reads").is_some(), "it is decided again");
}

/// The device came to the foreground after the decision was made.
pub async fn a_decision_that_a_fetch_overtook_is_stale(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    assert!(stage.move_to(session, SessionState::OnlineForeground).await);
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale);
    let again = stage.push_to(&message, phone).await;
    assert_eq!(stage.decide(&message, vec![again]).await, Outcome::Done, "a later decision knows better");
}

/// In the background an acknowledgement changes nothing: frame and push leave together.
pub async fn a_decision_that_an_acknowledgement_in_the_foreground_overtook_is_stale(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    stage.move_to(session, SessionState::OnlineForeground).await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    let cursors = vec![(ConversationId::peer(&user("al"), &user("bo")), message.seq)];
    stage.commit(Op::Ack { app: APP, user: user("bo"), device: phone, cursors }).await;
    assert_eq!(stage.decide(&message, vec![decision.clone()]).await, Outcome::Stale);
    stage.move_to(session, SessionState::OnlineBackground).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Done);
}

/// The generation tells.
pub async fn a_decision_for_a_token_that_was_replaced_is_stale(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    stage.bind(phone, Some("bo"), "t-2").await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale);
}

/// Of another App, or never accepted.
pub async fn a_decision_for_an_unknown_message_is_missing(stage: Stage) {
    let message = stage.message("al", "bo");
    assert_eq!(stage.decide(&message, Vec::new()).await, Outcome::Missing);
}

/// A restart resumes from cursors.
pub async fn a_cursor_outlives_a_reopen(stage: Stage) {
    let login = stage.new_session("bo", device(), LoginPolicy::Many);
    stage.commit(Op::OpenSession(login)).await;
    let message = stage.accept("bo").await;
    let next = FanoutNext::Again { after: Some(user("al")), due_at: message.sent_at };
    stage.commit(Op::Decide { app: APP, message: message.id, deliveries: Vec::new(), next }).await;
    let stage = stage.reopen().await;
    let due = stage.store().due_fanouts(message.sent_at, 9).await.expect("reads");
    assert_eq!(due.len(), 1);
    assert_eq!((&*due[0].message, due[0].after.clone()), (&message, Some(user("al"))));
}
