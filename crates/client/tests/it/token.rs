//! The vendor token: which vendor is asked, and when the server hears of it.

use client::{AppEvent, Input, ShippedCertificate};
use model::{CertificateId, Vendor};
use wire::{ClientFrame, ErrorFrame, ServerFrame};

use crate::app::{App, config, recommended};

const FIRST: CertificateId = CertificateId(1001);
const SECOND: CertificateId = CertificateId(1002);

fn xiaomi() -> Vec<wire::Recommended> {
    vec![recommended(FIRST.0, Vendor::Xiaomi), recommended(SECOND.0, Vendor::Xiaomi)]
}

#[test]
fn exactly_the_first_recommended_certificate_is_taken_and_its_token_reported() {
    let mut app = App::logged_in(config(), xiaomi());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, FIRST)]);
    assert!(app.binds().is_empty());
    app.token(Vendor::Xiaomi, Ok("regid"));
    assert_eq!(app.binds().len(), 1);
    app.confirm_bind();
    let Some(AppEvent::TokenReported(reported)) = app.events.last() else { panic!("not reported") };
    assert_eq!((reported.certificate, reported.token.as_str()), (FIRST, "regid"));
}

#[test]
fn an_app_that_names_its_own_certificate_reports_the_token_with_it() {
    let own = ShippedCertificate { vendor: Vendor::Xiaomi, id: Some(SECOND), name: Some("own".to_owned()) };
    let app = App::logged_in(client::Config { certificates: vec![own], ..config() }, xiaomi());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, SECOND)]);
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert_eq!(login.certificate_names, ["own"]);
}

#[test]
fn an_empty_token_and_a_failed_registration_are_never_reported() {
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
fn no_recommendation_means_no_registration() {
    let app = App::logged_in(config(), Vec::new());
    assert!(app.registrations.is_empty());
}

#[test]
fn a_token_that_comes_while_offline_is_reported_after_the_login() {
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
    let error = ErrorFrame::of_request(&model::ErrorCode::Busy.into(), app.binds()[0].0);
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
