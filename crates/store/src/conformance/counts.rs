//! Counts by the hour agree with the deliveries they are of.

use model::{
    Class, DeliveryState, Environment, PushSettings, REQUEUED, Receipt, ReceiptKind, SessionState, Timestamp,
};

use super::{
    Stage,
    stage::{APP, FETCHED, FOREIGN, START, VERDICT},
};
use crate::{
    CancelScope, CountFilter, Counts, DeliveryFilter, DeliveryUpdate, FunnelCounts, NewBinding, NewDelivery,
    Op, Outcome, Requeue,
};

const HOUR_MS: i64 = 3_600_000;

/// Every hour that a check touches, as one.
const ALL: CountFilter =
    CountFilter { from: Timestamp(0), to: START.plus_ms(1000 * HOUR_MS), hours_together: u32::MAX };

async fn read(stage: &Stage, filter: CountFilter) -> Counts {
    stage.store().counts(APP, &filter).await.expect("reads")
}

async fn sum(stage: &Stage) -> FunnelCounts {
    let mut all = FunnelCounts::default();
    for row in read(stage, ALL).await.rows {
        all += row.counts;
    }
    all
}

/// All but `eligible`, which a row that was skipped does not tell.
async fn of_deliveries(stage: &Stage) -> FunnelCounts {
    let mut all = FunnelCounts::default();
    for delivery in stage.list(DeliveryFilter::default()).await {
        let is = |state| i64::from(delivery.state == state);
        all += FunnelCounts {
            eligible: 0,
            sent: i64::from(delivery.attempts.iter().any(|attempt| attempt.verdict != REQUEUED)),
            accepted: is(DeliveryState::Accepted),
            arrived: i64::from(delivery.marks.arrived_at.is_some()),
            shown: i64::from(delivery.marks.shown_at.is_some()),
            clicked: i64::from(delivery.marks.clicked_at.is_some()),
            skipped: is(DeliveryState::Skipped),
            rejected: is(DeliveryState::Rejected),
            dropped: is(DeliveryState::Dropped),
        };
    }
    all
}

async fn assert_agreement(stage: &Stage, eligible: i64) {
    let expected = FunnelCounts { eligible, ..of_deliveries(stage).await };
    assert_eq!(sum(stage).await, expected);
    let ended: i64 = read(stage, ALL).await.reasons.iter().map(|reason| reason.ended).sum();
    assert_eq!(ended, expected.skipped + expected.rejected + expected.dropped);
}

async fn give_up(stage: &Stage, id: model::DeliveryId) {
    let at = stage.now();
    let (state, attempt) = (DeliveryState::Dropped, None);
    let update =
        DeliveryUpdate { id, state, reason: VERDICT, due_at: at, attempt, vendor_message_id: None, at };
    assert_eq!(stage.commit(Op::Update(update)).await, Outcome::Done);
}

async fn mark(stage: &Stage, token: &str, kind: ReceiptKind) {
    let receipt = Receipt {
        message: None,
        vendor_message_id: "vendor-1".to_owned(),
        token: token.to_owned(),
        kind,
        at: stage.now(),
        code: String::new(),
    };
    stage.commit(Op::Mark { app: APP, certificate: stage.certificate, receipt }).await;
}

/// Whatever becomes of them: taken at once, tried twice, refused, given up, skipped, cancelled.
pub async fn counts_agree_with_the_deliveries(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let push = stage.push_to(&message, phone).await;
    // In memory until its verdict.
    stage.decide(&message, vec![push]).await;
    let taken = stage.claim_ids(1).await[0];
    assert!(stage.begin(taken).await);
    stage.update(taken, DeliveryState::Accepted).await;
    for states in [
        &[DeliveryState::Queued, DeliveryState::Accepted][..],
        &[DeliveryState::Rejected],
        // An ended delivery stays as it is.
        &[DeliveryState::Rejected, DeliveryState::Accepted],
    ] {
        let queued = stage.queue_push("bo", phone).await;
        for state in states {
            stage.update(queued.id, *state).await;
        }
    }
    give_up(&stage, stage.queue_push("bo", phone).await.id).await;
    let message = stage.accept("bo").await;
    let skip = NewDelivery {
        state: DeliveryState::Skipped,
        certificate: None,
        ..stage.push_to(&message, phone).await
    };
    stage.decide(&message, vec![skip]).await;
    let cancelled = stage.queue_push("bo", phone).await;
    let scope = CancelScope::Message(cancelled.message);
    for _ in 0..2 {
        let op = Op::Cancel { app: APP, scope: scope.clone(), reason: FETCHED, at: stage.now() };
        stage.commit(op).await;
    }
    stage.queue_push("bo", phone).await;
    assert_agreement(&stage, 7).await;
    let sum = sum(&stage).await;
    assert_eq!((sum.sent, sum.accepted, sum.skipped, sum.rejected, sum.dropped), (4, 2, 2, 2, 1));
}

/// As after a stop in the middle: what was not committed is not counted, what raced ends when the store opens.
pub async fn what_is_counted_outlives_a_reopen_and_what_raced_ends_once(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let id = stage.claim_ids(1).await[0];
    assert!(stage.begin(id).await);
    let scope = CancelScope::Message(queued.message);
    stage.commit(Op::Cancel { app: APP, scope, reason: FETCHED, at: stage.now() }).await;
    assert_eq!(sum(&stage).await.skipped, 0, "it is on the wire");
    let waiting = stage.queue_push("bo", phone).await;
    let mut stage = stage;
    for _ in 0..2 {
        stage = stage.reopen().await;
        assert_agreement(&stage, 2).await;
    }
    stage.update(waiting.id, DeliveryState::Accepted).await;
    assert_agreement(&stage, 2).await;
}

/// Vendors repeat themselves, and say what was so before they took it.
pub async fn a_receipt_that_comes_twice_counts_once(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    for kind in
        [ReceiptKind::Arrived, ReceiptKind::Shown, ReceiptKind::Clicked, ReceiptKind::NotificationsOff]
    {
        for _ in 0..2 {
            mark(&stage, "t-1", kind.clone()).await;
        }
    }
    let stage = stage.reopen().await;
    mark(&stage, "t-1", ReceiptKind::Arrived).await;
    assert_agreement(&stage, 1).await;
    let sum = sum(&stage).await;
    assert_eq!((sum.arrived, sum.shown, sum.clicked), (1, 1, 1));
}

/// In the hour of its new decision.
pub async fn a_push_that_is_put_back_counts_as_one(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let tried = stage.queue_push("bo", phone).await;
    stage.update(tried.id, DeliveryState::Rejected).await;
    let untried = stage.queue_push("bo", phone).await;
    give_up(&stage, untried.id).await;
    for dead in [&tried, &untried] {
        let message = stage.store().message(APP, dead.message).await.expect("reads").expect("is there");
        let mut decision = stage.push_to(&message, phone).await;
        decision.decided_at = decision.decided_at.plus_ms(2 * HOUR_MS);
        let mark = stage.attempt(REQUEUED);
        let requeue = Requeue { app: APP, id: dead.id, message: dead.message, decision, mark };
        assert_eq!(stage.commit(Op::Requeue(Box::new(requeue))).await, Outcome::Done);
        assert_agreement(&stage, 2).await;
    }
    let early = CountFilter { to: START.plus_ms(HOUR_MS), ..ALL };
    let left = read(&stage, early).await;
    assert!(left.rows.iter().all(|row| row.counts == FunnelCounts::default()), "{:?}", left.rows);
    for dead in [&tried, &untried] {
        stage.update(dead.id, DeliveryState::Accepted).await;
        assert_agreement(&stage, 2).await;
    }
}

/// A device that binds through another certificate takes what waits along.
pub async fn what_waits_is_counted_where_its_token_went(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    stage.queue_push("bo", phone).await;
    let certificate = stage.certificate_for(Some(Environment::Production)).await;
    let bound = stage
        .commit(Op::Bind(NewBinding { certificate, ..stage.new_binding(phone, Some("bo"), "t-2") }))
        .await;
    assert_eq!(bound, Outcome::Done);
    assert!(stage.move_to(session, SessionState::OnlineBackground).await);
    let rows = read(&stage, ALL).await.rows;
    let of = |certificate| rows.iter().find(|row| row.certificate == Some(certificate)).expect("counted");
    assert_eq!((of(stage.certificate).counts.eligible, of(certificate).counts.eligible), (0, 1));
}

/// And of no other App.
pub async fn counts_are_read_by_span_certificate_and_class_of_one_app(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    for (class, hours) in [(Class::Marketing, 0), (Class::Marketing, 1), (Class::Call, 1), (Class::Chat, 30)]
    {
        let settings = PushSettings { class, ..PushSettings::default() };
        let message = model::Message { push: Some(settings), ..stage.message("al", "bo") };
        stage.commit(Op::Accept(Box::new(message.clone()))).await;
        let mut push = stage.push_to(&message, phone).await;
        push.decided_at = push.decided_at.plus_ms(hours * HOUR_MS);
        stage.decide(&message, vec![push]).await;
        stage.only_delivery(message.id).await;
    }
    let filter = CountFilter { from: START, to: START.plus_ms(40 * HOUR_MS), hours_together: 24 };
    let read = read(&stage, filter).await;
    let rows: Vec<_> = read.rows.iter().map(|row| (row.class, row.counts.eligible)).collect();
    assert_eq!(rows, [(Class::Call, 1), (Class::Marketing, 2), (Class::Chat, 1)]);
    assert!(read.rows.iter().all(|row| row.certificate == Some(stage.certificate)));
    assert_eq!(read.rows[2].from.0 - read.rows[0].from.0, 24 * HOUR_MS);
    assert_eq!(stage.store().counts(FOREIGN, &ALL).await.expect("reads"), Counts::default());
}

/// Until none is left; hours from then on stay.
pub async fn old_hours_are_forgotten_a_part_at_a_time(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    for hours in [-3, -2, 0] {
        let message = stage.accept("bo").await;
        let mut skip = stage.push_to(&message, phone).await;
        skip.state = DeliveryState::Skipped;
        skip.decided_at = START.plus_ms(hours * HOUR_MS);
        stage.decide(&message, vec![skip]).await;
    }
    let forget = Op::ForgetCounts { app: APP, before: START, limit: 1 };
    for forgotten in [2, 2, 0] {
        assert_eq!(stage.commit(forget.clone()).await, Outcome::Forgotten(forgotten));
    }
    let left = read(&stage, ALL).await;
    assert_eq!((left.rows.len(), left.reasons.len()), (1, 1));
}
