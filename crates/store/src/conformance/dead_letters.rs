//! Dead letters: what is one, and how it goes back into its queue.

use model::{Attempt, Class, ConversationId, Delivery, DeliveryState, DeviceId, ReasonCode};

use super::{
    Stage,
    stage::{APP, FETCHED, FOREIGN, PUSHED, VERDICT, user},
};
use crate::{CancelScope, DeadLetterFilter, DeliveryUpdate, NewDelivery, Op, Outcome, Requeue};

fn all() -> DeadLetterFilter {
    DeadLetterFilter { reasons: vec![VERDICT], ..DeadLetterFilter::default() }
}

/// A push that the vendor refused.
async fn refused(stage: &Stage) -> (Delivery, DeviceId) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    end(stage, &queued, DeliveryState::Rejected).await;
    (stage.only_delivery(queued.message).await, phone)
}

async fn end(stage: &Stage, delivery: &Delivery, state: DeliveryState) {
    let at = stage.now();
    let attempt = Attempt { code: "21301".to_owned(), ..stage.attempt("misconfigured") };
    let update = DeliveryUpdate {
        id: delivery.id,
        state,
        reason: VERDICT,
        due_at: at,
        attempt: Some(attempt),
        vendor_message_id: None,
        at,
    };
    stage.commit(Op::Update(update)).await;
}

/// The push as it would be decided now.
async fn again(stage: &Stage, dead: &Delivery) -> Requeue {
    let message = stage.store().message(APP, dead.message).await.expect("reads").expect("is there");
    let decision = stage.push_to(&message, dead.device.expect("has a device")).await;
    let mark = Attempt { code: "requeued".to_owned(), ..stage.attempt("requeued") };
    Requeue { app: APP, id: dead.id, message: dead.message, decision, mark }
}

async fn requeue(stage: &Stage, requeue: Requeue) -> Outcome {
    stage.commit(Op::Requeue(Box::new(requeue))).await
}

async fn list(stage: &Stage, filter: &DeadLetterFilter) -> Vec<i64> {
    let found = stage.store().dead_letters(APP, filter, 9).await.expect("reads");
    found.iter().map(|letter| letter.delivery.id.0).collect()
}

/// By reason, certificate, code, class and time, newest first, and in this App alone.
pub async fn dead_letters_are_filtered_and_paged(stage: Stage) {
    let (first, phone) = refused(&stage).await;
    let second = stage.queue_push("bo", phone).await;
    let waiting = stage.queue_push("bo", phone).await;
    end(&stage, &second, DeliveryState::Dropped).await;
    assert_eq!(list(&stage, &all()).await, [second.id.0, first.id.0], "{} waits", waiting.id.0);
    let older = DeadLetterFilter { before: Some(second.id.0), ..all() };
    assert_eq!(list(&stage, &older).await, [first.id.0]);
    let ended_at = first.finished_at.expect("it has ended");
    let none = [
        DeadLetterFilter { reasons: vec![PUSHED], ..all() },
        DeadLetterFilter { certificates: Some(Vec::new()), ..all() },
        DeadLetterFilter { code: Some("0".to_owned()), ..all() },
        DeadLetterFilter { class: Some(Class::Marketing), ..all() },
        DeadLetterFilter { to: Some(ended_at), ..all() },
    ];
    for filter in none {
        assert_eq!(list(&stage, &filter).await, [0_i64; 0], "{filter:?}");
    }
    let both = DeadLetterFilter {
        certificates: Some(vec![stage.certificate]),
        code: Some("21301".to_owned()),
        class: Some(Class::Chat),
        from: Some(ended_at),
        ids: Some(vec![first.id, second.id]),
        ..all()
    };
    assert_eq!(list(&stage, &both).await, [second.id.0, first.id.0]);
    assert!(stage.store().dead_letters(FOREIGN, &all(), 9).await.expect("reads").is_empty());
}

/// The same row, with its attempts before it and a mark among them.
pub async fn a_dead_letter_goes_back_into_its_queue(stage: Stage) {
    let (dead, _) = refused(&stage).await;
    let back = again(&stage, &dead).await;
    assert_eq!(requeue(&stage, back.clone()).await, Outcome::Done);
    let claimed = stage.claim(9).await;
    assert_eq!(claimed.len(), 1);
    let delivery = &claimed[0].delivery;
    assert_eq!((delivery.id, delivery.state, delivery.reason), (dead.id, DeliveryState::Queued, PUSHED));
    assert_eq!(delivery.finished_at, None);
    let verdicts: Vec<&str> = delivery.attempts.iter().map(|attempt| attempt.verdict.as_str()).collect();
    assert_eq!(verdicts, ["misconfigured", "requeued"]);
    assert!(list(&stage, &all()).await.is_empty());
    assert_eq!(requeue(&stage, back).await, Outcome::Missing, "it is no dead letter any more");
    stage.update(dead.id, DeliveryState::Accepted).await;
    assert_eq!(stage.only_delivery(dead.message).await.state, DeliveryState::Accepted);
}

/// Logged out, fetched, or under another token.
pub async fn a_dead_letter_whose_device_changed_since_stays_dead(stage: Stage) {
    let (dead, phone) = refused(&stage).await;
    let back = again(&stage, &dead).await;
    let other = NewDelivery { token: "t-0".into(), ..back.decision.clone() };
    assert_eq!(requeue(&stage, Requeue { decision: other, ..back.clone() }).await, Outcome::Stale);
    let fetched = Op::Cancel {
        app: APP,
        scope: CancelScope::UserDevice(user("bo"), phone),
        reason: FETCHED,
        at: stage.now(),
    };
    stage.commit(fetched).await;
    assert_eq!(requeue(&stage, back).await, Outcome::Stale);
    assert_eq!(stage.only_delivery(dead.message).await, dead);
}

/// On any of the user's devices.
pub async fn a_dead_letter_that_was_read_stays_dead(stage: Stage) {
    let (dead, _) = refused(&stage).await;
    let back = again(&stage, &dead).await;
    let message = stage.store().message(APP, dead.message).await.expect("reads").expect("is there");
    stage
        .commit(Op::Read {
            app: APP,
            user: user("bo"),
            device: None,
            conversation: ConversationId::peer(&user("al"), &user("bo")),
            seq: message.seq,
            reason: FETCHED,
            at: stage.now(),
        })
        .await;
    assert_eq!(requeue(&stage, back).await, Outcome::Stale);
}

/// A cancel that came while it was on the wire holds.
pub async fn a_dead_letter_that_raced_with_a_cancel_is_none(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let id = stage.claim_ids(9).await[0];
    assert!(stage.begin(id).await);
    let scope = CancelScope::Message(queued.message);
    stage.commit(Op::Cancel { app: APP, scope, reason: FETCHED, at: stage.now() }).await;
    end(&stage, &queued, DeliveryState::Rejected).await;
    let dead = stage.only_delivery(queued.message).await;
    assert!(dead.raced);
    assert!(list(&stage, &all()).await.is_empty());
    let back = again(&stage, &dead).await;
    assert_eq!(requeue(&stage, back).await, Outcome::Missing);
}

/// Nothing is written for a foreign App, an unknown row, or one that the vendor took.
pub async fn what_is_no_dead_letter_is_not_put_back(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let back = again(&stage, &queued).await;
    assert_eq!(requeue(&stage, back.clone()).await, Outcome::Missing);
    assert_eq!(requeue(&stage, Requeue { app: FOREIGN, ..back }).await, Outcome::Missing);
    let other = DeadLetterFilter { reasons: vec![ReasonCode(VERDICT.0)], ..all() };
    assert!(list(&stage, &other).await.is_empty());
}
