//! The vendor token: which vendor is asked, and when the server hears of it.

use client::{AppEvent, Config, Input, ShippedCertificate};
use model::{CertificateId, DeviceReport, Vendor};
use wire::{ClientFrame, ErrorFrame, ServerFrame};

use crate::app::{App, PUSH_ID, config, recommended};

const FIRST: CertificateId = CertificateId(1001);
const SECOND: CertificateId = CertificateId(1002);

fn xiaomi() -> Vec<wire::Recommended> {
    vec![recommended(FIRST.0, Vendor::Xiaomi), recommended(SECOND.0, Vendor::Xiaomi)]
}

#[test]
fn d8_d6_exactly_the_first_recommended_certificate_is_taken_and_its_token_reported() {
    let mut app = App::logged_in(config(), xiaomi());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, FIRST)]);
    assert!(app.binds().is_empty());
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert_eq!(app.binds().len(), 1);
    app.confirm_bind();
    let Some(AppEvent::Registered { reported, push_id, .. }) = app.events.last() else {
        panic!("not reported")
    };
    assert_eq!((reported.certificate, reported.token.as_str()), (FIRST, "regid"));
    assert_eq!(*push_id, Some(PUSH_ID));
}

#[test]
fn an_app_that_names_its_own_certificate_reports_the_token_with_it() {
    let own = ShippedCertificate {
        id: Some(SECOND),
        name: Some("own".to_owned()),
        ..ShippedCertificate::of(Vendor::Xiaomi)
    };
    let app = App::logged_in(client::Config { certificates: vec![own], ..config() }, xiaomi());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, SECOND)]);
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert_eq!(login.certificate_names, ["own"]);
}

#[test]
fn d2_an_empty_token_and_a_failed_registration_are_never_reported() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Ok(""));
    app.token(Vendor::Xiaomi, Err("no network"));
    assert!(app.binds().is_empty());
    assert!(
        matches!(app.events.last(), Some(AppEvent::RegistrationFailed { text, .. }) if text == "no network")
    );
    // The server hears of the failure at the next login.
    app.feed(Input::Disconnected);
    app.feed(Input::NetworkBack);
    app.feed(Input::Connected);
    let Some(ClientFrame::Login(login)) = app.frames.last() else { panic!("no login") };
    assert_eq!(login.report.registration_error, "no network");
}

#[test]
fn d3_a_brand_that_no_certificate_serves_is_registered_nowhere() {
    let app = App::logged_in(config(), Vec::new());
    assert!(app.registrations.is_empty());

    let report = DeviceReport { brand: "unheard-of".to_owned(), ..config().report };
    let app = App::logged_in(Config { report, auto: true, ..config() }, xiaomi());
    assert!(app.registrations.is_empty());
    let Some(AppEvent::LoggedIn(login)) = app.events.first() else { panic!("not logged in") };
    assert_eq!(login.certificate, None);
}

#[test]
fn d1_a_token_that_comes_while_offline_is_reported_after_the_login() {
    let mut app = App::logged_in(config(), xiaomi());
    app.feed(Input::Disconnected);
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert!(app.binds().is_empty());
    app.feed(Input::NetworkBack);
    app.connect(xiaomi());
    assert_eq!(app.binds().len(), 1);
}

#[test]
fn a_token_is_reported_once_in_a_process_and_again_when_it_changes() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.feed(Input::Disconnected);
    app.feed(Input::NetworkBack);
    app.connect(xiaomi());
    assert_eq!(app.binds().len(), 1);
    app.token(Vendor::Xiaomi, Ok("renewed"));
    assert_eq!(app.binds().len(), 2);

    let mut app = app.restarted(config());
    app.connect(xiaomi());
    app.token(Vendor::Xiaomi, Ok("renewed"));
    assert_eq!(app.binds().len(), 1, "a server that lost the token hears of it from the next process");
}

#[test]
fn a_refused_report_is_tried_again_on_the_next_connection() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Ok("regid"));
    let error = ErrorFrame::of_request(&model::ErrorCode::UnknownCertificate.into(), app.binds()[0].0);
    app.hear(&ServerFrame::Error(error));
    app.feed(Input::Disconnected);
    app.feed(Input::NetworkBack);
    app.connect(xiaomi());
    assert_eq!(app.binds().len(), 2);
}

#[test]
fn a_change_of_certificate_binds_the_new_one_and_then_takes_the_old_one_back() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    app.feed(Input::UseCertificate { vendor: Vendor::Xiaomi, certificate: SECOND });
    assert_eq!(app.registrations.last(), Some(&(Vendor::Xiaomi, SECOND)));
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert_eq!(app.binds().last().unwrap().1, SECOND);
    app.confirm_bind();
    assert!(matches!(app.frames.last(), Some(ClientFrame::Unbind { certificate: FIRST, .. })));

    let mut app = app.restarted(config());
    app.connect(xiaomi());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, SECOND)], "the app keeps its choice over a restart");
}

#[test]
fn a2_d4_d5_a_login_is_all_the_app_has_to_do_for_its_token_to_be_bound() {
    let mut app = App::new(config());
    app.feed(Input::AppStarted { foreground: true });
    app.feed(Input::LogIn { token: "jwt" });
    app.connect(xiaomi());
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert_eq!(login.report.brand, "xiaomi");
    app.token(Vendor::Xiaomi, Ok("regid"));
    let [(_, FIRST, "regid")] = app.binds()[..] else { panic!("not bound") };
}

#[test]
fn d1_no_vendor_is_asked_before_the_login() {
    let mut app = App::new(config());
    app.feed(Input::AppStarted { foreground: true });
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert!(app.registrations.is_empty() && app.frames.is_empty());
}

#[test]
fn a_registration_that_failed_and_then_came_is_told_without_a_new_login() {
    let mut app = App::logged_in(config(), xiaomi());
    app.token(Vendor::Xiaomi, Err("SERVICE_NOT_AVAILABLE"));
    let told = |app: &App| match app.frames.last() {
        Some(ClientFrame::Report { report, .. }) => report.registration_error.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(told(&app), "SERVICE_NOT_AVAILABLE");
    // What the shell tells of the phone leaves the core's own knowledge as it is.
    let report = DeviceReport { language: "en".to_owned(), ..config().report };
    app.feed(Input::Report(Box::new(report)));
    assert_eq!(told(&app), "SERVICE_NOT_AVAILABLE");
    app.token(Vendor::Xiaomi, Ok("regid"));
    let reports: Vec<_> = app
        .frames
        .iter()
        .filter_map(|frame| match frame {
            ClientFrame::Report { report, .. } => Some(report.registration_error.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(reports.last(), Some(&""));
}
