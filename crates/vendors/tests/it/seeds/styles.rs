//! Badges and vendor-specific looks (rows T2, T3, T17, T20, T21).

use std::collections::BTreeMap;

use model::{Interruption, Style, Template, Vendor};
use serde_json::{Value, json};
use vendors::Content;

use super::{chat, inner, open, open_with, read, styled};

/// What a vendor is told to do with the badge; null where nothing.
fn badge(vendor: Vendor, counts: bool) -> Value {
    let granted = if vendor == Vendor::Vivo { &[("badge_granted", "yes")][..] } else { &[] };
    let content = Content { counts_badge: counts, ..chat() };
    let body = read(&open_with(vendor, granted).request_with(&content, Some(7)));
    let at = match vendor {
        Vendor::Apns => "/aps/badge",
        Vendor::Fcm => "/message/android/notification/notification_count",
        Vendor::Huawei => "/message/android/notification/badge/add_num",
        Vendor::Honor => "/android/notification/badge/addNum",
        Vendor::Harmony => "/payload/notification/badge/addNum",
        Vendor::Oppo => "/notification/badge_message_count",
        Vendor::Vivo => "/addBadge",
        Vendor::Webpush => "/badge",
        Vendor::Xiaomi | Vendor::Meizu => "/badge",
    };
    body.pointer(at).cloned().unwrap_or_default()
}

#[test]
fn t2_t3_a_push_that_counts_adds_one_or_sets_the_number_as_the_vendor_has_it() {
    for vendor in [Vendor::Huawei, Vendor::Honor, Vendor::Harmony, Vendor::Oppo] {
        assert_eq!(badge(vendor, true), 1, "{vendor}");
    }
    assert_eq!(badge(Vendor::Vivo, true), true);
    for vendor in [Vendor::Apns, Vendor::Fcm, Vendor::Webpush] {
        assert_eq!(badge(vendor, true), 7, "{vendor}");
    }
    // Their launchers count notifications by themselves.
    for vendor in [Vendor::Xiaomi, Vendor::Meizu] {
        assert_eq!(badge(vendor, true), Value::Null, "{vendor}");
    }
    assert_eq!(open(Vendor::Oppo).body(&chat())["notification"]["badge_operation_type"], 1, "adds");
}

#[test]
fn t3_a_push_that_does_not_count_leaves_the_badge_alone() {
    for vendor in [Vendor::Huawei, Vendor::Honor, Vendor::Harmony, Vendor::Oppo, Vendor::Vivo, Vendor::Apns] {
        assert_eq!(badge(vendor, false), Value::Null, "{vendor}");
    }
}

#[test]
fn t2_a_badge_needs_what_the_vendor_asks_for_it_and_the_lint_says_what() {
    for (vendor, field, code) in [
        (Vendor::Huawei, "badge_class", "badge_left_out"),
        (Vendor::Honor, "badge_class", "badge_not_counted"),
        (Vendor::Oppo, "badge_right", "badge_not_granted"),
        (Vendor::Vivo, "badge_granted", "badge_not_granted"),
    ] {
        let without = open_with(vendor, &[(field, "")]);
        assert!(!without.body(&chat()).to_string().to_lowercase().contains("badge"), "{vendor}");
        assert!(without.found(&chat(), code).is_some(), "{vendor}");
    }
}

fn fancy() -> Style {
    Style {
        channel: Some("orders".to_owned()),
        sound: Some("ring.mp3".to_owned()),
        image: Some("https://example.com/a.png".to_owned()),
        ..Style::default()
    }
}

#[test]
fn t17_settings_of_a_vendor_reach_its_wire() {
    let at = |vendor, style: Style, pointer: &str| {
        open(vendor).body(&styled(style)).pointer(pointer).cloned().unwrap_or_default()
    };
    let category = |word: &str| Style { category: Some(word.to_owned()), ..Style::default() };
    let rows = [
        (Vendor::Huawei, fancy(), "/message/android/notification/channel_id", json!("orders")),
        (Vendor::Huawei, fancy(), "/message/android/notification/sound", json!("/raw/ring")),
        (Vendor::Huawei, fancy(), "/message/notification/image", json!("https://example.com/a.png")),
        (Vendor::Huawei, category("WORK"), "/message/android/category", json!("WORK")),
        (Vendor::Harmony, category("TRAVEL"), "/payload/notification/category", json!("TRAVEL")),
        (Vendor::Harmony, fancy(), "/payload/notification/sound", json!("ring.mp3")),
        (Vendor::Honor, category("LOW"), "/android/notification/importance", json!("LOW")),
        (Vendor::Oppo, category("TODO"), "/notification/category", json!("TODO")),
        (Vendor::Oppo, fancy(), "/notification/channel_id", json!("orders")),
        (Vendor::Vivo, category("ORDER"), "/category", json!("ORDER")),
        (Vendor::Meizu, category("public"), "/noticeBarInfo/noticeMsgType", json!(0)),
        (Vendor::Xiaomi, fancy(), "/extra.channel_id", json!("orders")),
        (Vendor::Fcm, fancy(), "/message/android/notification/channel_id", json!("orders")),
        (Vendor::Fcm, fancy(), "/message/android/notification/image", json!("https://example.com/a.png")),
        (Vendor::Apns, fancy(), "/aps/sound", json!("ring.mp3")),
        (Vendor::Apns, category("REPLY"), "/aps/category", json!("REPLY")),
        (Vendor::Webpush, fancy(), "/image", json!("https://example.com/a.png")),
    ];
    for (vendor, style, pointer, wanted) in rows {
        assert_eq!(at(vendor, style, pointer), wanted, "{vendor} {pointer}");
        assert_ne!(at(vendor, Style::default(), pointer), wanted, "{vendor} {pointer}");
    }
}

#[test]
fn t20_an_apple_push_has_picture_level_thread_and_mutable_content() {
    let opened = open(Vendor::Apns);
    let style = Style {
        image: Some("https://example.com/a.png".to_owned()),
        interruption: Some(Interruption::TimeSensitive),
        ..Style::default()
    };
    let body = opened.body(&Content { thread: Some("g:team".to_owned()), ..styled(style) });
    assert_eq!(body["image"], "https://example.com/a.png");
    assert_eq!(body["aps"]["interruption-level"], "time-sensitive");
    assert_eq!((&body["aps"]["thread-id"], &body["aps"]["mutable-content"]), (&json!("g:team"), &json!(1)));
    let plain = opened.body(&chat());
    for name in ["thread-id", "mutable-content", "interruption-level"] {
        assert!(plain["aps"].get(name).is_none(), "{name}");
    }
    // An app whose extension is to see every notification says so in its certificate.
    let mutable = open_with(Vendor::Apns, &[("mutable_content", "yes")]);
    assert_eq!(mutable.body(&chat())["aps"]["mutable-content"], 1);
}

#[test]
fn t20_a_picture_over_plain_http_is_left_out() {
    let plain = Style { image: Some("http://example.com/a.png".to_owned()), ..Style::default() };
    for vendor in [Vendor::Apns, Vendor::Huawei, Vendor::Honor, Vendor::Harmony, Vendor::Fcm] {
        let body = open(vendor).body(&styled(plain.clone())).to_string();
        assert!(!body.contains("http://example.com"), "{vendor}: {body}");
    }
}

#[test]
fn t21_an_oppo_template_is_sent_with_its_parameters() {
    let template = Template {
        id: "T-9".to_owned(),
        title: BTreeMap::from([("who".to_owned(), "阿明".to_owned())]),
        body: BTreeMap::from([("what".to_owned(), "订单已发货".to_owned())]),
    };
    let own = styled(Style { template: Some(template), ..Style::default() });
    let notification = open(Vendor::Oppo).body(&own)["notification"].clone();
    assert_eq!(notification["private_msg_template_id"], "T-9");
    assert_eq!(inner(&notification["private_title_parameters"]), json!({"who": "阿明"}));
    assert_eq!(inner(&notification["private_content_parameters"]), json!({"what": "订单已发货"}));
    // The certificate's template is filled with the message's own texts.
    let named = [("template_id", "T-1"), ("template_title_key", "from"), ("template_body_key", "text")];
    let notification = open_with(Vendor::Oppo, &named).body(&chat())["notification"].clone();
    assert_eq!(notification["private_msg_template_id"], "T-1");
    assert_eq!(inner(&notification["private_title_parameters"]), json!({"from": "阿明"}));
    assert_eq!(inner(&notification["private_content_parameters"]), json!({"text": "你好"}));
    assert!(open(Vendor::Oppo).body(&chat())["notification"].get("private_msg_template_id").is_none());
}
