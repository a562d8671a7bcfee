//! Who may send what to whom, and what is stored of it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use im::{AppView, BeforeSend, Judgement};
use model::{
    Addressee, ConversationId, DeliveryState, ErrorCode, Event, EventKind, Mentions, Message, MessageKind,
    Role, Seq,
};
use rules::Reason;
use wire::{GroupAction, SendMessage};

use crate::{
    harness::{APP, World, user},
    scenes::{group, note, users},
};

#[tokio::test]
async fn f2_one_group_message_is_one_row_and_reaches_every_member_that_is_away_by_push() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    let cy = world.phone("cy", 3).await;
    world.phone("eve", 4).await;
    world.im.closed(&cy.opened.live).await;
    let club = world.club_of("club", "ann", &["bo", "cy"]).await;
    let mut news = world.news();
    let sent = world.write(&ann, note(club.clone(), "hello all")).await.unwrap();
    assert_eq!(sent.conversation, Some(ConversationId::group(&club)));
    let frame = bo.next_of(MessageKind::Message).await;
    assert_eq!((frame.id, frame.sender), (sent.message, Some(user("ann"))));
    world.acked(&bo.opened.live, vec![(frame.conversation, frame.seq)]).await;
    let deliveries = world.settled(&mut news, sent.message).await;
    let pushed: Vec<_> = deliveries.iter().filter(|one| one.state == DeliveryState::Queued).collect();
    assert_eq!(pushed.len(), 1, "{deliveries:?}");
    assert_eq!(pushed[0].user, Some(user("cy")));
    let stored = world.stored(&ConversationId::group(&club)).await;
    let rows = stored.iter().filter(|message| message.kind == MessageKind::Message).count();
    assert_eq!(rows, 1);
}

#[tokio::test]
async fn f2_who_is_not_a_member_may_not_write_into_a_group() {
    let world = World::default().await;
    let eve = world.phone("eve", 1).await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    for to in [club, group("nowhere")] {
        let fault = world.write(&eve, note(to, "let me in")).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::NotAMember);
    }
}

#[tokio::test]
async fn f2_a_muted_member_and_a_muted_groups_members_may_not_write() {
    let world = World::default().await;
    let (ann, bo, cy) = (world.phone("ann", 1).await, world.phone("bo", 2).await, world.phone("cy", 3).await);
    let club = world.club_of("club", "ann", &["bo", "cy"]).await;
    let mute = |for_ms| GroupAction::MuteMember { user: user("bo"), for_ms };
    world.ask(&ann, &club, mute(60_000)).await.unwrap();
    let muted = world.write(&bo, note(club.clone(), "psst")).await.unwrap_err();
    assert_eq!(muted.code, ErrorCode::Muted);
    assert!(world.write(&cy, note(club.clone(), "I may")).await.is_ok());
    world.ask(&ann, &club, mute(0)).await.unwrap();
    assert!(world.write(&bo, note(club.clone(), "again")).await.is_ok());

    world.ask(&ann, &club, GroupAction::MuteAll { on: true }).await.unwrap();
    let admin = GroupAction::SetRole { user: user("cy"), role: Role::Admin };
    world.ask(&ann, &club, admin).await.unwrap();
    let muted = world.write(&bo, note(club.clone(), "psst")).await.unwrap_err();
    assert_eq!(muted.code, ErrorCode::Muted);
    assert!(world.write(&cy, note(club.clone(), "admins may")).await.is_ok());
    let by_backend = world.im.send_for(APP, user("bo"), note(club, "the backend may")).await;
    assert!(by_backend.is_ok());
}

#[tokio::test]
async fn f4_e12_a_custom_system_notification_rides_in_the_receivers_own_conversation_and_is_pushed() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let bo = world.phone("bo", 2).await;
    world.im.closed(&bo.opened.live).await;
    let mut news = world.news();
    let notification = SendMessage { system: true, ..note(user("bo"), "your parcel is here") };
    let sent = world.write(&ann, notification).await.unwrap();
    assert_eq!(sent.conversation, Some(ConversationId::system(&user("bo"))));
    let stored = world.stored_message(sent.message).await;
    assert_eq!((stored.kind, stored.sender), (MessageKind::System, Some(user("ann"))));
    let deliveries = world.settled(&mut news, sent.message).await;
    let states: Vec<_> = deliveries.iter().map(|one| (one.user.clone(), one.state)).collect();
    assert_eq!(states, [(Some(user("bo")), DeliveryState::Queued)]);
    assert!(world.stored(&ConversationId::peer(&user("ann"), &user("bo"))).await.is_empty());
}

#[tokio::test]
async fn f4_the_backend_notifies_a_user_or_a_group_in_nobodys_name() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    let to_group = SendMessage { system: true, ..note(club.clone(), "the club meets at eight") };
    let sent = world.im.send_for(APP, None, to_group).await.unwrap();
    assert_eq!(sent.conversation, Some(ConversationId::group(&club)));
    let frame = bo.next_of(MessageKind::System).await;
    assert_eq!((frame.id, frame.sender), (sent.message, None));
    let to_user = SendMessage { system: true, ..note(user("bo"), "welcome") };
    let sent = world.im.send_for(APP, None, to_user).await.unwrap();
    assert_eq!(bo.next_of(MessageKind::System).await.id, sent.message);
    let nobodys = world.im.send_for(APP, None, note(user("bo"), "hello")).await.unwrap_err();
    assert_eq!(nobodys.code, ErrorCode::Invalid, "only a notification has no sender");
    let lost = world.im.send_for(APP, user("ann"), note(group("nowhere"), "hello")).await.unwrap_err();
    assert_eq!(lost.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn f4_t10_a_message_without_lifetime_reaches_connected_devices_once_and_is_kept_from_all_others() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    let cy = world.phone("cy", 3).await;
    world.im.closed(&cy.opened.live).await;
    let club = world.club_of("club", "ann", &["bo", "cy"]).await;
    let places = world.stored(&ConversationId::group(&club)).await.len();
    let mut news = world.news();
    let typing = SendMessage { online_only: true, system: true, ..note(club.clone(), "typing") };
    let sent = world.write(&ann, typing).await.unwrap();
    assert_eq!(sent.seq, Seq(0));
    let frame = bo.next_of(MessageKind::System).await;
    assert_eq!((frame.id, frame.seq), (sent.message, Seq(0)));
    let deliveries = world.settled(&mut news, sent.message).await;
    let of_cy = deliveries.iter().find(|one| one.user == Some(user("cy"))).unwrap();
    assert_eq!((of_cy.state, of_cy.reason), (DeliveryState::Skipped, Reason::ONLINE_ONLY));
    assert!(deliveries.iter().all(|one| one.state == DeliveryState::Skipped), "{deliveries:?}");
    assert_eq!(world.stored(&ConversationId::group(&club)).await.len(), places, "it has no place to sync");
}

#[tokio::test]
async fn t8_mentions_travel_with_the_message_and_name_at_most_a_hundred_users() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let mut bo = world.phone("bo", 2).await;
    let club = world.club_of("club", "ann", &["bo"]).await;
    let mentions = Mentions { all: false, users: users(&["bo"]) };
    let message = SendMessage { mentions: mentions.clone(), ..note(club.clone(), "@bo look") };
    world.write(&ann, message).await.unwrap();
    assert_eq!(bo.next_of(MessageKind::Message).await.mentions, mentions);
    let crowd = Mentions { all: false, users: vec![user("bo"); 101] };
    let message = SendMessage { mentions: crowd, ..note(club, "@everybody") };
    assert_eq!(world.write(&ann, message).await.unwrap_err().code, ErrorCode::Invalid);
}

/// A backend that judges by the message's first word, and counts how often it is asked.
#[derive(Default)]
struct Censor(Mutex<u32>);

#[async_trait]
impl BeforeSend for Censor {
    async fn ask(&self, _view: &AppView, message: &Message) -> Judgement {
        *self.0.lock().unwrap() += 1;
        match message.body.content().split(' ').next() {
            Some("bad") => Judgement::Refuse { reason: "mind your language".into() },
            Some("secret") => Judgement::Drop,
            Some("slow") => std::future::pending().await,
            _ => Judgement::Allow,
        }
    }
}

#[tokio::test]
async fn t23_the_backend_refuses_a_message_or_drops_it_behind_the_senders_back() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    let censor = Arc::new(Censor::default());
    world.im.ask_before_send(Arc::clone(&censor) as Arc<dyn BeforeSend>);
    let conversation = ConversationId::peer(&user("ann"), &user("bo"));
    assert!(world.write(&ann, note(user("bo"), "bad word")).await.is_ok(), "nobody wants to be asked");
    assert_eq!(*censor.0.lock().unwrap(), 0);

    world.listen(&[EventKind::BeforeSend]).await;
    let refused = world.write(&ann, note(user("bo"), "bad word")).await.unwrap_err();
    assert_eq!((refused.code, refused.detail.as_str()), (ErrorCode::Refused, "mind your language"));
    let dropped = world.write(&ann, note(user("bo"), "secret word")).await.unwrap();
    assert_eq!((dropped.conversation.as_ref(), dropped.duplicate), (Some(&conversation), false));
    assert!(world.store.message(APP, dropped.message).await.unwrap().is_none());
    assert!(world.write(&ann, note(user("bo"), "good word")).await.is_ok());
    assert!(world.write(&ann, note(user("bo"), "slow word")).await.is_ok(), "no answer is an allowance");
    assert_eq!(*censor.0.lock().unwrap(), 4);
    assert!(
        world.im.send_for(APP, user("ann"), note(user("bo"), "bad, but the backend's own")).await.is_ok()
    );
    assert_eq!(*censor.0.lock().unwrap(), 4, "the backend is not asked about its own");
    assert_eq!(world.stored(&conversation).await.len(), 4);
}

#[tokio::test]
async fn a_stored_message_is_announced_once_and_only_to_who_listens() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    world.write(&ann, note(user("bo"), "before")).await.unwrap();
    world.listen(&[EventKind::Message]).await;
    let message = note(user("bo"), "after");
    let sent = world.write(&ann, message.clone()).await.unwrap();
    let again = world.write(&ann, message).await.unwrap();
    assert!(again.duplicate && again.message == sent.message);
    assert_eq!(world.announced().await, [Event::Message { message: sent.message }]);
}

#[tokio::test]
async fn a_push_alone_is_in_no_conversation_and_announced_to_nobody() {
    let world = World::default().await;
    world.listen(&[EventKind::Message]).await;
    let push = im::NewPush {
        app: APP,
        addressee: Addressee::User(user("bo")),
        push: model::PushSettings { body: Some("hello".into()), ..model::PushSettings::default() },
        idempotency_key: None,
    };
    let sent = world.im.push(push).await.unwrap();
    assert_eq!((sent.conversation, sent.seq), (None, Seq(0)));
    assert!(world.announced().await.is_empty());
}
