//! What the App's webhooks hear of sessions and tokens.

use model::{BindingKind, Event, EventKind, LoginPolicy, SessionState};

use crate::harness::{APP, World, device, many, user};

fn session(name: &str, number: u128, state: SessionState) -> Event {
    Event::Session { user: user(name), device: device(number), state }
}

async fn events(world: &World) -> Vec<Event> {
    world.heard().await.into_iter().map(|entry| entry.event).collect()
}

#[tokio::test]
async fn t15_webhooks_hear_where_sessions_go() {
    let world = World::new(model::AppPolicy { login: LoginPolicy::OneDevice, ..many() }).await;
    world.listen(&[EventKind::Session]).await;
    let bo = world.phone("bo", 1).await;
    world.background(&bo).await;
    world.background(&bo).await;
    world.im.closed(&bo.opened.live).await;
    let second = world.phone("bo", 2).await;
    world.im.logout(&second.opened.live).await.unwrap();
    let _third = world.phone("bo", 2).await;
    world.im.end_user(APP, &user("bo"), SessionState::Kicked).await.unwrap();
    assert_eq!(
        events(&world).await,
        [
            session("bo", 1, SessionState::OnlineForeground),
            session("bo", 1, SessionState::OnlineBackground),
            session("bo", 1, SessionState::Disconnected),
            session("bo", 2, SessionState::OnlineForeground),
            session("bo", 1, SessionState::Kicked),
            session("bo", 2, SessionState::LoggedOut),
            session("bo", 2, SessionState::OnlineForeground),
            session("bo", 2, SessionState::Kicked),
        ]
    );
}

#[tokio::test]
async fn webhooks_hear_of_tokens_that_change() {
    let world = World::default().await;
    world.listen(&[EventKind::Token]).await;
    let bo = world.phone("bo", 1).await;
    world.bind(&bo, 1).await;
    let push_id = bo.opened.welcome.push_id;
    world.im.unbind(&bo.opened.live, world.certificate, BindingKind::Alert).await.unwrap();
    let token =
        |bound| Event::Token { device: Some(device(1)), push_id, certificate: world.certificate, bound };
    world.bind(&bo, 1).await;
    world.im.unregister(&bo.opened.live).await.unwrap();
    assert_eq!(events(&world).await, [token(true), token(false), token(true), token(false)]);
}

#[tokio::test]
async fn what_nobody_hears_of_is_not_stored() {
    let world = World::default().await;
    world.listen(&[EventKind::Message]).await;
    world.phone("bo", 1).await;
    assert!(events(&world).await.is_empty());
}
