//! What devices tell of themselves: push switch, Push ID, badge, report.

use model::{DeliveryState, DeviceReport, Permission, Platform, PushSettings};
use rules::Reason;

use crate::harness::{World, on};

#[tokio::test]
async fn b11_the_push_switch_cancels_skips_and_lets_through_again() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    let queued = world.send("ann", "bo", "one").await;
    world.only(queued, "bo").await;
    world.im.switch_push(&bo.opened.live, false).await.unwrap();
    let cancelled = world.only(queued, "bo").await;
    assert_eq!(
        (cancelled.state, cancelled.reason),
        (DeliveryState::Skipped, Reason::SWITCHED_OFF_BEFORE_SEND)
    );
    let off = world.send("ann", "bo", "two").await;
    assert_eq!(world.only(off, "bo").await.reason, Reason::PUSH_SWITCHED_OFF);
    let again = world.phone("bo", 1).await;
    assert!(!again.opened.welcome.push_on, "the switch outlives the connection");
    world.background(&again).await;
    world.im.switch_push(&again.opened.live, true).await.unwrap();
    let on = world.send("ann", "bo", "three").await;
    assert_eq!(world.only(on, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn b12_an_unregistered_device_is_not_pushed_to_until_it_binds_again() {
    let world = World::default().await;
    let mut bo = world.phone("bo", 1).await;
    let first = bo.opened.welcome.push_id.unwrap();
    world.im.unregister(&bo.opened.live).await.unwrap();
    world.im.unregister(&bo.opened.live).await.unwrap();
    let message = world.send("ann", "bo", "still a frame").await;
    bo.next_message().await;
    world.im.closed(&bo.opened.live).await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::UNREGISTERED);
    let again = world.try_login("bo", 1, &[]).await.unwrap();
    assert_eq!(again.opened.welcome.push_id, None);
    world.bind(&again, 1).await;
    let device = world.record(1).await.device;
    assert_eq!(device.unregistered_at, None);
    assert_ne!(device.push_id, first);
    world.im.closed(&again.opened.live).await;
    let message = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(message, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn t1_the_base_of_the_badge_comes_from_the_background_and_every_push_that_counts_adds_one() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    world.im.set_presence(&bo.opened.live, false, Some(5)).await.unwrap();
    let first = world.send("ann", "bo", "one").await;
    assert_eq!(world.only(first, "bo").await.badge, Some(6));
    let uncounted = PushSettings { counts_badge: false, ..PushSettings::default() };
    let uncounted = world.send_with("ann", "bo", uncounted).await;
    assert_eq!(world.only(uncounted, "bo").await.badge, None);
    let second = world.send("ann", "bo", "two").await;
    assert_eq!(world.only(second, "bo").await.badge, Some(7));
    world.im.set_presence(&bo.opened.live, true, Some(99)).await.unwrap();
    world.im.set_presence(&bo.opened.live, false, None).await.unwrap();
    let third = world.send("ann", "bo", "three").await;
    assert_eq!(world.only(third, "bo").await.badge, Some(8), "the foreground sets no base");
}

#[tokio::test]
async fn a_report_that_changes_is_looked_at_by_the_next_decision() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    let off = DeviceReport { notifications: Permission::Off, ..on(Platform::Android) };
    world.im.set_report(&bo.opened.live, off.clone()).await.unwrap();
    assert_eq!(world.record(1).await.device.report, off);
    world.im.closed(&bo.opened.live).await;
    let message = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::NOTIFICATIONS_OFF);
}
