//! Read marks, what is unread behind them, and the list of a user's conversations.

use model::{
    ConversationId, DeliveryState, DeviceId, Message, MessageKind, Mute, PushSettings, ReasonCode, Seq,
};

use super::{
    Stage,
    stage::{APP, FOREIGN, user},
};
use crate::{ConversationEntry, Op, Outcome};

const READ: ReasonCode = ReasonCode(8);

fn al_and_bo() -> ConversationId {
    ConversationId::peer(&user("al"), &user("bo"))
}

/// `bo` has read.
pub(crate) async fn read(stage: &Stage, device: Option<DeviceId>, seq: i64) -> Outcome {
    let at = stage.now();
    let (conversation, seq) = (al_and_bo(), Seq(seq));
    stage.commit(Op::Read { app: APP, user: user("bo"), device, conversation, seq, reason: READ, at }).await
}

async fn list(stage: &Stage, name: &str) -> Vec<ConversationEntry> {
    stage.store().conversation_list(APP, &user(name), 9).await.expect("reads")
}

async fn unread(stage: &Stage, name: &str) -> u32 {
    list(stage, name).await[0].unread
}

async fn accept_as(stage: &Stage, change: impl FnOnce(Message) -> Message) {
    let message = change(stage.message("al", "bo"));
    let accepted = stage.commit(Op::Accept(Box::new(message))).await;
    assert!(matches!(accepted, Outcome::Accepted { .. }));
}

/// Never back, and never beyond the last message.
pub async fn a_read_mark_moves_forward_alone(stage: Stage) {
    for _ in 0..3 {
        stage.accept("bo").await;
    }
    assert_eq!(read(&stage, None, 2).await, Outcome::Read { seq: Seq(2), moved: true });
    assert_eq!(read(&stage, None, 1).await, Outcome::Read { seq: Seq(2), moved: false });
    assert_eq!(read(&stage, None, 9).await, Outcome::Read { seq: Seq(3), moved: true });
    let at = stage.now();
    let conversation = al_and_bo();
    let by_a_stranger =
        Op::Read { app: APP, user: user("cy"), device: None, conversation, seq: Seq(3), reason: READ, at };
    assert_eq!(stage.commit(by_a_stranger).await, Outcome::Read { seq: Seq(0), moved: false });
}

/// Rows T1 and T3: what counts on a badge counts as unread.
pub async fn t3_unread_are_the_messages_of_others_that_count_on_a_badge(stage: Stage) {
    stage.accept("bo").await;
    let silent = PushSettings { counts_badge: false, ..PushSettings::default() };
    accept_as(&stage, |message| Message { push: Some(silent), ..message }).await;
    accept_as(&stage, |message| Message { push: Some(PushSettings::default()), ..message }).await;
    accept_as(&stage, |message| Message { kind: MessageKind::Notice, ..message }).await;
    accept_as(&stage, |message| Message { kind: MessageKind::System, ..message }).await;
    accept_as(&stage, |message| Message { sender: Some(user("bo")), ..message }).await;
    assert_eq!((unread(&stage, "bo").await, unread(&stage, "al").await), (3, 1));
    read(&stage, None, 1).await;
    assert_eq!((unread(&stage, "bo").await, unread(&stage, "al").await), (2, 1));
    read(&stage, None, 6).await;
    assert_eq!(unread(&stage, "bo").await, 0);
}

/// What was taken back is not there to be read.
pub async fn a_recalled_message_is_not_unread(stage: Stage) {
    let message = stage.accept("bo").await;
    let at = stage.now();
    stage.commit(Op::Recall { app: APP, message: message.id, reason: READ, at }).await;
    assert_eq!(unread(&stage, "bo").await, 0);
}

/// On every device of the user, in this conversation, up to the mark.
pub async fn reading_cancels_the_pushes_of_what_was_read(stage: Stage) {
    let (one, _) = stage.sleeping_phone("bo", "t-1").await;
    let (two, _) = stage.sleeping_phone("bo", "t-2").await;
    let first = stage.accept("bo").await;
    let decisions = vec![stage.push_to(&first, one).await, stage.push_to(&first, two).await];
    stage.decide(&first, decisions).await;
    let second = stage.queue_push("bo", one).await;
    read(&stage, Some(one), 1).await;
    let ended = stage.deliveries_of(first.id).await;
    assert!(ended.iter().all(|one| (one.state, one.reason) == (DeliveryState::Skipped, READ)));
    assert_eq!(stage.only_delivery(second.message).await.state, DeliveryState::Queued);
}

/// Those who have read anything.
pub async fn the_members_marks_are_listed(stage: Stage) {
    stage.accept("bo").await;
    let marks = async || stage.store().read_marks(APP, &al_and_bo()).await.expect("reads");
    assert!(marks().await.is_empty());
    read(&stage, None, 1).await;
    assert_eq!(marks().await, [(user("bo"), Seq(1))]);
    assert!(stage.store().read_marks(FOREIGN, &al_and_bo()).await.expect("reads").is_empty());

    super::groups::create(&stage, "g", &["bo", "cy"]).await;
    let group = ConversationId::group(&super::groups::group_id("g"));
    super::groups::accept(&stage, "g").await;
    let at = stage.now();
    let conversation = group.clone();
    let op =
        Op::Read { app: APP, user: user("cy"), device: None, conversation, seq: Seq(1), reason: READ, at };
    stage.commit(op).await;
    let marks = stage.store().read_marks(APP, &group).await.expect("reads");
    assert_eq!(marks, [(user("cy"), Seq(1))]);
}

/// With their last messages, marks and mutes.
pub async fn conversations_are_listed_newest_message_first(stage: Stage) {
    let to_bo = stage.accept("bo").await;
    let to_cy = stage.accept("cy").await;
    let muted =
        Op::SetMute { app: APP, user: user("al"), conversation: al_and_bo(), mute: Mute::ExceptMentions };
    stage.commit(muted).await;
    let listed = list(&stage, "al").await;
    let seen: Vec<_> = listed.iter().map(|entry| (entry.last.clone(), entry.mute)).collect();
    assert_eq!(seen, [(Some(to_cy.clone()), Mute::None), (Some(to_bo), Mute::ExceptMentions)]);
    let to_bo = stage.accept("bo").await;
    let listed = stage.store().conversation_list(APP, &user("al"), 1).await.expect("reads");
    assert_eq!(listed.iter().map(|entry| entry.last.clone()).collect::<Vec<_>>(), [Some(to_bo)]);
    assert_eq!(listed[0].head.seq, Seq(2));
    let bos = list(&stage, "bo").await;
    assert_eq!((bos.len(), bos[0].unread, bos[0].read, bos[0].mute), (1, 2, Seq(0), Mute::None));
}

/// Its id says so, before its first message too.
pub async fn a_conversation_of_two_is_theirs_and_nobody_elses(stage: Stage) {
    let whose = async |name| {
        let found = stage.store().conversation_of(APP, &user(name), &al_and_bo()).await.expect("reads");
        found.map(|head| (head.seq, head.from))
    };
    assert_eq!((whose("bo").await, whose("cy").await), (Some((Seq(0), Seq(0))), None));
    stage.accept("bo").await;
    assert_eq!((whose("bo").await, whose("cy").await), (Some((Seq(1), Seq(0))), None));
}

/// In order, none from before the user came in.
pub async fn messages_are_read_backwards_from_a_place(stage: Stage) {
    for _ in 0..5 {
        stage.accept("bo").await;
    }
    let before = async |before: Option<i64>, from, limit| {
        let read = stage.store().messages_before(APP, &al_and_bo(), before.map(Seq), Seq(from), limit).await;
        read.expect("reads").into_iter().map(|message| message.seq.0).collect::<Vec<_>>()
    };
    assert_eq!(before(None, 0, 2).await, [4, 5]);
    assert_eq!(before(Some(4), 0, 2).await, [2, 3]);
    assert_eq!(before(Some(4), 2, 9).await, [3]);
    assert!(before(Some(1), 0, 9).await.is_empty());
}
