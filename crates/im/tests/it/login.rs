//! Login, and what another login does to it.

use im::Ending;
use model::{AppPolicy, DeviceId, DeviceReport, ErrorCode, LoginPolicy};
use tokio::sync::mpsc;
use uuid::Uuid;
use wire::{KickReason, Login};

use crate::harness::{APP, World, user};

async fn refused(world: &World, token: String) -> ErrorCode {
    let login = Login {
        token,
        device: DeviceId(Uuid::from_u128(1)),
        report: DeviceReport::default(),
        certificate_names: Vec::new(),
        foreground: true,
    };
    world.im.login(login, mpsc::channel(1).0).await.unwrap_err().code
}

#[tokio::test]
async fn c3_a_certificate_name_of_33_characters_fails_the_login_with_500() {
    let world = World::default().await;
    let long = "名".repeat(33);
    let fault = world.try_login("bo", 1, &[&long]).await.err().unwrap();
    assert_eq!((fault.code, fault.code.status()), (ErrorCode::CertificateNameTooLong, 500));
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
async fn a_second_login_kicks_the_first_where_the_policy_is_one_device() {
    let world = World::new(AppPolicy { login: LoginPolicy::OneDevice, ..AppPolicy::default() }).await;
    let first = world.phone("bo", 1).await;
    let second = world.phone("bo", 2).await;
    assert_eq!(first.opened.live.ended().await, Ending::Kick(KickReason::AnotherLogin));
    assert_eq!(second.opened.welcome.last_device_id, Some(DeviceId(Uuid::from_u128(1))));
}

#[tokio::test]
async fn a_token_issued_before_the_backend_ended_the_user_is_refused() {
    let world = World::default().await;
    let phone = world.phone("bo", 1).await;
    let token = world.token("bo").await;
    world.im.end_user(APP, &user("bo"), model::SessionState::Kicked).await.unwrap();
    assert_eq!(phone.opened.live.ended().await, Ending::Kick(KickReason::ByServer));
    assert_eq!(refused(&world, token).await, ErrorCode::TokenExpired);
}

#[tokio::test]
async fn login_recommends_the_phones_own_vendor() {
    let world = World::default().await;
    let welcome = world.phone("bo", 1).await.opened.welcome;
    assert_eq!(welcome.certificates.len(), 1);
    assert_eq!(welcome.certificates[0].certificate, world.certificate);
    assert_eq!(welcome.push_type, 5);
}
