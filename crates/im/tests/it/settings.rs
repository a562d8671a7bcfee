//! What users set for themselves, and what becomes of pushes by it.

use model::{
    ConversationId, DeliveryState, DoNotDisturb, ErrorCode, GroupId, MultiEndRule, Mute, PlatformClass,
    Quiet, TextVariant, UserSettings,
};
use rules::Reason;

use crate::harness::{APP, World, peer, user};

/// The tests begin at 22:13 in Shanghai.
fn evening(effect: Quiet) -> UserSettings {
    let span =
        DoNotDisturb { from_minute: 22 * 60, to_minute: 7 * 60, time_zone: "Asia/Shanghai".into(), effect };
    UserSettings { do_not_disturb: Some(span), ..UserSettings::default() }
}

fn desktop_silences_phone() -> UserSettings {
    let rule = MultiEndRule { online: vec![PlatformClass::Web], silence: vec![PlatformClass::Mobile] };
    UserSettings { multi_end: vec![rule], ..UserSettings::default() }
}

#[tokio::test]
async fn f6_t4_in_the_span_nothing_is_pushed_and_after_it_everything() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    world.settings("bo", evening(Quiet::Silent)).await;
    let night = world.send("ann", "bo", "are you awake").await;
    assert_eq!(world.only(night, "bo").await.reason, Reason::DO_NOT_DISTURB);
    world.clock.put_forward(9 * 3_600_000);
    let morning = world.send("ann", "bo", "good morning").await;
    assert_eq!(world.only(morning, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn t4_t24_a_span_may_hide_details_instead() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    world.settings("bo", evening(Quiet::HideDetails)).await;
    let night = world.send("ann", "bo", "are you awake").await;
    let pushed = world.only(night, "bo").await;
    assert_eq!((pushed.state, pushed.text), (DeliveryState::Queued, TextVariant::Hidden));
}

#[tokio::test]
async fn a_mute_holds_for_its_conversation_alone() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    world.im.set_mute_of(APP, user("bo"), peer("ann", "bo"), Mute::All).await.unwrap();
    let (muted, other) = (world.send("ann", "bo", "hello").await, world.send("cy", "bo", "hello").await);
    assert_eq!(world.only(muted, "bo").await.reason, Reason::MUTED);
    assert_eq!(world.only(other, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn f7_t5_t6_another_end_that_has_the_message_silences_the_phone() {
    let world = World::default().await;
    world.settings("bo", desktop_silences_phone()).await;
    world.sleeping_phone("bo", 1).await;
    let mut browser = world.browser("bo", 2).await;
    let message = world.send("ann", "bo", "hello").await;
    let frame = browser.next_message().await;
    browser.ack(&world, &frame).await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::OTHER_END_ACKED);
}

#[tokio::test]
async fn f7_an_end_that_does_not_answer_silences_nobody() {
    let world = World::default().await;
    world.settings("bo", desktop_silences_phone()).await;
    world.sleeping_phone("bo", 1).await;
    let mut browser = world.browser("bo", 2).await;
    let message = world.send("ann", "bo", "hello").await;
    browser.next_message().await;
    let early = world.deliveries(message).await;
    assert!(early.iter().all(|one| one.user != Some(user("bo"))), "the decision waits for the browser");
    world.im.closed(&browser.opened.live).await;
    let fate = world.fate(message, "bo").await;
    let phone = fate.iter().find(|one| one.certificate.is_some()).unwrap();
    assert_eq!((phone.state, phone.reason), (DeliveryState::Queued, Reason::PUSH_DISCONNECTED));
}

#[tokio::test]
async fn t5_without_a_strategy_every_end_is_told() {
    let world = World::default().await;
    world.sleeping_phone("bo", 1).await;
    let mut browser = world.browser("bo", 2).await;
    let message = world.send("ann", "bo", "hello").await;
    let frame = browser.next_message().await;
    browser.ack(&world, &frame).await;
    assert_eq!(world.only(message, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn settings_that_cannot_be_meant_are_refused() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    let mut nowhere = evening(Quiet::Silent);
    nowhere.do_not_disturb.as_mut().unwrap().time_zone = "Asia/Nowhere".into();
    let mut late = evening(Quiet::Silent);
    late.do_not_disturb.as_mut().unwrap().from_minute = 1440;
    for settings in [nowhere, late] {
        let fault = world.im.set_settings(&bo.opened.live, settings).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::Invalid);
    }
    let stored = world.store.user(APP, &user("bo")).await.unwrap().unwrap();
    assert_eq!(stored.settings, UserSettings::default());
    world.im.set_settings(&bo.opened.live, evening(Quiet::Silent)).await.unwrap();
    let stored = world.store.user(APP, &user("bo")).await.unwrap().unwrap();
    assert_eq!(stored.settings, evening(Quiet::Silent));
}

#[tokio::test]
async fn only_a_members_mute_is_taken() {
    let world = World::default().await;
    let bo = world.phone("bo", 1).await;
    let others = [peer("ann", "cy"), ConversationId::group(&GroupId::new("tea").unwrap())];
    for conversation in others {
        let fault = world.im.set_mute(&bo.opened.live, conversation, Mute::All).await.unwrap_err();
        assert_eq!(fault.code, ErrorCode::NotAMember);
    }
    let group = world.group("tea", "ann", &["bo"]).await;
    world.im.set_mute(&bo.opened.live, group, Mute::All).await.unwrap();
}
