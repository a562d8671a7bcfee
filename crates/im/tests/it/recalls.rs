//! Messages that are taken back.

use model::{
    Body, ConversationId, DeliveryState, ErrorCode, Event, EventKind, MessageKind, Purpose, PushSettings,
    Recalled,
};
use rules::Reason;
use wire::SendMessage;

use crate::{
    harness::{APP, World, user},
    scenes::note,
};

#[tokio::test]
async fn t13_a_recalled_message_loses_its_words_and_everybody_hears_of_it() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    world.listen(&[EventKind::Recall]).await;
    let sent = world.write(&ann, note(user("bo"), "oops")).await.unwrap();
    bo.next_of(MessageKind::Message).await;
    world.im.recall(&ann.opened.live, sent.message, None).await.unwrap();
    let told = bo.next_of(MessageKind::Notice).await;
    let recalled = Recalled { message: sent.message, seq: sent.seq, by: Some(user("ann")) };
    assert_eq!(told.body, Body::Recall(recalled));
    let stored = world.stored_message(sent.message).await;
    assert_eq!((stored.body, stored.recalled_at.is_some()), (Body::Gone {}, true));
    world.im.recall(&ann.opened.live, sent.message, None).await.unwrap();
    world.im.recall_as_backend(APP, sent.message, None).await.unwrap();
    let conversation = ConversationId::peer(&user("ann"), &user("bo"));
    assert_eq!(world.stored(&conversation).await.len(), 2, "a second time changes nothing");
    assert_eq!(world.announced().await, [Event::Recall { message: sent.message }]);
}

#[tokio::test]
async fn t13_a_push_that_has_not_begun_is_cancelled_and_one_that_was_taken_is_withdrawn() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let bo = world.phone("bo", 2).await;
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    let taken = world.write(&ann, note(user("bo"), "taken")).await.unwrap().message;
    world.settled(&mut news, taken).await;
    world.vendor_accepts_all().await;
    let queued = world.write(&ann, note(user("bo"), "queued")).await.unwrap().message;
    world.settled(&mut news, queued).await;
    for message in [taken, queued] {
        world.im.recall(&ann.opened.live, message, None).await.unwrap();
    }
    let cancelled = &world.of_purpose(queued, Purpose::Notify).await[0];
    assert_eq!((cancelled.state, cancelled.reason), (DeliveryState::Skipped, Reason::RECALLED_BEFORE_SEND));
    assert!(world.of_purpose(queued, Purpose::Withdraw).await.is_empty());
    let withdrawn = world.of_purpose(taken, Purpose::Withdraw).await;
    assert_eq!(withdrawn.len(), 1);
    assert_eq!((withdrawn[0].state, withdrawn[0].reason), (DeliveryState::Queued, Reason::WITHDRAWING));
}

#[tokio::test]
async fn t13_a_recall_with_a_text_replaces_the_notification() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let bo = world.phone("bo", 2).await;
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    let message = world.write(&ann, note(user("bo"), "oops")).await.unwrap().message;
    world.settled(&mut news, message).await;
    world.vendor_accepts_all().await;
    let long = PushSettings { title: Some("x".repeat(257)), ..PushSettings::default() };
    let refused = world.im.recall(&ann.opened.live, message, Some(&long)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    let instead = PushSettings { body: Some("taken back".into()), ..PushSettings::default() };
    world.im.recall(&ann.opened.live, message, Some(&instead)).await.unwrap();
    let replaced = world.of_purpose(message, Purpose::Replace).await;
    assert_eq!((replaced.len(), replaced[0].reason), (1, Reason::REPLACING));
    let now = world.im.now();
    let claimed = world.store.claim(world.certificate, now, 10).await.unwrap();
    assert_eq!(claimed[0].replacement.as_deref(), Some(&instead));
}

#[tokio::test]
async fn t13_its_sender_the_groups_admins_and_the_backend_take_a_message_back_and_nobody_else() {
    let world = World::default().await;
    let (ann, bo) = (world.phone("ann", 1).await, world.phone("bo", 2).await);
    let (cy, eve) = (world.phone("cy", 3).await, world.phone("eve", 4).await);
    let club = world.club_of("club", "ann", &["bo", "cy"]).await;
    let by_bo = world.write(&bo, note(club.clone(), "by bo")).await.unwrap().message;
    let fault = |phone| world.im.recall(phone, by_bo, None);
    assert_eq!(fault(&cy.opened.live).await.unwrap_err().code, ErrorCode::NotAllowed);
    assert_eq!(fault(&eve.opened.live).await.unwrap_err().code, ErrorCode::NotFound);
    fault(&ann.opened.live).await.unwrap();
    let to_cy = world.write(&bo, note(user("cy"), "between us")).await.unwrap().message;
    let by_receiver = world.im.recall(&cy.opened.live, to_cy, None).await.unwrap_err();
    assert_eq!(by_receiver.code, ErrorCode::NotAllowed);
    world.im.recall_as_backend(APP, to_cy, None).await.unwrap();
    let passing = SendMessage { online_only: true, ..note(user("cy"), "now") };
    let passing = world.write(&bo, passing).await.unwrap().message;
    let gone = world.im.recall(&bo.opened.live, passing, None).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::Invalid);
    let notice = world.stored(&ConversationId::group(&club)).await.last().unwrap().id;
    let refused = world.im.recall_as_backend(APP, notice, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
}

#[tokio::test]
async fn t13_a_push_alone_is_withdrawn_by_the_backend() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    let push = im::NewPush {
        app: APP,
        addressee: model::Addressee::User(user("bo")),
        push: PushSettings { body: Some("sale".into()), ..PushSettings::default() },
        idempotency_key: None,
    };
    let sent = world.im.push(push).await.unwrap().message;
    world.settled(&mut news, sent).await;
    world.vendor_accepts_all().await;
    world.im.recall_as_backend(APP, sent, None).await.unwrap();
    assert_eq!(world.of_purpose(sent, Purpose::Withdraw).await.len(), 1);
    let by_user = world.im.recall(&bo.opened.live, sent, None).await.unwrap_err();
    assert_eq!(by_user.code, ErrorCode::NotFound);
}
