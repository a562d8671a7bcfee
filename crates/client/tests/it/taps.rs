//! Taps and the vendors' callbacks: one shape on every brand (rows E4, E5, G5 to G9, matrix H).

use std::collections::BTreeMap;

use client::{AppEvent, Input, Pushed, VendorCallback};
use model::Vendor;
use serde_json::{Value, json};

use crate::app::{App, config};

/// What the app hears of a tap: `ext`, `payload`, `entity`.
fn tap(
    getter: &str,
    ext: Option<&str>,
    payload: Option<&str>,
    members: &[(&str, &str)],
) -> (Option<String>, Option<String>, Option<Value>) {
    let members: BTreeMap<String, String> =
        members.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let mut app = App::new(config());
    app.feed(Input::Tapped { getter, ext, payload, members: &members });
    match app.events.pop() {
        Some(AppEvent::Tapped { getter: heard, ext, payload, entity }) => {
            assert_eq!(heard, getter);
            (ext, payload, entity)
        }
        other => panic!("{other:?}"),
    }
}

const EXT: &str = r#"{"entity":{"nick":"小明","userID":"user1"},"from":"an"}"#;

#[test]
fn g6_e5_g9_xiaomi_hands_ext_whole_and_the_app_hears_its_entity() {
    let (ext, payload, entity) = tap(r#"getExtra()["ext"]"#, Some(EXT), None, &[]);
    assert_eq!((ext.as_deref(), payload), (Some(EXT), None));
    assert_eq!(entity, Some(json!({"nick": "小明", "userID": "user1"})));
}

#[test]
fn g7_g9_oppo_hands_each_member_of_ext_as_a_text_and_the_app_hears_the_same_shape() {
    let members =
        [("entity", r#"{"nick":"小明","userID":"user1"}"#), ("from", "an"), ("payload", "for the call")];
    let (ext, payload, entity) = tap("getStringExtra", None, None, &members);
    let ext: Value = serde_json::from_str(&ext.unwrap()).unwrap();
    assert_eq!(ext, serde_json::from_str::<Value>(EXT).unwrap());
    assert_eq!(entity, Some(json!({"nick": "小明", "userID": "user1"})));
    assert_eq!(payload.as_deref(), Some("for the call"), "it is no part of ext");
}

#[test]
fn e4_plain_text_travels_to_oppo_as_a_member_and_arrives_as_plain_text() {
    let (ext, payload, entity) = tap("getStringExtra", Some("plain"), None, &[("ext", "plain")]);
    assert_eq!((ext.as_deref(), payload, entity), (Some("plain"), None, None));
}

#[test]
fn g8_payload_is_handed_on_beside_ext_wherever_the_getter_finds_it() {
    for getter in
        [r#"getExtra().get("payload")"#, r#"getDataOfMap().get("payload")"#, r#"getData().get("payload")"#]
    {
        let (ext, payload, _) = tap(getter, None, Some("p"), &[]);
        assert_eq!((ext, payload.as_deref()), (None, Some("p")));
    }
    let (ext, payload, _) = tap("getDataExtra()", None, None, &[("payload", "p")]);
    assert_eq!((ext, payload.as_deref()), (None, Some("p")));
}

#[test]
fn e5_an_ext_without_entity_or_that_is_no_object_has_none() {
    for ext in ["", "plain", "[1]", "null", r#"{"entities":1}"#, "{"] {
        assert_eq!(tap("getter", Some(ext), None, &[]).2, None, "{ext}");
    }
    assert_eq!(tap("getter", Some(r#"{"entity":"a text"}"#), None, &[]).2, Some(json!("a text")));
}

/// The vendors whose SDK makes this callback, as the app hears it.
fn heard(callback: VendorCallback) -> Vec<Vendor> {
    let pushed = Pushed { title: "t".to_owned(), payload: Some("p".to_owned()), ..Pushed::default() };
    let hears = |vendor: &Vendor| {
        let mut app = App::new(config());
        let pushed = Box::new(pushed.clone());
        app.feed(Input::VendorCalled { vendor: *vendor, callback, pushed: pushed.clone() });
        match app.events.pop() {
            None => false,
            Some(
                AppEvent::NotificationArrived(got)
                | AppEvent::ThroughMessageReceived(got)
                | AppEvent::CallPushed(got),
            ) => got == pushed,
            Some(other) => panic!("{other:?}"),
        }
    };
    Vendor::ALL.into_iter().filter(hears).collect()
}

#[test]
fn h_arrived_is_told_by_xiaomi_and_not_by_vivo_huawei_fcm_and_oppo() {
    let heard = heard(VendorCallback::NotificationArrived);
    assert!(heard.contains(&Vendor::Xiaomi));
    for vendor in [Vendor::Vivo, Vendor::Huawei, Vendor::Fcm, Vendor::Oppo] {
        assert!(!heard.contains(&vendor), "{vendor}");
    }
}

#[test]
fn h_through_messages_come_from_huawei_and_fcm_and_not_from_xiaomi_vivo_and_oppo() {
    let heard = heard(VendorCallback::ThroughMessageReceived);
    assert!(heard.contains(&Vendor::Huawei) && heard.contains(&Vendor::Fcm));
    for vendor in [Vendor::Xiaomi, Vendor::Vivo, Vendor::Oppo] {
        assert!(!heard.contains(&vendor), "{vendor}");
    }
}

#[test]
fn t19_a_call_through_its_own_token_is_told_to_the_app_whatever_the_vendor() {
    assert_eq!(heard(VendorCallback::CallReceived).len(), Vendor::ALL.len());
}
