//! Which vendor: exactly the recommended one, or the best of those that give a token (rows C9, D8 to D10, I1, T19).

use std::collections::BTreeMap;

use client::{AppEvent, Config, Input, ShippedCertificate};
use model::{BindingKind, CertificateId, DeviceReport, Vendor};
use wire::{ClientFrame, Recommended};

use crate::app::{App, config, recommended};

/// Built with Xiaomi's, Huawei's and Google's services, of which Google's is on phones of these two brands too.
fn built_with_three(auto: bool) -> Config {
    let fcm = ShippedCertificate {
        brands: vec!["xiaomi".to_owned(), "google".to_owned()],
        ..ShippedCertificate::of(Vendor::Fcm)
    };
    let [xiaomi, huawei] = [Vendor::Xiaomi, Vendor::Huawei].map(ShippedCertificate::of);
    Config { certificates: vec![xiaomi, huawei, fcm], auto, ..config() }
}

fn xiaomi_then_fcm() -> Vec<Recommended> {
    vec![
        recommended(1001, Vendor::Xiaomi),
        recommended(1002, Vendor::Huawei),
        recommended(1003, Vendor::Meizu),
        recommended(1008, Vendor::Fcm),
    ]
}

const XIAOMI: CertificateId = CertificateId(1001);
const FCM: CertificateId = CertificateId(1008);

#[test]
fn d8_auto_off_asks_exactly_the_first_recommended_vendor_and_no_other_when_it_fails() {
    let mut app = App::logged_in(built_with_three(false), xiaomi_then_fcm());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, XIAOMI)]);
    app.token(Vendor::Xiaomi, Err("no account"));
    app.token(Vendor::Fcm, Ok("of nobody's asking"));
    assert_eq!(app.registrations.len(), 1);
    assert!(app.binds().is_empty());
}

#[test]
fn d8_auto_off_asks_nobody_where_the_app_is_not_built_with_the_first() {
    let app = App::logged_in(built_with_three(false), vec![recommended(1010, Vendor::Oppo)]);
    assert!(app.registrations.is_empty());
}

#[test]
fn d9_auto_on_asks_every_vendor_that_is_built_in_and_on_this_brand_of_phone() {
    let app = App::logged_in(built_with_three(true), xiaomi_then_fcm());
    assert_eq!(app.registrations, [(Vendor::Xiaomi, XIAOMI), (Vendor::Fcm, FCM)]);
}

#[test]
fn d9_d10_a_better_ranked_token_that_comes_later_takes_the_place_of_a_worse() {
    let mut app = App::logged_in(built_with_three(true), xiaomi_then_fcm());
    app.token(Vendor::Fcm, Ok("fcm-token"));
    app.confirm_bind();
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.confirm_bind();
    let bound: Vec<_> = app.binds().into_iter().map(|(_, certificate, token)| (certificate, token)).collect();
    assert_eq!(bound, [(FCM, "fcm-token"), (XIAOMI, "regid")]);
    assert!(matches!(app.frames.last(), Some(ClientFrame::Unbind { certificate: FCM, .. })));
    // The worse one renews its token: nobody needs to know.
    app.token(Vendor::Fcm, Ok("renewed"));
    assert_eq!(app.binds().len(), 2);
}

#[test]
fn d9_a_worse_ranked_token_is_used_where_the_better_vendor_gives_none() {
    let mut app = App::logged_in(built_with_three(true), xiaomi_then_fcm());
    app.token(Vendor::Fcm, Ok("fcm-token"));
    app.confirm_bind();
    app.token(Vendor::Xiaomi, Err("no account"));
    assert_eq!(app.binds().len(), 1);
    let Some(ClientFrame::Login(login)) = app.frames.first() else { panic!("no login") };
    assert!(login.report.registration_error.is_empty(), "the phone can be pushed to all the same");
    assert!(matches!(app.events.last(), Some(AppEvent::RegistrationFailed { vendor: Vendor::Xiaomi, .. })));
}

#[test]
fn d10_where_the_server_ranks_fcm_first_its_token_wins_over_one_that_came_earlier() {
    let ranked = vec![recommended(FCM.0, Vendor::Fcm), recommended(XIAOMI.0, Vendor::Xiaomi)];
    let mut app = App::logged_in(built_with_three(true), ranked);
    app.token(Vendor::Xiaomi, Ok("regid"));
    app.token(Vendor::Fcm, Ok("fcm-token"));
    assert_eq!(app.binds().last().map(|(_, certificate, _)| *certificate), Some(FCM));
}

#[test]
fn d9_tokens_that_came_are_not_asked_for_again_on_the_next_connection() {
    let mut app = App::logged_in(built_with_three(true), xiaomi_then_fcm());
    app.token(Vendor::Fcm, Ok("fcm-token"));
    app.confirm_bind();
    app.reconnect(xiaomi_then_fcm());
    let asked: Vec<_> = app.registrations.iter().map(|(vendor, _)| *vendor).collect();
    assert_eq!(asked, [Vendor::Xiaomi, Vendor::Fcm, Vendor::Xiaomi]);
    assert_eq!(app.binds().len(), 1);
}

#[test]
fn c9_each_vendors_registration_is_handed_what_the_app_was_built_with_for_it() {
    let keys = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let oppo = keys(&[("app_id", "1"), ("app_key", "k"), ("app_secret", "s")]);
    let own = ShippedCertificate { keys: oppo.clone(), ..ShippedCertificate::of(Vendor::Oppo) };
    let other = ShippedCertificate { keys: keys(&[("app_id", "9")]), ..ShippedCertificate::of(Vendor::Vivo) };
    let built = Config { certificates: vec![other, own.clone()], ..config() };
    let app = App::logged_in(built, vec![recommended(1010, Vendor::Oppo)]);
    assert_eq!(app.keys, oppo);
    assert!(!format!("{own:?}").contains("app_secret"), "nothing of it is shown");
}

#[test]
fn i1_the_plugins_list_of_ids_and_keys_is_read_as_it_stands_in_a_file() {
    let list = r#"[
        { "vendor": "huawei", "id": 6001 },
        { "vendor": "xiaomi", "id": 6002, "keys": { "app_id": "i", "app_key": "k" } },
        { "vendor": "meizu", "id": 6003, "keys": { "app_id": "i", "app_key": "k" } },
        { "vendor": "vivo", "id": 6004, "keys": { "app_id": "0", "app_key": "0" } },
        { "vendor": "oppo", "id": 6005, "keys": { "app_key": "k", "app_secret": "s" } },
        { "vendor": "apns", "id": 6006, "voip": true, "voip_id": 6007 }
    ]"#;
    let certificates: Vec<ShippedCertificate> = serde_json::from_str(list).unwrap();
    for (vendor, id) in [(Vendor::Meizu, 6003), (Vendor::Huawei, 6001), (Vendor::Vivo, 6004)] {
        let report = DeviceReport { brand: vendor.name().to_owned(), ..config().report };
        let built = Config { certificates: certificates.clone(), report, ..config() };
        let app = App::logged_in(built, vec![recommended(1, vendor)]);
        assert_eq!(app.registrations, [(vendor, CertificateId(id))], "the app's own id counts");
    }
}

#[test]
fn t19_calls_have_a_token_of_their_own_bound_to_its_own_certificate() {
    let own = ShippedCertificate {
        id: Some(CertificateId(6006)),
        voip: true,
        voip_id: Some(CertificateId(6007)),
        ..ShippedCertificate::of(Vendor::Apns)
    };
    let built = Config { certificates: vec![own], ..config() };
    let mut app = App::logged_in(built.clone(), vec![recommended(6006, Vendor::Apns)]);
    assert_eq!(app.registrations, [(Vendor::Apns, CertificateId(6006))]);
    assert_eq!(app.voip_registrations, [CertificateId(6007)]);
    app.token_for(Vendor::Apns, BindingKind::Voip, Ok("pushkit"));
    let Some(ClientFrame::Bind { certificate, kind: BindingKind::Voip, token, .. }) = app.frames.last()
    else {
        panic!("not reported")
    };
    assert_eq!((certificate.0, token.as_str()), (6007, "pushkit"));
    app.confirm_bind();
    app.token(Vendor::Apns, Ok("ordinary"));
    assert!(matches!(app.frames.last(), Some(ClientFrame::Bind { kind: BindingKind::Alert, .. })));
    app.confirm_bind();
    assert_eq!(app.core.reported().unwrap().token, "ordinary");
    let snapshot = app.core.snapshot();
    assert_eq!(snapshot.reported_voip.unwrap().token, "pushkit");
}

#[test]
fn t19_one_key_serves_both_tokens_where_no_other_certificate_is_named() {
    let own = ShippedCertificate { voip: true, ..ShippedCertificate::of(Vendor::Apns) };
    let app =
        App::logged_in(Config { certificates: vec![own], ..config() }, vec![recommended(6006, Vendor::Apns)]);
    assert_eq!(app.voip_registrations, [CertificateId(6006)]);
    assert_eq!(app.registrations, [(Vendor::Apns, CertificateId(6006))]);
}

#[test]
fn a_certificate_that_the_app_names_while_it_runs_counts_also_where_none_is_recommended() {
    let mut app = App::logged_in(config(), Vec::new());
    app.feed(Input::UseCertificate { vendor: Vendor::Xiaomi, certificate: CertificateId(7) });
    assert_eq!(app.registrations, [(Vendor::Xiaomi, CertificateId(7))]);
}
