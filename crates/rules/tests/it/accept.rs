//! What accept refuses.

use std::collections::BTreeMap;

use model::{
    Body, ClickAction, DoNotDisturb, ErrorCode, ForcePush, Mentions, MultiEndRule, PlatformClass,
    PushSettings, Quiet, Style, UserId, UserSettings, Vendor, VendorSettings,
};
use rules::{check_message, check_push, check_resource, check_user_settings};

fn users(count: usize) -> Vec<UserId> {
    (0..count).map(|n| UserId::new(&format!("u{n}")).unwrap()).collect()
}

fn mentions(count: usize) -> Mentions {
    Mentions { all: false, users: users(count) }
}

#[test]
fn t8_a_message_mentions_at_most_a_hundred_users() {
    let body = Body::text("hello");
    assert!(check_message(&body, &mentions(100), None).is_ok());
    assert_eq!(check_message(&body, &mentions(101), None).unwrap_err().code, ErrorCode::Invalid);
}

#[test]
fn f5_a_push_is_forced_on_at_most_a_hundred_users() {
    let forced = |count| PushSettings {
        force: Some(ForcePush { users: users(count), ..ForcePush::default() }),
        ..PushSettings::default()
    };
    assert!(check_push(Some(&forced(100))).is_ok());
    assert!(check_push(Some(&forced(101))).is_err());
}

#[test]
fn a_sender_does_not_write_the_servers_own_words() {
    assert!(check_message(&Body::Gone {}, &Mentions::default(), None).is_err());
}

#[test]
fn t10_a_push_lives_at_most_seven_days() {
    let living = |lifetime_ms| PushSettings { lifetime_ms: Some(lifetime_ms), ..PushSettings::default() };
    let week_ms = 7 * 24 * 3_600_000;
    assert!(check_push(Some(&living(week_ms))).is_ok());
    assert!(check_push(Some(&living(week_ms + 1))).is_err());
    assert!(check_push(Some(&living(0))).is_err());
}

#[test]
fn f6_a_span_needs_minutes_of_a_day_and_a_time_zone_that_exists() {
    let settings = |from_minute, time_zone: &str| UserSettings {
        do_not_disturb: Some(DoNotDisturb {
            from_minute,
            to_minute: 420,
            time_zone: time_zone.to_owned(),
            effect: Quiet::Silent,
        }),
        ..UserSettings::default()
    };
    assert!(check_user_settings(&UserSettings::default()).is_ok());
    assert!(check_user_settings(&settings(1320, "Asia/Shanghai")).is_ok());
    assert!(check_user_settings(&settings(1440, "Asia/Shanghai")).is_err());
    assert!(check_user_settings(&settings(1320, "Asia/Atlantis")).is_err());
}

#[test]
fn f7_a_user_has_at_most_eight_multi_end_rules() {
    let rule = MultiEndRule { online: vec![PlatformClass::Desktop], silence: vec![PlatformClass::Mobile] };
    let settings = |count| UserSettings { multi_end: vec![rule.clone(); count], ..UserSettings::default() };
    assert!(check_user_settings(&settings(8)).is_ok());
    assert!(check_user_settings(&settings(9)).is_err());
}

#[test]
fn e8_a_push_resource_is_checked_vendor_by_vendor() {
    let click = VendorSettings {
        click: Some(ClickAction::WebPage("ftp://example.com".to_owned())),
        ..VendorSettings::default()
    };
    let fault = check_resource(&BTreeMap::from([(Vendor::Oppo, click)])).unwrap_err();
    assert!(fault.detail.starts_with("oppo:"), "{}", fault.detail);
    let long = VendorSettings {
        style: Style { channel: Some("c".repeat(513)), ..Style::default() },
        ..VendorSettings::default()
    };
    assert!(check_resource(&BTreeMap::from([(Vendor::Vivo, long)])).is_err());
    assert!(check_resource(&BTreeMap::new()).is_ok());
}
