//! Sync, older messages and the list of conversations.

use model::{Body, DeliveryState, ErrorCode, GroupId, InviteeState, Mute, Seq};
use rules::Reason;
use store::Op;
use wire::{Cursor, MessageFrame};

use crate::{
    fanout::invitation,
    harness::{APP, Phone, World, peer, user},
};

async fn synced(world: &World, phone: &mut Phone, heads: &[Cursor]) -> Vec<MessageFrame> {
    world.im.sync(&phone.opened.live, heads).await.unwrap();
    phone.frames()
}

#[tokio::test]
async fn a5_the_message_itself_arrives_after_the_next_login_and_its_push_is_cancelled() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(message, "bo").await.state, DeliveryState::Queued);
    let mut bo = world.try_login("bo", 1, &[]).await.unwrap();
    let frames = synced(&world, &mut bo, &[]).await;
    assert_eq!(frames.iter().map(|frame| frame.id).collect::<Vec<_>>(), [message]);
    assert_eq!(world.only(message, "bo").await.reason, Reason::FETCHED);
    let head = Cursor { conversation: peer("ann", "bo"), seq: Seq(1) };
    assert!(synced(&world, &mut bo, &[head]).await.is_empty());
}

#[tokio::test]
async fn f3_on_coming_online_one_hears_of_a_call_only_while_it_rings() {
    // Decided before the login, so that the invitation can only come by the sync.
    let decided = async |world: &World, state| {
        world.sleeping_phone("bo", 1).await;
        let message = invitation(world, state).await;
        let message = world.accept(message).await;
        world.only(message, "bo").await;
        message
    };
    let synced_ids = async |world: &World| {
        let mut bo = world.try_login("bo", 1, &[]).await.unwrap();
        synced(world, &mut bo, &[]).await.into_iter().map(|frame| frame.id).collect::<Vec<_>>()
    };
    for (state, hears) in [(InviteeState::Inviting, true), (InviteeState::TimedOut, false)] {
        let world = World::default().await;
        let message = decided(&world, state).await;
        assert_eq!(synced_ids(&world).await.contains(&message), hears, "{state:?}");
    }
    let world = World::default().await;
    let message = decided(&world, InviteeState::Inviting).await;
    world.clock.put_forward(60_000);
    assert!(!synced_ids(&world).await.contains(&message), "its time is over");
}

#[tokio::test]
async fn a_newcomer_sees_nothing_from_before() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo"]).await;
    world.accept(world.message("ann", group.clone())).await;
    world
        .commit(Op::ChangeMembers {
            app: APP,
            group: GroupId::new("tea").unwrap(),
            add: vec![user("cy")],
            remove: Vec::new(),
            reason: Reason::LEFT_GROUP_BEFORE_SEND,
            at: world.im.now(),
        })
        .await;
    let after = world.accept(world.message("ann", group.clone())).await;
    let mut cy = world.try_login("cy", 3, &[]).await.unwrap();
    let frames = synced(&world, &mut cy, &[]).await;
    assert_eq!(frames.iter().map(|frame| frame.id).collect::<Vec<_>>(), [after]);
    let history = world.im.history(&cy.opened.live, &group, None, 100).await.unwrap();
    assert_eq!(history.iter().map(|frame| frame.id).collect::<Vec<_>>(), [after]);
}

#[tokio::test]
async fn t13_a_message_that_was_taken_back_is_synced_as_gone() {
    let world = World::default().await;
    let message = world.send("ann", "bo", "hello").await;
    let at = world.im.now();
    world.commit(Op::Recall { app: APP, message, reason: Reason::RECALLED_BEFORE_SEND, at }).await;
    let mut bo = world.try_login("bo", 1, &[]).await.unwrap();
    let frames = synced(&world, &mut bo, &[]).await;
    assert_eq!(frames[0].body, Body::Gone {});
}

#[tokio::test]
async fn older_messages_come_in_order_up_to_a_place() {
    let world = World::default().await;
    for number in 0..5 {
        world.send("ann", "bo", &format!("message {number}")).await;
    }
    let bo = world.phone("bo", 1).await;
    let conversation = peer("ann", "bo");
    let newest = world.im.history(&bo.opened.live, &conversation, None, 2).await.unwrap();
    assert_eq!(newest.iter().map(|frame| frame.seq).collect::<Vec<_>>(), [Seq(4), Seq(5)]);
    let older = world.im.history(&bo.opened.live, &conversation, Some(Seq(4)), 2).await.unwrap();
    assert_eq!(older.iter().map(|frame| frame.seq).collect::<Vec<_>>(), [Seq(2), Seq(3)]);
    let not_begun = world.im.history(&bo.opened.live, &peer("bo", "cy"), None, 2).await.unwrap();
    assert!(not_begun.is_empty());
    let fault = world.im.history(&bo.opened.live, &peer("ann", "cy"), None, 2).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::NotAMember);
}

#[tokio::test]
async fn conversations_are_listed_with_unread_counts_and_mutes_the_newest_first() {
    let world = World::default().await;
    world.send("ann", "bo", "one").await;
    world.send("ann", "bo", "two").await;
    let last = world.send("cy", "bo", "three").await;
    let bo = world.phone("bo", 1).await;
    world.im.set_mute(&bo.opened.live, peer("bo", "cy"), Mute::All).await.unwrap();
    let list = world.im.conversations(&bo.opened.live).await.unwrap();
    let seen: Vec<_> = list.iter().map(|one| (one.conversation.clone(), one.unread, one.mute)).collect();
    assert_eq!(seen, [(peer("bo", "cy"), 1, Mute::All), (peer("ann", "bo"), 2, Mute::None)]);
    assert_eq!(list[0].last.as_ref().map(|frame| frame.id), Some(last));
}
