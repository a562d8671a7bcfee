//! Login, and what another login does to it.

use im::{Ending, outbox};
use model::{AppPolicy, DeliveryState, DeviceReport, ErrorCode, LoginPolicy, SessionState};
use rules::Reason;
use store::{DeliveryUpdate, Op};
use wire::{KickReason, Login};

use crate::harness::{APP, World, device, user};

async fn refused(world: &World, token: String) -> ErrorCode {
    let login = Login {
        token,
        device: device(1),
        report: DeviceReport::default(),
        certificate_names: Vec::new(),
        foreground: true,
    };
    world.im.login(login, outbox().0).await.unwrap_err().code
}

#[tokio::test]
async fn c3_a_certificate_name_of_33_characters_fails_the_login_with_500() {
    let world = World::default().await;
    let long = "名".repeat(33);
    let fault = world.try_login("bo", 1, &[&long]).await.err().unwrap();
    assert_eq!((fault.code, fault.code.status()), (ErrorCode::CertificateNameTooLong, 500));
}

#[tokio::test]
async fn c2_a_client_names_its_certificate_and_hears_of_a_wrong_name() {
    let world = World::default().await;
    let unknown = world.try_login("bo", 1, &["nobody-made-this"]).await.err().unwrap();
    assert_eq!(unknown.code, ErrorCode::UnknownCertificate);
    assert!(world.try_login("bo", 1, &["xiaomi-main"]).await.is_ok());
}

#[tokio::test]
async fn a_token_that_does_not_verify_is_refused_and_nothing_changes() {
    let world = World::default().await;
    let good = world.token("bo").await;
    let mut forged = good.clone();
    forged.replace_range(good.len() - 4.., "AAAA");
    assert_eq!(refused(&world, forged).await, ErrorCode::BadToken);
    assert_eq!(refused(&world, "garbage".into()).await, ErrorCode::BadToken);
    assert_eq!(refused(&world, String::new()).await, ErrorCode::BadToken);
    assert!(world.store.sessions(APP, &user("bo")).await.unwrap().is_empty());
}

#[tokio::test]
async fn b8_a_second_login_kicks_the_first_which_gets_no_more_pushes() {
    let world = World::new(AppPolicy { login: LoginPolicy::OneDevice, ..AppPolicy::default() }).await;
    let first = world.phone("bo", 1).await;
    let second = world.phone("bo", 2).await;
    assert_eq!(first.inbox.ended().await, Ending::Kick(KickReason::AnotherLogin));
    world.lose(&first).await;
    world.lose(&second).await;
    let message = world.send("ann", "bo", "hello").await;
    let fate = world.fate(message, "bo").await;
    let reason_of = |number| fate.iter().find(|one| one.device == Some(device(number))).unwrap().reason;
    assert_eq!(reason_of(1), Reason::KICKED);
    assert_eq!(reason_of(2), Reason::PUSH_DISCONNECTED);
}

#[tokio::test]
async fn b8_one_login_a_platform_class_leaves_the_browser_alone() {
    let world =
        World::new(AppPolicy { login: LoginPolicy::OnePerPlatformClass, ..AppPolicy::default() }).await;
    let browser = world.browser("bo", 1).await;
    let first = world.phone("bo", 2).await;
    let _second = world.phone("bo", 3).await;
    assert_eq!(first.inbox.ended().await, Ending::Kick(KickReason::AnotherLogin));
    let states = world.store.sessions(APP, &user("bo")).await.unwrap();
    let of_browser = states.iter().find(|one| one.device == browser.opened.live.device).unwrap();
    assert_eq!(of_browser.state, SessionState::OnlineForeground);
}

#[tokio::test]
async fn b8_many_logins_stand_side_by_side() {
    let world = World::default().await;
    let _phones = [world.phone("bo", 1).await, world.phone("bo", 2).await];
    assert_eq!(world.im.online(), 2);
}

#[tokio::test]
async fn b8_a_user_whom_the_server_takes_offline_needs_a_new_token() {
    let world = World::default().await;
    let phone = world.phone("bo", 1).await;
    let token = world.token("bo").await;
    world.im.end_user(APP, &user("bo"), SessionState::Kicked).await.unwrap();
    assert_eq!(phone.inbox.ended().await, Ending::Kick(KickReason::ByServer));
    assert_eq!(refused(&world, token).await, ErrorCode::TokenExpired);
    let message = world.send("ann", "bo", "hello").await;
    assert_eq!(world.only(message, "bo").await.reason, Reason::KICKED);
}

#[tokio::test]
async fn b8_a_token_issued_after_a_forced_logout_is_good_in_the_same_second() {
    let world = World::default().await;
    let _phone = world.phone("bo", 1).await;
    world.im.end_user(APP, &user("bo"), SessionState::LoggedOut).await.unwrap();
    world.clock.put_forward(1);
    assert_eq!(world.phone("bo", 1).await.opened.welcome.user, user("bo"));
}

#[tokio::test]
async fn b8_one_device_can_be_taken_offline_alone() {
    let world = World::default().await;
    let (phone, _other) = (world.phone("bo", 1).await, world.phone("bo", 2).await);
    assert!(world.im.kick_device(APP, &user("bo"), device(1)).await.unwrap());
    assert_eq!(phone.inbox.ended().await, Ending::Kick(KickReason::ByServer));
    assert_eq!(world.im.online(), 1);
    assert!(!world.im.kick_device(APP, &user("bo"), device(1)).await.unwrap());
}

#[tokio::test]
async fn b13_the_next_user_of_a_device_takes_its_binding_and_the_one_before_gets_nothing() {
    let world = World::default().await;
    let ann = world.phone("ann", 1).await;
    world.background(&ann).await;
    let before = world.send("cy", "ann", "for ann").await;
    assert_eq!(world.only(before, "ann").await.state, DeliveryState::Queued);
    let bo = world.phone("bo", 1).await;
    assert_eq!(ann.inbox.ended().await, Ending::Kick(KickReason::AnotherUser));
    assert_eq!(bo.opened.welcome.push_id, ann.opened.welcome.push_id, "the device keeps its Push ID");
    world.im.closed(&ann.opened.live).await;
    world.im.closed(&bo.opened.live).await;
    let cancelled = world.only(before, "ann").await;
    assert_eq!((cancelled.state, cancelled.reason), (DeliveryState::Skipped, Reason::KICKED_BEFORE_SEND));
    let (to_ann, to_bo) = (world.send("cy", "ann", "hello").await, world.send("cy", "bo", "hello").await);
    assert_eq!(world.only(to_ann, "ann").await.reason, Reason::KICKED);
    assert_eq!(world.only(to_bo, "bo").await.state, DeliveryState::Queued);
}

#[tokio::test]
async fn d7_d8_login_recommends_the_phones_own_vendor_with_its_push_type_code() {
    let world = World::default().await;
    let welcome = world.phone("bo", 1).await.opened.welcome;
    assert_eq!(welcome.certificates.len(), 1);
    assert_eq!(welcome.certificates[0].certificate, world.certificate);
    assert_eq!(welcome.push_type, 5);
}

#[tokio::test]
async fn j8_login_tells_the_last_device_and_whether_a_push_was_ever_sent() {
    let world = World::default().await;
    let first = world.sleeping_phone("bo", 1).await.opened.welcome;
    assert_eq!((first.last_device_id, first.has_pushed), (None, false));
    let message = world.send("ann", "bo", "hello").await;
    let pushed = world.only(message, "bo").await;
    world
        .commit(Op::Update(DeliveryUpdate {
            id: pushed.id,
            state: DeliveryState::Accepted,
            reason: Reason::ACCEPTED,
            due_at: pushed.due_at,
            attempt: None,
            vendor_message_id: None,
            at: world.im.now(),
        }))
        .await;
    let second = world.phone("bo", 2).await.opened.welcome;
    assert_eq!((second.last_device_id, second.has_pushed), (Some(device(1)), true));
}
