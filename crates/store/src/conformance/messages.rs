//! Accepting and reading messages.

use model::{
    Addressee, Body, ClientMessageId, ConversationId, Mentions, Message, MessageId, PushId, PushSettings, Seq,
};
use uuid::Uuid;

use super::{
    Stage,
    stage::{APP, FOREIGN, device, user},
};
use crate::{Op, Outcome};

fn with_client_id(message: Message, id: &str) -> Message {
    let client_message_id = Some(ClientMessageId::new(id).expect("a short id"));
    Message { client_message_id, ..message }
}

/// Places count up from 1, each conversation for itself.
pub async fn a_message_gets_the_next_place_in_its_conversation(stage: Stage) {
    assert_eq!(stage.accept("bo").await.seq, Seq(1));
    assert_eq!(stage.accept("bo").await.seq, Seq(2));
    assert_eq!(stage.accept("cy").await.seq, Seq(1));
}

/// Nothing of a message is lost.
pub async fn a_message_reads_as_it_was_given(stage: Stage) {
    let push = PushSettings { ext: Some("ext content".to_owned()), ..PushSettings::default() };
    let given = Message {
        sender_device: Some(device()),
        body: Body::Custom { content: "{\"a\":1}".to_owned(), kind: Some("image".to_owned()) },
        push: Some(push),
        mentions: Mentions { all: false, users: vec![user("bo")] },
        ..with_client_id(stage.message("al", "bo"), "c-1")
    };
    stage.commit(Op::Accept(Box::new(given.clone()))).await;
    let stored = stage.store().message(APP, given.id).await.expect("reads");
    assert_eq!(stored, Some(Message { seq: Seq(1), ..given }));
}

/// A repeated send answers with what was stored first.
pub async fn the_same_client_message_id_with_the_same_content_is_a_duplicate(stage: Stage) {
    let first = with_client_id(stage.message("al", "bo"), "c-1");
    stage.commit(Op::Accept(Box::new(first.clone()))).await;
    let again = Message { id: MessageId(Uuid::now_v7()), sent_at: stage.now(), ..first.clone() };
    let answer = stage.commit(Op::Accept(Box::new(again))).await;
    assert_eq!(answer, Outcome::Duplicate { message: first.id, seq: Seq(1), sent_at: first.sent_at });
    assert_eq!(stage.accept("bo").await.seq, Seq(2), "a duplicate takes no place");
}

/// Not even an empty conversation is left behind.
pub async fn the_same_client_message_id_with_another_content_is_a_conflict_and_changes_nothing(stage: Stage) {
    stage.commit(Op::Accept(Box::new(with_client_id(stage.message("al", "bo"), "c-1")))).await;
    let other = Message { body: Body::text("lunch?"), ..with_client_id(stage.message("al", "bo"), "c-1") };
    assert_eq!(stage.commit(Op::Accept(Box::new(other))).await, Outcome::Conflict);
    let elsewhere = with_client_id(stage.message("al", "cy"), "c-1");
    assert_eq!(stage.commit(Op::Accept(Box::new(elsewhere))).await, Outcome::Conflict);
    assert!(stage.store().conversations(APP, &user("cy")).await.expect("reads").is_empty());
    assert_eq!(stage.store().recent_messages(APP, 9).await.expect("reads").len(), 1);
}

/// Unique per (App, sender, device).
pub async fn a_client_message_id_belongs_to_its_sender_and_device(stage: Stage) {
    let first = with_client_id(stage.message("al", "bo"), "c-1");
    let by_other = with_client_id(stage.message("bo", "al"), "c-1");
    let by_device =
        Message { sender_device: Some(device()), ..with_client_id(stage.message("al", "bo"), "c-1") };
    let in_other_app = Message { app: FOREIGN, ..with_client_id(stage.message("al", "bo"), "c-1") };
    for message in [first, by_other, by_device, in_other_app] {
        assert!(matches!(stage.commit(Op::Accept(Box::new(message))).await, Outcome::Accepted { .. }));
    }
}

/// A backend has neither user nor device; two of its sends with one id are one message.
pub async fn a_backend_counts_as_one_sender(stage: Stage) {
    let first = with_client_id(stage.push(Addressee::User(user("bo"))), "c-1");
    stage.commit(Op::Accept(Box::new(first.clone()))).await;
    let again = Message { id: MessageId(Uuid::now_v7()), ..first };
    assert!(matches!(stage.commit(Op::Accept(Box::new(again))).await, Outcome::Duplicate { .. }));
}

/// A message id stands for one message, client message id or not.
pub async fn the_same_message_twice_is_a_duplicate(stage: Stage) {
    let message = stage.message("al", "bo");
    stage.commit(Op::Accept(Box::new(message.clone()))).await;
    assert!(matches!(stage.commit(Op::Accept(Box::new(message.clone()))).await, Outcome::Duplicate { .. }));
    let changed = Message { body: Body::text("lunch?"), ..message };
    assert_eq!(stage.commit(Op::Accept(Box::new(changed))).await, Outcome::Conflict);
}

/// Its place is 0 and nobody syncs it.
pub async fn a_push_alone_is_in_no_conversation(stage: Stage) {
    let addressees = [
        Addressee::User(user("bo")),
        Addressee::PushId(PushId(Uuid::new_v4())),
        Addressee::Token { certificate: stage.certificate, token: "t-1".into() },
    ];
    for addressee in addressees {
        let message = stage.push(addressee);
        assert_eq!(
            stage.commit(Op::Accept(Box::new(message.clone()))).await,
            Outcome::Accepted { seq: Seq(0) }
        );
        assert_eq!(stage.store().message(APP, message.id).await.expect("reads"), Some(message));
    }
    assert!(stage.store().conversations(APP, &user("bo")).await.expect("reads").is_empty());
}

/// A sync reads from its place on.
pub async fn messages_come_in_order_after_a_place(stage: Stage) {
    for _ in 0..4 {
        stage.accept("bo").await;
    }
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    let read = stage.store().messages_after(APP, &conversation, Seq(1), 2).await.expect("reads");
    assert_eq!(read.iter().map(|message| message.seq).collect::<Vec<_>>(), [Seq(2), Seq(3)]);
    let nothing = ConversationId::peer(&user("al"), &user("nobody"));
    assert!(stage.store().messages_after(APP, &nothing, Seq(0), 9).await.expect("reads").is_empty());
}

/// For the console.
pub async fn the_newest_messages_come_first(stage: Stage) {
    let (_, second, third) = (stage.accept("bo").await, stage.accept("cy").await, stage.accept("bo").await);
    assert_eq!(stage.store().recent_messages(APP, 2).await.expect("reads"), [third, second]);
}

/// Whoever is named by a conversation's id has it.
pub async fn both_users_have_the_conversation(stage: Stage) {
    stage.accept("bo").await;
    stage.accept("bo").await;
    for name in ["al", "bo"] {
        let heads = stage.store().conversations(APP, &user(name)).await.expect("reads");
        assert_eq!(heads.len(), 1);
        assert_eq!(heads[0].conversation, ConversationId::peer(&user("al"), &user("bo")));
        assert_eq!(heads[0].seq, Seq(2));
    }
}

/// Every lookup takes the App.
pub async fn a_foreign_app_sees_no_message(stage: Stage) {
    let message = stage.accept("bo").await;
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    let store = stage.store();
    assert!(store.message(FOREIGN, message.id).await.expect("reads").is_none());
    assert!(store.recent_messages(FOREIGN, 9).await.expect("reads").is_empty());
    assert!(store.conversations(FOREIGN, &user("bo")).await.expect("reads").is_empty());
    assert!(store.messages_after(FOREIGN, &conversation, Seq(0), 9).await.expect("reads").is_empty());
    assert!(store.fanout(FOREIGN, message.id).await.expect("reads").is_none());
}

/// Whom a message calls by name is part of what it says.
pub async fn another_mention_is_another_content(stage: Stage) {
    let first = with_client_id(stage.message("al", "bo"), "c-1");
    stage.commit(Op::Accept(Box::new(first.clone()))).await;
    let calling = Message { mentions: Mentions { all: true, users: Vec::new() }, ..first.clone() };
    assert_eq!(stage.commit(Op::Accept(Box::new(calling))).await, Outcome::Conflict);
    let shouted = Message { online_only: true, ..first };
    assert_eq!(stage.commit(Op::Accept(Box::new(shouted))).await, Outcome::Conflict);
}

/// Row T10: it is stored so that explain knows of it, and nobody syncs it.
pub async fn t10_a_message_for_who_is_online_takes_no_place_in_the_conversation(stage: Stage) {
    let shouted = Message { online_only: true, ..stage.message("al", "bo") };
    assert_eq!(stage.commit(Op::Accept(Box::new(shouted.clone()))).await, Outcome::Accepted { seq: Seq(0) });
    let store = stage.store();
    assert!(store.conversations(APP, &user("bo")).await.expect("reads").is_empty());
    assert_eq!(store.message(APP, shouted.id).await.expect("reads"), Some(shouted.clone()));
    assert!(store.fanout(APP, shouted.id).await.expect("reads").is_some());
    let told = stage.accept("bo").await;
    assert_eq!(told.seq, Seq(1));
    let again = Message { online_only: true, ..stage.message("al", "bo") };
    assert_eq!(stage.commit(Op::Accept(Box::new(again))).await, Outcome::Accepted { seq: Seq(0) });
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    assert_eq!(store.messages_after(APP, &conversation, Seq(0), 9).await.expect("reads"), [told]);
}
