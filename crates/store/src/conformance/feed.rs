//! The feed of committed changes.

use model::{ConversationId, DeliveryState};

use super::{
    Stage,
    stage::{APP, device, user},
};
use crate::{Change, Op};

/// Whoever hears of a change can read it.
pub async fn a_change_is_told_once_it_can_be_read(stage: Stage) {
    let mut feed = stage.store().feed().subscribe();
    let sent = stage.accept("bo").await;
    // The feed is told after the answer, so the stage's own changes may come first.
    let (app, message) = loop {
        if let Change::Accepted(app, message) = feed.recv().await.expect("told") {
            break (app, message);
        }
    };
    assert_eq!((app, message), (APP, sent.id));
    assert!(stage.store().message(app, message).await.expect("reads").is_some());
}

/// Lanes, caches and the console live on it.
pub async fn every_kind_of_change_is_told(stage: Stage) {
    let mut feed = stage.store().feed().subscribe();
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let certificate = stage.certificate_for(None).await;
    let queued = stage.queue_push("bo", phone).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let conversation = ConversationId::peer(&user("al"), &user("bo"));
    let cursors = vec![(conversation, model::Seq(1))];
    stage.commit(Op::Ack { app: APP, user: user("bo"), device: phone, cursors }).await;
    stage.commit(Op::PutApp(super::stage::app_named(APP, "renamed"))).await;

    // The feed is told after the answer, so the last change is waited for.
    let mut told = Vec::new();
    while told.last() != Some(&Change::App(APP)) {
        told.push(feed.recv().await.expect("told"));
    }
    for expected in [
        Change::Session(APP, user("bo"), phone),
        Change::Device(APP, phone),
        Change::Certificate(APP, certificate),
        Change::Accepted(APP, queued.message),
        Change::Queued(stage.certificate),
        Change::Delivery(APP, queued.message, queued.id),
        Change::Acked(APP, user("bo"), phone),
    ] {
        assert!(told.contains(&expected), "{expected:?} was not told: {told:?}");
    }
}

/// What an App's own people change.
pub async fn changes_of_groups_users_calls_and_catalogue_are_told(stage: Stage) {
    let mut feed = stage.store().feed().subscribe();
    super::groups::create(&stage, "g", &["bo"]).await;
    let at = stage.now();
    stage.commit(Op::NameUser { app: APP, user: user("bo"), name: None, at }).await;
    let id = model::ResourceId::new("quiet").expect("a short id");
    let resource = model::PushResource { app: APP, id, vendors: Default::default(), updated_at: at };
    stage.commit(Op::PutResource(resource)).await;
    let expected = [
        Change::Group(APP, super::groups::group_id("g")),
        Change::User(APP, user("bo")),
        Change::Catalogue(APP),
    ];
    for change in expected {
        loop {
            if feed.recv().await.expect("told") == change {
                break;
            }
        }
    }
}

/// A refused message and a login that is gone are no news.
pub async fn what_changes_nothing_is_not_told(stage: Stage) {
    let sent = stage.accept("bo").await;
    let session = stage.login("bo", device()).await;
    stage.logout(session).await;
    let mut feed = stage.store().feed().subscribe();
    for name in ["before", "after"] {
        stage.commit(Op::PutApp(super::stage::app_named(APP, name))).await;
        stage.commit(Op::Accept(Box::new(sent.clone()))).await;
        stage.logout(session).await;
    }
    while feed.recv().await.expect("told") != Change::App(APP) {}
    assert_eq!(feed.recv().await.expect("told"), Change::App(APP), "nothing was told in between");
}
