//! Login, restart, logout, kick.

use client::{AppEvent, Input};
use model::{Body, ClientMessageId, ConversationId, MessageId, MessageKind, Seq, Vendor};
use wire::{Arrival, ClientFrame, Cursor, KickReason, LinkState, MessageFrame, ServerFrame};

use crate::app::{App, START, config, recommended, user};

fn certificates() -> Vec<wire::Recommended> {
    vec![recommended(1001, Vendor::Xiaomi)]
}

fn message(seq: i64) -> MessageFrame {
    MessageFrame {
        id: MessageId(uuid::Uuid::from_u128(1)),
        conversation: ConversationId::peer(&user("an"), &user("bo")),
        seq: Seq(seq),
        kind: MessageKind::Message,
        sender: Some(user("an")),
        body: Body::text("hi"),
        ext: Some("ext content".to_owned()),
        sent_at: START,
    }
}

fn send(app: &mut App, id: &str) {
    app.feed(Input::SendMessage {
        client_message_id: ClientMessageId::new(id).unwrap(),
        to: user("an"),
        body: Body::text("hi"),
        push: None,
    });
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
    send(&mut app, "c1");
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
    app.feed(Input::Background);
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
