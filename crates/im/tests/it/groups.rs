//! The fan-out of a group, small and large.

use im::ImConfig;
use model::{DeliveryState, GroupId, Mentions, Message, MessageId, Mute, ReasonCode, UserId};
use rules::Reason;
use store::{FanoutNext, Op};

use crate::harness::{APP, Phone, World, many, user};

#[tokio::test]
async fn f2_one_send_reaches_every_member_by_frame_or_push() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo", "cy", "dee"]).await;
    let mut bo = world.phone("bo", 1).await;
    world.sleeping_phone("cy", 2).await;
    let message = world.accept(world.message("ann", group)).await;
    let frame = bo.next_message().await;
    bo.ack(&world, &frame).await;
    assert!(world.fate(message, "bo").await.is_empty());
    assert_eq!(world.only(message, "cy").await.state, DeliveryState::Queued);
    assert_eq!(world.only(message, "dee").await.reason, Reason::NEVER_LOGGED_IN);
}

#[tokio::test]
async fn t8_a_member_who_wants_mentions_alone_is_pushed_to_where_mentioned() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo"]).await;
    world.sleeping_phone("bo", 1).await;
    world.im.set_mute_of(APP, user("bo"), group.clone(), Mute::ExceptMentions).await.unwrap();
    let plain = world.accept(world.message("ann", group.clone())).await;
    assert_eq!(world.only(plain, "bo").await.reason, Reason::NOT_MENTIONED);
    for mentions in
        [Mentions { all: false, users: vec![user("bo")] }, Mentions { all: true, users: Vec::new() }]
    {
        let calling = Message { mentions, ..world.message("ann", group.clone()) };
        let calling = world.accept(calling).await;
        assert_eq!(world.only(calling, "bo").await.state, DeliveryState::Queued);
    }
}

fn crowd(size: usize) -> Vec<UserId> {
    (0..size).map(|number| user(&format!("member-{number:05}"))).collect()
}

/// Every few members have a connected phone.
async fn phones_of(world: &World, members: &[UserId], every: usize) -> Vec<Phone> {
    let mut phones = Vec::new();
    for (number, member) in members.iter().enumerate().step_by(every) {
        phones.push(world.phone(member.as_str(), 1_000 + number as u128).await);
    }
    phones
}

#[tokio::test]
async fn a_crowd_is_walked_page_by_page_and_every_member_is_decided_once() {
    let world = World::default().await;
    let members = crowd(1_300);
    let group = world.group_of("crowd", "ann", members.clone()).await;
    let mut phones = phones_of(&world, &members, 20).await;
    let message = world.accept(world.message("ann", group)).await;
    for phone in &mut phones {
        let frame = phone.next_message().await;
        phone.ack(&world, &frame).await;
    }
    let mut news = world.news();
    let deliveries = world.settled(&mut news, message).await;
    assert_eq!(
        deliveries.len(),
        members.len() + 1 - phones.len(),
        "one row each, the owner's own among them"
    );
}

#[tokio::test]
async fn of_a_crowd_only_the_one_who_lost_the_connection_is_decided_again() {
    let config = ImConfig { ack_within_ms: 3_600_000, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let members = crowd(600);
    let group = world.group_of("crowd", "ann", members.clone()).await;
    let mut phones = phones_of(&world, &members, 10).await;
    let message = world.accept(world.message("ann", group)).await;
    for phone in &mut phones {
        phone.next_message().await;
    }
    let (lost, others) = phones.split_first_mut().unwrap();
    world.im.closed(&lost.opened.live).await;
    let pushed = decision_for(&world, message, &members[0]).await;
    assert_eq!(pushed, Reason::PUSH_UNACKED);
    let cursor = world.store.fanout(APP, message).await.unwrap().unwrap();
    assert_eq!(cursor.after, None, "the others are still waited for");
    for phone in &mut *others {
        let frame = model::Seq(1);
        let conversation = cursor.message.addressee.conversation().unwrap().clone();
        world.acked(&phone.opened.live, vec![(conversation, frame)]).await;
    }
    let mut news = world.news();
    let deliveries = world.settled(&mut news, message).await;
    assert_eq!(deliveries.len(), members.len() + 1 - others.len());
}

async fn decision_for(world: &World, message: MessageId, member: &UserId) -> ReasonCode {
    let mut news = world.news();
    loop {
        let deliveries = world.deliveries(message).await;
        if let Some(made) = deliveries.iter().find(|one| one.user.as_ref() == Some(member)) {
            return made.reason;
        }
        let _ = news.recv().await;
    }
}

#[tokio::test]
async fn a_crowd_that_loses_its_connections_is_decided_and_nobody_twice() {
    let world = World::default().await;
    let members = crowd(600);
    let group = world.group_of("crowd", "ann", members.clone()).await;
    let phones = phones_of(&world, &members, 10).await;
    let message = world.accept(world.message("ann", group)).await;
    for phone in &phones {
        world.im.closed(&phone.opened.live).await;
    }
    let mut news = world.news();
    let deliveries = world.settled(&mut news, message).await;
    assert_eq!(deliveries.len(), members.len() + 1);
    let queued = deliveries.iter().filter(|one| one.state == DeliveryState::Queued).count();
    assert_eq!(queued, phones.len());
}

#[tokio::test]
async fn b2_a_crowd_that_does_not_come_back_after_a_restart_is_pushed_to_when_its_grace_is_over() {
    let config = ImConfig { reconnect_grace_ms: 400, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let members = crowd(600);
    let group = world.group_of("crowd", "ann", members.clone()).await;
    let phones = phones_of(&world, &members, 10).await;
    let world = world.restarted().await;
    let message = world.accept(world.message("ann", group)).await;
    let mut news = world.news();
    let deliveries = world.settled(&mut news, message).await;
    assert_eq!(deliveries.len(), members.len() + 1);
    let queued = deliveries.iter().filter(|one| one.state == DeliveryState::Queued).count();
    assert_eq!(queued, phones.len());
}

#[tokio::test]
async fn a_restart_decides_whoever_was_waited_for() {
    let config = ImConfig { ack_within_ms: 3_600_000, reconnect_grace_ms: 0, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let group = world.group("tea", "ann", &["bo", "cy"]).await;
    let mut bo = world.phone("bo", 1).await;
    world.sleeping_phone("cy", 2).await;
    let message = world.accept(world.message("ann", group)).await;
    bo.next_message().await;
    assert_eq!(decision_for(&world, message, &user("cy")).await, Reason::PUSH_DISCONNECTED);
    world.clock.put_forward(2 * 3_600_000);
    let world = world.restarted().await;
    let (bo, cy) = (world.only(message, "bo").await, world.only(message, "cy").await);
    assert_eq!((bo.state, cy.state), (DeliveryState::Queued, DeliveryState::Queued));
}

#[tokio::test]
async fn who_left_while_being_waited_for_is_no_target_any_more() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo"]).await;
    let mut bo = world.phone("bo", 1).await;
    let message = world.accept(world.message("ann", group)).await;
    bo.next_message().await;
    world
        .commit(Op::ChangeMembers {
            app: APP,
            group: GroupId::new("tea").unwrap(),
            add: Vec::new(),
            remove: vec![user("bo")],
            reason: Reason::LEFT_GROUP_BEFORE_SEND,
            at: world.im.now(),
        })
        .await;
    world.im.closed(&bo.opened.live).await;
    assert!(world.fate(message, "bo").await.is_empty());
}

#[tokio::test]
async fn a_newcomer_is_no_target_of_what_was_sent_before() {
    let world = World::default().await;
    let group = world.group("tea", "ann", &["bo"]).await;
    world.sleeping_phone("cy", 3).await;
    world.im.stop();
    let message = world.accept(world.message("ann", group)).await;
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
    let world = world.restarted().await;
    assert!(world.fate(message, "cy").await.is_empty());
}

#[tokio::test]
async fn a_recall_ends_the_wait_and_nothing_is_pushed() {
    let config = ImConfig { ack_within_ms: 3_600_000, ..ImConfig::default() };
    let world = World::with(many(), config).await;
    let mut bo = world.phone("bo", 1).await;
    let message = world.send("ann", "bo", "hello").await;
    bo.next_message().await;
    let at = world.im.now();
    let recall = Op::Recall { app: APP, message, reason: Reason::RECALLED_BEFORE_SEND, at };
    world.commit(recall).await;
    world.im.closed(&bo.opened.live).await;
    let after = world.send("ann", "bo", "another").await;
    assert_eq!(world.only(after, "bo").await.state, DeliveryState::Queued);
    assert!(world.fate(message, "bo").await.is_empty());
    assert!(!matches!(
        world.commit(Op::Decide { app: APP, message, deliveries: Vec::new(), next: FanoutNext::Done }).await,
        store::Outcome::Missing
    ));
}
