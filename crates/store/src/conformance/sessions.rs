//! Logins: opening, moving, ending, kicking.

use model::{BindingLoss, BindingState, DeliveryState, LoginPolicy, Platform, SessionId, SessionState};

use super::{
    Stage,
    stage::{APP, FETCHED, FOREIGN, KICKED, LOGGED_OUT, device, user},
};
use crate::{Op, Outcome, SessionRecord};

async fn state(stage: &Stage, session: SessionId) -> Option<SessionState> {
    stage.store().session(APP, session).await.expect("reads").map(|session| session.state)
}

/// Numbers count up over the instance; only the newest on a device is there.
pub async fn a_later_login_has_a_higher_number_and_replaces_the_earlier(stage: Stage) {
    let phone = device();
    let first = stage.login("bo", phone).await;
    let elsewhere = stage.login("cy", device()).await;
    let second = stage.login("bo", phone).await;
    assert!(first < elsewhere && elsewhere < second);
    assert_eq!(state(&stage, first).await, None);
    assert_eq!(state(&stage, second).await, Some(SessionState::OnlineForeground));
    assert_eq!(stage.store().sessions(APP, &user("bo")).await.expect("reads").len(), 1);
    assert!(stage.store().session(FOREIGN, second).await.expect("reads").is_none());
}

/// Who logs in is known from then on.
pub async fn a_login_makes_user_and_device(stage: Stage) {
    let phone = device();
    let login = stage.new_session("bo", phone, LoginPolicy::Many);
    let Outcome::Session { push_id, .. } = stage.commit(Op::OpenSession(login.clone())).await else {
        panic!("a login");
    };
    assert_eq!(push_id, Some(login.push_id));
    assert!(stage.store().user(APP, &user("bo")).await.expect("reads").is_some());
    let record = stage.store().device(APP, phone).await.expect("reads").expect("is there");
    assert_eq!((record.device.report, record.device.seen_at), (login.report, login.at));
    let again = stage.new_session("bo", phone, LoginPolicy::Many);
    let Outcome::Session { push_id: kept, .. } = stage.commit(Op::OpenSession(again)).await else {
        panic!("a login");
    };
    assert_eq!(kept, push_id, "a Push ID is stable");
}

/// Row B8.
pub async fn b8_with_one_device_a_login_kicks_the_users_other_devices(stage: Stage) {
    let (old, new) = (device(), device());
    let first = stage.login("bo", old).await;
    let other = stage.login("cy", device()).await;
    let login = stage.new_session("bo", new, LoginPolicy::OneDevice);
    let Outcome::Session { kicked, .. } = stage.commit(Op::OpenSession(login)).await else {
        panic!("a login");
    };
    assert_eq!(kicked, [(user("bo"), old, first)]);
    assert_eq!(state(&stage, first).await, Some(SessionState::Kicked));
    assert_eq!(state(&stage, other).await, Some(SessionState::OnlineForeground));
}

/// Any number of devices.
pub async fn with_many_devices_a_login_kicks_nobody(stage: Stage) {
    let first = stage.login("bo", device()).await;
    let login = stage.new_session("bo", device(), LoginPolicy::Many);
    let Outcome::Session { kicked, .. } = stage.commit(Op::OpenSession(login)).await else {
        panic!("a login");
    };
    assert!(kicked.is_empty());
    assert_eq!(state(&stage, first).await, Some(SessionState::OnlineForeground));
}

/// Row B13, whatever the policy.
pub async fn b13_a_login_kicks_another_user_of_its_device(stage: Stage) {
    let shared = device();
    let first = stage.login("bo", shared).await;
    stage.bind(shared, Some("bo"), "t-1").await;
    let login = stage.new_session("cy", shared, LoginPolicy::Many);
    let Outcome::Session { kicked, .. } = stage.commit(Op::OpenSession(login)).await else {
        panic!("a login");
    };
    assert_eq!(kicked, [(user("bo"), shared, first)]);
    assert_eq!(state(&stage, first).await, Some(SessionState::Kicked));
    assert_eq!(stage.binding_of(shared).await, BindingState::Lost(BindingLoss::LoggedOut));
}

/// All in the commit of the login that kicks.
pub async fn b8_a_kicked_login_loses_its_bindings_and_its_queued_deliveries(stage: Stage) {
    let (phone, _) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    let login = stage.new_session("bo", device(), LoginPolicy::OneDevice);
    let at = login.at;
    stage.commit(Op::OpenSession(login)).await;
    assert_eq!(stage.binding_of(phone).await, BindingState::Lost(BindingLoss::LoggedOut));
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason, ended.finished_at), (DeliveryState::Skipped, KICKED, Some(at)));
    assert!(stage.claim(9).await.is_empty());
}

/// Row B7.
pub async fn b7_a_logout_takes_bindings_and_queued_deliveries_in_one_commit(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert_eq!(stage.logout(session).await, Outcome::Cancelled { cancelled: 1, raced: 0 });
    assert_eq!(state(&stage, session).await, Some(SessionState::LoggedOut));
    assert_eq!(stage.binding_of(phone).await, BindingState::Lost(BindingLoss::LoggedOut));
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, LOGGED_OUT));
    assert!(ended.finished_at.is_some() && !ended.raced);
}

/// A logout is one user's on one device.
pub async fn a_logout_leaves_other_users_and_devices_alone(stage: Stage) {
    let (_, session) = stage.sleeping_phone("bo", "t-1").await;
    let (second, _) = stage.sleeping_phone("bo", "t-2").await;
    let (other, _) = stage.sleeping_phone("cy", "t-3").await;
    stage.queue_push("bo", second).await;
    stage.queue_push("cy", other).await;
    assert_eq!(stage.logout(session).await, Outcome::Cancelled { cancelled: 0, raced: 0 });
    assert!(matches!(stage.binding_of(second).await, BindingState::Bound(_)));
    assert_eq!(stage.claim(9).await.len(), 2);
}

/// Kicked and logged-out sessions never resume.
pub async fn an_ended_login_cannot_be_moved_or_ended_again(stage: Stage) {
    let session = stage.login("bo", device()).await;
    stage.logout(session).await;
    assert!(!stage.move_to(session, SessionState::OnlineForeground).await);
    assert_eq!(stage.logout(session).await, Outcome::Cancelled { cancelled: 0, raced: 0 });
    assert_eq!(state(&stage, session).await, Some(SessionState::LoggedOut));
    assert!(!stage.move_to(SessionId(9999), SessionState::OnlineForeground).await);
}

/// The app is on screen and fetches for itself.
pub async fn a_move_to_the_foreground_cancels_what_is_queued(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    let queued = stage.queue_push("bo", phone).await;
    assert!(stage.move_to(session, SessionState::OnlineForeground).await);
    let ended = stage.only_delivery(queued.message).await;
    assert_eq!((ended.state, ended.reason), (DeliveryState::Skipped, FETCHED));
}

/// Only the foreground fetches.
pub async fn a_move_to_the_background_cancels_nothing(stage: Stage) {
    let (phone, session) = stage.sleeping_phone("bo", "t-1").await;
    stage.queue_push("bo", phone).await;
    for to in [SessionState::OnlineBackground, SessionState::Disconnected] {
        assert!(stage.move_to(session, to).await);
    }
    assert_eq!(stage.claim(9).await.len(), 1);
}

/// For a start after a stop; ended logins stay ended.
pub async fn after_a_stop_everybody_is_disconnected(stage: Stage) {
    let phone = device();
    let online = stage.login("bo", phone).await;
    let gone = stage.login("cy", device()).await;
    stage.logout(gone).await;
    let stage = stage.reopen().await;
    let at = stage.now();
    stage.commit(Op::DisconnectAll { at }).await;
    let found = stage.store().session(APP, online).await.expect("reads");
    let state_now = SessionState::Disconnected;
    let expected = SessionRecord { id: online, user: user("bo"), device: phone, state: state_now, since: at };
    assert_eq!(found, Some(expected));
    assert_eq!(state(&stage, gone).await, Some(SessionState::LoggedOut));
}

/// Row J8.
pub async fn d7_a_login_tells_the_last_device_and_whether_a_push_was_ever_sent(stage: Stage) {
    let told = |outcome: Outcome| match outcome {
        Outcome::Session { last_device, has_pushed, .. } => (last_device, has_pushed),
        other => panic!("a login, not {other:?}"),
    };
    let (first, _) = stage.sleeping_phone("bo", "t-1").await;
    let again = stage.new_session("bo", first, LoginPolicy::Many);
    assert_eq!(told(stage.commit(Op::OpenSession(again)).await), (None, false));
    let queued = stage.queue_push("bo", first).await;
    stage.update(queued.id, DeliveryState::Accepted).await;
    let elsewhere = stage.new_session("bo", device(), LoginPolicy::Many);
    assert_eq!(told(stage.commit(Op::OpenSession(elsewhere)).await), (Some(first), true));
}

/// Row B8, one phone and one computer at a time.
pub async fn b8_with_one_device_of_a_class_a_login_kicks_the_others_of_its_class(stage: Stage) {
    let login = async |platform| {
        let mut login = stage.new_session("bo", device(), LoginPolicy::OnePerPlatformClass);
        login.report.platform = platform;
        match stage.commit(Op::OpenSession(login)).await {
            Outcome::Session { id, kicked, .. } => {
                (id, kicked.into_iter().map(|(_, _, session)| session).collect::<Vec<_>>())
            }
            other => panic!("a login, not {other:?}"),
        }
    };
    let (phone, _) = login(Platform::Android).await;
    let (computer, kicked) = login(Platform::Desktop).await;
    assert!(kicked.is_empty());
    let (tablet, kicked) = login(Platform::Ios).await;
    assert_eq!(kicked, [phone]);
    let (_, kicked) = login(Platform::Web).await;
    assert!(kicked.is_empty());
    for session in [computer, tablet] {
        assert_eq!(state(&stage, session).await, Some(SessionState::OnlineForeground));
    }
}

/// Row T16: a device that comes and goes is heard of.
pub async fn t16_a_move_tells_when_the_device_was_last_heard_of(stage: Stage) {
    let (phone, session) = (device(), stage.login("cy", device()).await);
    let own = stage.login("bo", phone).await;
    let seen =
        async || stage.store().device(APP, phone).await.expect("reads").expect("is there").device.seen_at;
    let at_login = seen().await;
    assert!(stage.move_to(session, SessionState::Disconnected).await);
    assert_eq!(seen().await, at_login);
    assert!(stage.move_to(own, SessionState::Disconnected).await);
    assert!(seen().await > at_login);
}
