//! From messages to frames and decisions.

use model::{AppPolicy, BackgroundPolicy, DeliveryState, LoginPolicy};
use rules::Reason;

use crate::harness::{World, user};

#[tokio::test]
async fn a_message_to_a_phone_on_screen_is_a_frame_and_once_acknowledged_no_push() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    let frame = bo.next_message().await;
    assert_eq!(frame.id, message);
    world.im.ack(&bo.opened.live, vec![(frame.conversation, frame.seq)]).await.unwrap();
    let deliveries = world.settled(&mut news, message).await;
    let of_bo: Vec<_> = deliveries.iter().filter(|delivery| delivery.user == Some(user("bo"))).collect();
    assert!(of_bo.is_empty(), "{of_bo:?}");
}

#[tokio::test]
async fn a_frame_that_is_not_acknowledged_becomes_a_push_when_the_socket_closes() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    bo.next_message().await;
    world.im.closed(&bo.opened.live).await;
    let deliveries = world.settled(&mut news, message).await;
    let pushed = deliveries.iter().find(|delivery| delivery.user == Some(user("bo"))).unwrap();
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_UNACKED));
    assert_eq!(pushed.certificate, Some(world.certificate));
}

#[tokio::test]
async fn a_connected_background_gets_frame_and_push_together() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    world.im.set_presence(&bo.opened.live, false, None).await.unwrap();
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    bo.next_message().await;
    let deliveries = world.settled(&mut news, message).await;
    let pushed = deliveries.iter().find(|delivery| delivery.user == Some(user("bo"))).unwrap();
    assert_eq!((pushed.state, pushed.reason), (DeliveryState::Queued, Reason::PUSH_BACKGROUND));
}

#[tokio::test]
async fn under_wait_for_loss_a_background_ack_in_time_means_no_push() {
    let policy = AppPolicy {
        background_android: BackgroundPolicy::WaitForLoss,
        login: LoginPolicy::Many,
        ..AppPolicy::default()
    };
    let world = World::new(policy).await;
    let mut bo = world.phone("bo", 1).await;
    world.im.set_presence(&bo.opened.live, false, None).await.unwrap();
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    let frame = bo.next_message().await;
    world.im.ack(&bo.opened.live, vec![(frame.conversation, frame.seq)]).await.unwrap();
    let deliveries = world.settled(&mut news, message).await;
    assert!(deliveries.iter().all(|delivery| delivery.user != Some(user("bo"))), "{deliveries:?}");
}

#[tokio::test]
async fn coming_to_the_foreground_cancels_what_has_not_begun() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.im.set_presence(&bo.opened.live, false, None).await.unwrap();
    let mut news = world.news();
    let message = world.send("ann", "bo", "hello").await;
    world.settled(&mut news, message).await;
    world.im.set_presence(&bo.opened.live, true, None).await.unwrap();
    let deliveries = world.deliveries(message).await;
    let cancelled = deliveries.iter().find(|delivery| delivery.user == Some(user("bo"))).unwrap();
    assert_eq!((cancelled.state, cancelled.reason), (DeliveryState::Skipped, Reason::FETCHED));
}

#[tokio::test]
async fn a_logged_out_phone_is_skipped_with_its_reason_and_its_queued_push_is_cancelled() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.im.set_presence(&bo.opened.live, false, None).await.unwrap();
    let mut news = world.news();
    let before = world.send("ann", "bo", "before").await;
    world.settled(&mut news, before).await;
    world.im.logout(&bo.opened.live).await.unwrap();
    let after = world.send("ann", "bo", "after").await;
    let reasons = [world.deliveries(before).await, world.settled(&mut news, after).await].map(|deliveries| {
        let of_bo = deliveries.into_iter().find(|delivery| delivery.user == Some(user("bo"))).unwrap();
        (of_bo.state, of_bo.reason)
    });
    assert_eq!(
        reasons,
        [
            (DeliveryState::Skipped, Reason::LOGGED_OUT_BEFORE_SEND),
            (DeliveryState::Skipped, Reason::LOGGED_OUT),
        ]
    );
}

#[tokio::test]
async fn a_user_who_never_logged_in_is_skipped_with_that_reason() {
    let world = World::default().await;
    let mut news = world.news();
    let message = world.send("ann", "nobody", "hello").await;
    let deliveries = world.settled(&mut news, message).await;
    let skipped = deliveries.iter().find(|delivery| delivery.user == Some(user("nobody"))).unwrap();
    assert_eq!((skipped.device, skipped.reason), (None, Reason::NEVER_LOGGED_IN));
}
