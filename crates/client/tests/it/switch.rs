//! Push switch, end of registration, Push ID (rows B11, B12, D6, H).

use client::{AppEvent, Config, Input};
use model::{BindingKind, DeviceReport, PushId, Vendor};
use uuid::Uuid;
use wire::{ClientFrame, ServerFrame};

use crate::app::{App, PUSH_ID, config, recommended, welcome_of};

fn xiaomi() -> Vec<wire::Recommended> {
    vec![recommended(1001, Vendor::Xiaomi)]
}

#[test]
fn b11_pushes_are_switched_off_and_on_and_the_app_hears_when_the_server_has_done_it() {
    let mut app = App::logged_in(config(), xiaomi());
    for on in [false, true] {
        app.feed(Input::PushSwitch { on });
        assert!(matches!(app.last_request(), (ClientFrame::PushSwitch { on: asked, .. }, _) if *asked == on));
        assert!(!app.events.contains(&AppEvent::PushSwitched { on }));
        app.agree();
        assert_eq!(app.events.last(), Some(&AppEvent::PushSwitched { on }));
    }
}

#[test]
fn b11_a_switch_without_a_connection_is_kept_over_a_kill_and_asked_until_it_is_done() {
    let mut app = App::logged_in(config(), xiaomi());
    app.feed(Input::Disconnected);
    app.feed(Input::PushSwitch { on: false });
    for _ in 0..2 {
        app = app.restarted(config());
        app.connect(xiaomi());
        assert!(app.frames.iter().any(|frame| matches!(frame, ClientFrame::PushSwitch { on: false, .. })));
    }
    let asked = app.frames.iter().position(|frame| frame.name() == "push_switch").unwrap();
    app.frames.truncate(asked + 1);
    app.agree();
    assert_eq!(app.events.last(), Some(&AppEvent::PushSwitched { on: false }));
    let mut app = app.restarted(config());
    app.connect(xiaomi());
    assert!(!app.frames.iter().any(|frame| frame.name() == "push_switch"));
}

#[test]
fn b11_a_logout_does_not_undo_the_switch() {
    let mut app = App::logged_in(config(), xiaomi());
    app.feed(Input::Disconnected);
    app.feed(Input::PushSwitch { on: false });
    app.feed(Input::LogOut);
    app.feed(Input::Connected);
    app.hear(&crate::app::welcome(xiaomi()));
    app.agree();
    assert_eq!(app.events.last(), Some(&AppEvent::LoggedOut));
    app.feed(Input::LogIn { token: "jwt" });
    app.connect(xiaomi());
    assert!(app.frames.iter().any(|frame| matches!(frame, ClientFrame::PushSwitch { on: false, .. })));
}

#[test]
fn b12_after_unregister_no_token_is_reported_until_the_app_registers_again() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    app.feed(Input::Unregister);
    assert_eq!(app.last_request().0.name(), "unregister");
    app.agree();
    assert_eq!(app.events.last(), Some(&AppEvent::Unregistered));
    assert_eq!((app.core.push_id(), app.core.reported()), (None, None));

    let mut app = app.restarted(config());
    app.connect(xiaomi());
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert!(app.registrations.is_empty() && app.binds().is_empty());

    app.feed(Input::Register);
    assert_eq!(app.registrations.len(), 1);
    app.token(Vendor::Xiaomi, Ok("regid"));
    let new = PushId(Uuid::from_u128(71));
    let request = app.binds()[0].0;
    app.hear(&ServerFrame::Bound { request, push_id: new });
    assert_eq!(app.core.push_id(), Some(new), "a new registration has a new id");
}

#[test]
fn b12_unregister_without_a_connection_is_asked_when_there_is_one() {
    let mut app = App::logged_in(config(), xiaomi());
    app.feed(Input::Disconnected);
    app.feed(Input::Unregister);
    let mut app = app.restarted(config());
    app.connect(xiaomi());
    assert!(app.frames.iter().any(|frame| frame.name() == "unregister"));
}

#[test]
fn d6_h_registered_on_every_vendor_the_app_hears_the_push_id_when_the_server_has_the_token() {
    for vendor in Vendor::ALL {
        let report = DeviceReport { brand: vendor.facts().brands[0].to_owned(), ..config().report };
        let mut app = App::logged_in(Config { report, ..config() }, vec![recommended(1, vendor)]);
        app.token(vendor, Ok("token"));
        assert!(!app.events.iter().any(|event| matches!(event, AppEvent::Registered { .. })));
        app.confirm_bind();
        let Some(AppEvent::Registered { vendor: heard, kind: BindingKind::Alert, push_id, .. }) =
            app.events.last()
        else {
            panic!("{vendor} says nothing")
        };
        assert_eq!((*heard, *push_id), (vendor, Some(PUSH_ID)));
    }
}

#[test]
fn h_registered_says_also_that_the_vendor_refused() {
    for vendor in Vendor::ALL {
        let mut app = App::logged_in(config(), vec![recommended(1, vendor)]);
        app.token(vendor, Err("code 22022"));
        let failed =
            AppEvent::RegistrationFailed { vendor, kind: BindingKind::Alert, text: "code 22022".to_owned() };
        assert_eq!(app.events.last(), Some(&failed));
    }
}

#[test]
fn d6_a_server_that_names_no_push_id_at_binding_names_it_at_the_next_login() {
    let mut app = App::new(config());
    app.feed(Input::LogIn { token: "jwt" });
    app.feed(Input::Connected);
    let welcome = wire::Welcome { push_id: None, ..welcome_of(xiaomi()) };
    app.hear(&ServerFrame::Welcome(Box::new(welcome)));
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.agree();
    assert!(matches!(app.events.last(), Some(AppEvent::Registered { push_id: None, .. })));
    app.reconnect(xiaomi());
    assert_eq!(app.core.push_id(), Some(PUSH_ID));
}
