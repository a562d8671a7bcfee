//! Reminders: what a connected app in the background shows by itself.

use model::{
    AppPolicy, BackgroundPolicy, DeviceReport, Message, Mute, Permission, Platform, PushSettings,
    UserSettings,
};
use wire::Reminder;

use crate::harness::{APP, Phone, World, many, on, peer, user};

async fn waiting_world() -> World {
    World::new(AppPolicy { background_android: BackgroundPolicy::WaitForLoss, ..many() }).await
}

async fn background_phone(world: &World, name: &str, number: u128, report: DeviceReport) -> Phone {
    let phone = world.phone_with(name, number, report).await;
    world.background(&phone).await;
    phone
}

async fn reminder(world: &World, phone: &mut Phone, message: Message) -> Option<Reminder> {
    world.accept(message).await;
    phone.next_message().await.reminder
}

#[tokio::test]
async fn f8_under_wait_for_loss_a_background_frame_carries_the_words_that_a_push_would_have() {
    let world = waiting_world().await;
    world.name("ann", "Ann").await;
    let group = world.group("tea", "ann", &["bo", "cy"]).await;
    let mut bo = background_phone(&world, "bo", 1, on(Platform::Android)).await;
    let mut cy = world.phone("cy", 2).await;
    let push = PushSettings {
        title: Some("Tea".into()),
        payload: Some("room=7".into()),
        counts_badge: false,
        ..PushSettings::default()
    };
    let message = Message { push: Some(push), ..world.message("ann", group) };
    let shown = reminder(&world, &mut bo, message).await.unwrap();
    assert_eq!((shown.title.as_str(), shown.body.as_str()), ("Tea", "Ann(group tea):hello"));
    assert_eq!((shown.payload.as_deref(), shown.counts_badge), (Some("room=7"), false));
    assert_eq!(cy.next_message().await.reminder, None, "on screen the app shows the message itself");
}

#[tokio::test]
async fn f8_each_phone_is_reminded_in_its_language() {
    let world = waiting_world().await;
    let group = world.group("tea", "ann", &["bo", "cy"]).await;
    let chinese = DeviceReport { language: "zh-CN".into(), ..on(Platform::Android) };
    let mut bo = background_phone(&world, "bo", 1, on(Platform::Android)).await;
    let mut cy = background_phone(&world, "cy", 2, chinese).await;
    let body = model::Body::Custom { content: "photo".into(), kind: Some("image".into()) };
    world.accept(Message { body, ..world.message("ann", group) }).await;
    let shown = [bo.next_message().await, cy.next_message().await].map(|frame| frame.reminder.unwrap().body);
    assert_eq!(shown, ["(group tea):[Image]", "(group tea):[图片]"]);
}

#[tokio::test]
async fn f8_what_would_not_be_pushed_is_not_reminded_of() {
    let world = waiting_world().await;
    let mut bo = background_phone(&world, "bo", 1, on(Platform::Android)).await;
    world.im.set_mute_of(APP, user("bo"), peer("ann", "bo"), Mute::All).await.unwrap();
    let muted = world.message("ann", peer("ann", "bo"));
    assert_eq!(reminder(&world, &mut bo, muted).await, None);
    let off = DeviceReport { notifications: Permission::Off, ..on(Platform::Android) };
    let mut cy = background_phone(&world, "cy", 2, off).await;
    let silent = world.message("ann", peer("ann", "cy"));
    assert_eq!(reminder(&world, &mut cy, silent).await, None);
}

#[tokio::test]
async fn f8_t24_a_reminder_hides_what_the_user_wants_hidden() {
    let world = waiting_world().await;
    world.settings("bo", UserSettings { hide_details: true, ..UserSettings::default() }).await;
    let mut bo = background_phone(&world, "bo", 1, on(Platform::Android)).await;
    let message = world.message("ann", peer("ann", "bo"));
    let shown = reminder(&world, &mut bo, message).await.unwrap();
    assert!(!shown.body.contains("hello"), "{shown:?}");
}

#[tokio::test]
async fn where_the_background_is_pushed_to_the_frame_has_no_reminder() {
    let world = World::default().await;
    let mut bo = background_phone(&world, "bo", 1, on(Platform::Android)).await;
    let message = world.message("ann", peer("ann", "bo"));
    assert_eq!(reminder(&world, &mut bo, message).await, None);
}
