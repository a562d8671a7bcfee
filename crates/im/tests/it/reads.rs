//! Read marks.

use model::{ConversationId, DeliveryState, ErrorCode, Seq};
use rules::Reason;
use wire::{Cursor, ServerFrame};

use crate::{
    harness::{World, user},
    scenes::{note, users},
};

#[tokio::test]
async fn a_read_mark_is_told_to_the_users_other_devices_and_to_the_other_one_of_two() {
    let world = World::default().await;
    let mut ann = world.phone("ann", 1).await;
    let (bo, mut other_of_bo) = (world.phone("bo", 2).await, world.phone("bo", 3).await);
    let sent = world.write(&ann, note(user("bo"), "hello")).await.unwrap();
    let conversation = ConversationId::peer(&user("ann"), &user("bo"));
    let cursor = Cursor { conversation: conversation.clone(), seq: Seq(99) };
    world.im.read(&bo.opened.live, std::slice::from_ref(&cursor)).await.unwrap();
    let read = ServerFrame::Read { user: user("bo"), conversation: conversation.clone(), seq: sent.seq };
    assert_eq!(other_of_bo.next_word().await, read, "no further than the last message");
    assert_eq!(ann.next_word().await, read);
    assert_eq!(
        world.store.read_marks(crate::harness::APP, &conversation).await.unwrap(),
        [(user("bo"), sent.seq)]
    );
    world.im.read(&bo.opened.live, &[cursor]).await.unwrap();
    world
        .im
        .read_for(crate::harness::APP, &user("ann"), &[Cursor { conversation, seq: sent.seq }])
        .await
        .unwrap();
    let ServerFrame::Read { user: who, .. } = other_of_bo.next_word().await else { panic!() };
    assert_eq!(who, user("ann"), "a mark that did not move is not told again");
}

#[tokio::test]
async fn what_was_read_is_not_pushed_any_more_on_any_device() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    let away = world.phone("bo", 2).await;
    world.im.closed(&away.opened.live).await;
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    let conversation = ConversationId::peer(&user("ann"), &user("bo"));
    let stored = world.stored_message(message).await;
    world.acked(&bo.opened.live, vec![(conversation.clone(), stored.seq)]).await;
    world.settled(&mut news, message).await;
    world.im.read(&bo.opened.live, &[Cursor { conversation, seq: stored.seq }]).await.unwrap();
    let deliveries = world.deliveries(message).await;
    let of_away = deliveries.iter().find(|one| one.device == Some(away.opened.live.device)).unwrap();
    assert_eq!((of_away.state, of_away.reason), (DeliveryState::Skipped, Reason::READ_BEFORE_SEND));
}

#[tokio::test]
async fn nobody_reads_a_conversation_that_is_not_theirs() {
    let world = World::default().await;
    let eve = world.phone("eve", 1).await;
    world.send("ann", "bo", "hello").await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    for conversation in [ConversationId::peer(&user("ann"), &user("bo")), ConversationId::group(&club)] {
        let fault = world.im.read(&eve.opened.live, &[Cursor { conversation, seq: Seq(1) }]).await;
        assert_eq!(fault.unwrap_err().code, ErrorCode::NotAMember);
    }
    let many = users(&["bo"; 201])
        .into_iter()
        .map(|user| Cursor { conversation: ConversationId::system(&user), seq: Seq(1) });
    let fault = world.im.read(&eve.opened.live, &many.collect::<Vec<_>>()).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::Invalid);
}
