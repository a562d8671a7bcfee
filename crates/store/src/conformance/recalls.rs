//! Recalls: a message's words go, its place stays.

use model::{Body, Class, ClientMessageId, DeliveryState, Message, MessageId, PushSettings, ReasonCode, Seq};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, FOREIGN},
};
use crate::{Change, Op, Outcome};

const RECALLED: ReasonCode = ReasonCode(9);

pub(crate) async fn recall(stage: &Stage, message: MessageId) -> Outcome {
    let at = stage.now();
    stage.commit(Op::Recall { app: APP, message, reason: RECALLED, at }).await
}

fn worded(stage: &Stage) -> Message {
    let push = PushSettings {
        title: Some("a title".to_owned()),
        body: Some("a body".to_owned()),
        ext: Some("{}".to_owned()),
        class: Class::System,
        collapse_key: Some("k-1".to_owned()),
        ..PushSettings::default()
    };
    let client_message_id = ClientMessageId::new("c-1").expect("a short id");
    Message { push: Some(push), client_message_id: Some(client_message_id), ..stage.message("al", "bo") }
}

/// Row T13: what it takes to find the notification again stays, and nothing to read.
pub async fn t13_a_recalled_message_keeps_its_place_and_loses_its_words(stage: Stage) {
    let message = worded(&stage);
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    assert_eq!(recall(&stage, message.id).await, Outcome::Cancelled { cancelled: 0, raced: 0 });
    let stored = stage.store().message(APP, message.id).await.expect("reads").expect("is there");
    assert_eq!((stored.seq, &stored.body), (Seq(1), &Body::Gone {}));
    assert!(stored.recalled_at.is_some());
    let push = stored.push.clone().expect("its class and key stay");
    assert_eq!((push.title, push.body, push.ext), (None, None, None));
    assert_eq!((push.class, push.collapse_key.as_deref()), (Class::System, Some("k-1")));
    recall(&stage, message.id).await;
    let again = stage.store().message(APP, message.id).await.expect("reads");
    assert_eq!(again, Some(stored), "a second time changes nothing");
}

/// Row T13: what has not begun never begins.
pub async fn t13_a_recall_cancels_what_has_not_begun_and_ends_the_fanout(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (two, _) = stage.sleeping_phone("bo", "t-2").await;
    let message = stage.accept("bo").await;
    let decisions = vec![stage.push_to(&message, one).await, stage.push_to(&message, two).await];
    let next = crate::FanoutNext::Again { after: None, due_at: stage.now() };
    stage.commit(Op::Decide { app: APP, message: message.id, deliveries: decisions, next }).await;
    let begun = stage.claim_ids(1).await;
    assert!(stage.begin(begun[0]).await);
    let mut feed = stage.store().feed().subscribe();
    assert_eq!(recall(&stage, message.id).await, Outcome::Cancelled { cancelled: 1, raced: 1 });
    assert!(stage.store().fanout(APP, message.id).await.expect("reads").is_none());
    let mut told = Vec::new();
    while told.len() < 2 {
        let change = feed.recv().await.expect("told");
        if matches!(change, Change::Settled(..) | Change::Recalled(..)) {
            told.push(change);
        }
    }
    assert_eq!(told, [Change::Settled(APP, message.id), Change::Recalled(APP, message.id)]);
    let states: Vec<_> = stage.deliveries_of(message.id).await.iter().map(|one| one.state).collect();
    assert!(states.contains(&DeliveryState::Skipped) && states.contains(&DeliveryState::Queued));
}

/// It rested on a message that still said something.
pub async fn a_decision_that_a_recall_overtook_is_stale(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let message = stage.accept("bo").await;
    let decision = stage.push_to(&message, phone).await;
    recall(&stage, message.id).await;
    assert_eq!(stage.decide(&message, vec![decision]).await, Outcome::Stale);
    assert!(stage.deliveries_of(message.id).await.is_empty());
}

/// A sender that never heard of the first answer asks again.
pub async fn a_recalled_message_is_still_the_same_to_its_sender(stage: Stage) {
    let message = worded(&stage);
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    recall(&stage, message.id).await;
    let again = Message { id: MessageId(Uuid::now_v7()), ..message };
    assert!(matches!(stage.commit(Op::Accept(Box::new(again))).await, Outcome::Duplicate { .. }));
}

/// And so is what would have told of it.
pub async fn what_is_not_there_cannot_be_recalled(stage: Stage) {
    let message = stage.accept("bo").await;
    let at = stage.now();
    let foreign = Op::Recall { app: FOREIGN, message: message.id, reason: RECALLED, at };
    assert_eq!(stage.commit(foreign).await, Outcome::Missing);
    let unknown = Op::Recall { app: APP, message: MessageId(Uuid::now_v7()), reason: RECALLED, at };
    let notice = Op::Accept(Box::new(stage.message("al", "bo")));
    let outcomes = stage.store().commit(vec![unknown, notice]).await.expect("commits");
    assert_eq!(outcomes, [Outcome::Missing, Outcome::Missing]);
    assert_eq!(stage.store().recent_messages(APP, 9).await.expect("reads"), [message]);
}
