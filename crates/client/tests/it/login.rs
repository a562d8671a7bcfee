//! Login, restart, logout, kick.

use client::{AppEvent, Config, Input, ShippedCertificate};
use model::{DeviceId, DeviceReport, Permission, Seq, Vendor};
use uuid::Uuid;
use wire::{Arrival, ClientFrame, Cursor, KickReason, LinkState, ServerFrame, Welcome};

use crate::app::{App, PUSH_ID, config, message, recommended, text, user, welcome_of};

fn certificates() -> Vec<wire::Recommended> {
    vec![recommended(1001, Vendor::Xiaomi)]
}

#[test]
fn a_first_start_without_a_login_connects_to_nothing() {
    let mut app = App::new(config());
    app.feed(Input::AppStarted { foreground: true });
    assert_eq!(app.connects, 0);
    assert_eq!(app.core.next_deadline(), None);
}

#[test]
fn a_restarted_app_resumes_its_login_and_asks_for_what_it_missed() {
    let mut app = App::logged_in(config(), certificates());
    app.hear(&ServerFrame::Messages { messages: vec![message(1)], sync: false });
    let mut app = app.restarted(config());
    assert_eq!(app.connects, 1);
    app.feed(Input::Connected);
    app.hear(&crate::app::welcome(certificates()));
    let heads = vec![Cursor { conversation: message(1).conversation, seq: Seq(1) }];
    assert_eq!(app.frames.last(), Some(&ClientFrame::Sync { heads }));
    app.hear(&ServerFrame::Messages { messages: vec![message(2)], sync: true });
    let received = AppEvent::MessageReceived { message: Box::new(message(2)), arrival: Arrival::Sync };
    assert_eq!(app.events.last(), Some(&received));
}

#[test]
fn an_unsent_message_survives_a_kill() {
    let mut app = App::logged_in(config(), certificates());
    app.feed(Input::Disconnected);
    app.feed(Input::SendMessage(text("c1", "an")));
    let mut app = app.restarted(config());
    app.connect(certificates());
    assert!(
        app.frames
            .iter()
            .any(|frame| matches!(frame, ClientFrame::Send(send) if send.client_message_id.as_str() == "c1"))
    );
}

#[test]
fn a_logout_is_forgotten_only_when_the_server_confirms_it() {
    let mut app = App::logged_in(config(), certificates());
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    app.feed(Input::LogOut);
    let Some(ClientFrame::Logout { request }) = app.frames.last() else { panic!("no logout") };
    let request = *request;
    assert!(!app.core.is_logged_in());
    assert!(app.core.reported().is_some());
    app.hear(&ServerFrame::Ok { request });
    assert_eq!(app.events.last(), Some(&AppEvent::LoggedOut));
    assert_eq!(app.core.reported(), None);
    assert_eq!(app.core.snapshot().login_token, None);
    assert_eq!(app.restarted(config()).connects, 0);
}

#[test]
fn a_logout_that_was_not_confirmed_is_carried_out_by_the_next_process() {
    let mut app = App::logged_in(config(), certificates());
    app.feed(Input::LogOut);
    let mut app = app.restarted(config());
    app.feed(Input::Connected);
    app.hear(&crate::app::welcome(certificates()));
    let Some(ClientFrame::Logout { request }) = app.frames.last() else { panic!("no logout") };
    let request = *request;
    app.hear(&ServerFrame::Ok { request });
    assert_eq!(app.events, [AppEvent::LoggedOut]);
}

#[test]
fn a_kicked_app_does_not_come_back_by_itself() {
    let mut app = App::logged_in(config(), certificates());
    app.hear(&ServerFrame::Kicked { reason: KickReason::AnotherLogin });
    assert_eq!(app.events.last(), Some(&AppEvent::Kicked(KickReason::AnotherLogin)));
    assert_eq!(app.core.connection(), LinkState::Idle);
    assert_eq!(app.restarted(config()).connects, 0);
}

#[test]
fn the_login_tells_whether_the_app_is_on_screen() {
    let mut app = App::logged_in(config(), certificates());
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert!(login.foreground);
    app.feed(Input::Background { unread: None });
    assert!(matches!(app.frames.last(), Some(ClientFrame::Presence { foreground: false, .. })));
}

#[test]
fn debug_shows_neither_token_nor_text() {
    let mut app = App::logged_in(config(), certificates());
    app.token(Vendor::Xiaomi, Ok("regid-0123"));
    app.confirm_bind();
    let shown = format!("{:?} {:?} {:?}", app.core, app.core.snapshot(), app.core.reported());
    assert!(!shown.contains("jwt") && !shown.contains("regid-0123"), "{shown}");
}

#[test]
fn j8_d7_a_login_tells_push_type_whether_pushed_and_the_last_device() {
    let mut app = App::new(config());
    app.feed(Input::LogIn { token: "jwt" });
    app.feed(Input::Connected);
    let before = DeviceId(Uuid::from_u128(3));
    app.hear(&ServerFrame::Welcome(Box::new(Welcome {
        has_pushed: true,
        last_device_id: Some(before),
        ..welcome_of(certificates())
    })));
    let Some(AppEvent::LoggedIn(login)) = app.events.first() else { panic!("not logged in") };
    assert_eq!((login.push_type, login.has_pushed, login.last_device_id), (5, true, Some(before)));
    assert_eq!((login.user.clone(), login.push_id, login.push_on), (user("bo"), Some(PUSH_ID), true));
}

#[test]
fn c2_certificate_names_go_with_the_login_however_long_they_are() {
    let long = "x".repeat(33);
    let named = |name: &str| ShippedCertificate {
        name: Some(name.to_owned()),
        ..ShippedCertificate::of(Vendor::Xiaomi)
    };
    let app = App::logged_in(Config { certificates: vec![named("mi"), named(&long)], ..config() }, vec![]);
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert_eq!(login.certificate_names, ["mi", long.as_str()], "a wrong name is the server's to refuse");
}

#[test]
fn a_permission_that_is_switched_off_while_the_app_runs_is_told_at_once() {
    let mut app = App::logged_in(config(), certificates());
    let report = DeviceReport { notifications: Permission::Off, ..config().report };
    app.feed(Input::Report(Box::new(report.clone())));
    let (ClientFrame::Report { report: told, .. }, _) = app.last_request() else { panic!("not told") };
    assert_eq!(**told, report);
    let frames = app.frames.len();
    app.feed(Input::Report(Box::new(report)));
    assert_eq!(app.frames.len(), frames, "nothing changed");
}

#[test]
fn a_permission_that_is_switched_off_without_a_connection_is_told_at_the_next_login() {
    let mut app = App::logged_in(config(), certificates());
    app.feed(Input::Disconnected);
    let report = DeviceReport { notifications: Permission::Off, ..config().report };
    app.feed(Input::Report(Box::new(report)));
    app.feed(Input::NetworkBack);
    app.feed(Input::Connected);
    let Some(ClientFrame::Login(login)) = app.frames.last() else { panic!("no login") };
    assert_eq!(login.report.notifications, Permission::Off);
}

#[test]
fn b13_another_user_on_the_device_starts_with_an_empty_icon_and_its_own_token_report() {
    let mut app = App::logged_in(config(), certificates());
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    app.receive(vec![message(1)], false);
    assert_eq!(app.icon, 1);
    app.feed(Input::LogIn { token: "jwt of cy" });
    app.feed(Input::Connected);
    let welcome = Welcome { user: user("cy"), ..welcome_of(certificates()) };
    app.hear(&ServerFrame::Welcome(Box::new(welcome)));
    assert_eq!(app.icon, 0);
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert_eq!(app.binds().len(), 2, "the same token is bound to the new user");
}
