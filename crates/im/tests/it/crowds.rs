//! Groups whose members are connected in great number.

use im::{ImConfig, Outbound};
use model::{ConversationId, DeliveryState, GroupId, Message, MessageId, UserId};
use rules::Reason;
use store::Op;

use crate::harness::{APP, Phone, World, many, user};

fn members(size: usize) -> Vec<UserId> {
    (0..size).map(|number| user(&format!("member-{number:03}"))).collect()
}

/// A group whose members all have a phone in the hand.
struct Hall {
    world: World,
    group: ConversationId,
    phones: Vec<Phone>,
}

impl Hall {
    async fn new(size: usize) -> Self {
        let config = ImConfig { ack_within_ms: 3_600_000, ..ImConfig::default() };
        let world = World::with(many(), config).await;
        let members = members(size);
        let group = world.group_of("hall", "ann", members.clone()).await;
        let mut phones = Vec::new();
        for (number, member) in members.iter().enumerate() {
            phones.push(world.phone(member.as_str(), 1_000 + number as u128).await);
        }
        Self { world, group, phones }
    }

    async fn say(&self) -> MessageId {
        self.world.accept(self.world.message("ann", self.group.clone())).await
    }

    /// Everybody hears the next message and acknowledges it.
    async fn all_hear(&mut self) {
        for phone in &mut self.phones {
            let frame = phone.next_message().await;
            phone.ack(&self.world, &frame).await;
        }
    }
}

#[tokio::test]
async fn a_message_is_written_once_for_all_and_nobody_who_has_it_gets_a_row() {
    let mut hall = Hall::new(40).await;
    let first = hall.say().await;
    let mut texts = Vec::new();
    for phone in &mut hall.phones {
        let Some(Outbound::Parcel(parcel)) = phone.inbox.recv().await else { panic!("a parcel") };
        texts.push(std::sync::Arc::clone(parcel.text()));
        phone.ack(&hall.world, parcel.message()).await;
    }
    assert!(texts.iter().all(|text| std::sync::Arc::ptr_eq(text, &texts[0])));
    assert!(texts[0].starts_with(r#"{"type":"messages","messages":[{"#), "{}", texts[0]);
    let mut news = hall.world.news();
    let settled = hall.world.settled(&mut news, first).await;
    let whose: Vec<_> = settled.iter().map(|delivery| delivery.user.clone()).collect();
    assert_eq!(whose, [Some(user("ann"))], "the sender, who has no phone");
    let second = hall.say().await;
    hall.all_hear().await;
    assert_eq!(hall.world.settled(&mut news, second).await.len(), 1);
}

#[tokio::test]
async fn messages_that_come_together_arrive_in_their_order_and_whoever_is_not_there_misses_none() {
    let mut hall = Hall::new(40).await;
    hall.say().await;
    hall.all_hear().await;
    let gone = hall.phones.remove(7);
    hall.world.lose(&gone).await;
    let messages = [(); 3].map(|()| hall.world.message("ann", hall.group.clone()));
    let ids = messages.each_ref().map(|message| message.id);
    let accept = messages.map(|message| Op::Accept(Box::new(message)));
    hall.world.store.commit(accept.into()).await.unwrap();
    for phone in &mut hall.phones {
        for id in ids {
            let frame = phone.next_message().await;
            assert_eq!(frame.id, id);
            phone.ack(&hall.world, &frame).await;
        }
    }
    for id in ids {
        let delivery = hall.world.only(id, "member-007").await;
        assert_eq!((delivery.state, delivery.reason), (DeliveryState::Queued, Reason::PUSH_DISCONNECTED));
    }
}

#[tokio::test]
async fn nothing_overtakes_a_message_that_waits_for_others_of_its_group() {
    let mut hall = Hall::new(40).await;
    hall.say().await;
    let mut ids = Vec::new();
    for number in 0..20 {
        // What is for connected devices alone goes another way.
        let message = hall.world.message("ann", hall.group.clone());
        let message = Message { online_only: number % 2 == 1, ..message };
        ids.push(hall.world.accept(message).await);
    }
    hall.all_hear().await;
    for phone in &mut hall.phones {
        for id in &ids {
            assert_eq!(phone.next_message().await.id, *id);
        }
    }
}

#[tokio::test]
async fn whoever_goes_without_acknowledging_is_pushed_to() {
    let mut hall = Hall::new(40).await;
    let message = hall.say().await;
    for phone in &mut hall.phones {
        let frame = phone.next_message().await;
        if phone.opened.live.user != user("member-007") {
            phone.ack(&hall.world, &frame).await;
        }
    }
    hall.world.im.closed(&hall.phones[7].opened.live).await;
    let delivery = hall.world.only(message, "member-007").await;
    assert_eq!((delivery.state, delivery.reason), (DeliveryState::Queued, Reason::PUSH_UNACKED));
}

#[tokio::test]
async fn one_with_a_second_phone_hears_it_on_both_and_one_who_came_back_hears_it_again() {
    let mut hall = Hall::new(40).await;
    hall.say().await;
    hall.all_hear().await;
    let mut second = hall.world.phone("member-003", 2_003).await;
    let mut back = hall.world.phone("member-004", 1_004).await;
    let message = hall.say().await;
    for phone in [&mut second, &mut back] {
        let frame = phone.next_message().await;
        assert_eq!(frame.id, message);
        phone.ack(&hall.world, &frame).await;
    }
    hall.phones.remove(4);
    hall.all_hear().await;
    let mut news = hall.world.news();
    assert_eq!(hall.world.settled(&mut news, message).await.len(), 1);
}

#[tokio::test]
async fn one_in_the_background_is_looked_at_by_the_rules() {
    let mut hall = Hall::new(40).await;
    hall.say().await;
    hall.all_hear().await;
    hall.world.background(&hall.phones[5]).await;
    let message = hall.say().await;
    hall.all_hear().await;
    let delivery = hall.world.only(message, "member-005").await;
    assert_eq!(delivery.state, DeliveryState::Queued, "frame and push leave together");
}

#[tokio::test]
async fn who_left_hears_no_more_and_a_newcomer_hears_what_comes_after() {
    let mut hall = Hall::new(40).await;
    hall.say().await;
    hall.all_hear().await;
    let (left, came) = (user("member-001"), user("newcomer"));
    let mut newcomer = hall.world.phone("newcomer", 3_000).await;
    let change = Op::ChangeMembers {
        app: APP,
        group: GroupId::new("hall").unwrap(),
        add: vec![came],
        remove: vec![left],
        reason: Reason::KICKED_BEFORE_SEND,
        at: hall.world.im.now(),
    };
    hall.world.store.commit(vec![change]).await.unwrap();
    let message = hall.say().await;
    assert_eq!(newcomer.next_message().await.id, message);
    let mut gone = hall.phones.remove(1);
    hall.all_hear().await;
    assert!(gone.inbox.try_recv().is_none());
}
