//! What a push says and carries (table E).

use model::{Style, Vendor};
use serde_json::{Value, json};
use vendors::Severity;

use super::{carrying, chat, inner, open, open_with, styled};

/// Where a vendor's phone finds `ext` and `payload` in what is sent.
fn carried(vendor: Vendor, body: &Value) -> [Value; 2] {
    let members = match vendor {
        Vendor::Xiaomi => return ["extra.ext", "extra.payload"].map(|name| body[name].clone()),
        Vendor::Apns | Vendor::Webpush => body.clone(),
        Vendor::Huawei => inner(&body["message"]["data"]),
        Vendor::Honor => inner(&body["data"]),
        Vendor::Harmony => body["payload"]["notification"]["clickAction"]["data"].clone(),
        Vendor::Oppo => inner(&body["notification"]["action_parameters"]),
        Vendor::Vivo => body["clientCustomMap"].clone(),
        Vendor::Meizu => body["clickTypeInfo"]["parameters"].clone(),
        Vendor::Fcm => body["message"]["data"].clone(),
    };
    ["ext", "payload"].map(|name| members[name].clone())
}

#[test]
fn e3_ext_and_payload_reach_every_vendor_as_they_were_given() {
    let (ext, payload) = ("ext content \"&\" 字", "{\"entity\":{\"userID\":\"user1\"}}");
    for vendor in Vendor::ALL {
        let body = open(vendor).body(&carrying(ext, payload));
        assert_eq!(carried(vendor, &body), [json!(ext), json!(payload)], "{vendor}");
    }
}

#[test]
fn e3_neither_is_there_where_the_sender_gave_none() {
    for vendor in Vendor::ALL {
        let body = open(vendor).body(&chat()).to_string();
        assert!(!body.contains("\"ext\"") && !body.contains("extra.ext"), "{vendor}: {body}");
    }
}

#[test]
fn e3_an_ext_over_the_vendors_limit_is_told_and_never_cut() {
    let long = carrying(&"字".repeat(20_000), "");
    for vendor in Vendor::ALL {
        let opened = open(vendor);
        assert_eq!(opened.unsent(&long), "ext_too_long", "{vendor}");
    }
}

#[test]
fn e4_plain_text_travels_to_oppo_in_an_object_and_an_object_as_it_is() {
    let opened = open(Vendor::Oppo);
    let parameters = |ext: &str| {
        let content = with_ext(ext);
        inner(&opened.body(&content)["notification"]["action_parameters"])
    };
    assert_eq!(parameters("ext content"), json!({"ext": "ext content"}));
    assert_eq!(parameters("[1]"), json!({"ext": "[1]"}));
    assert_eq!(parameters(r#"{"extKey":"ext content","n":1}"#), json!({"extKey": "ext content", "n": 1}));
    assert_eq!(opened.found(&with_ext("ext content"), "ext_wrapped"), Some(Severity::Changed));
    assert_eq!(opened.found(&with_ext(r#"{"extKey":"ext content"}"#), "ext_wrapped"), None);
}

fn with_ext(ext: &str) -> vendors::Content {
    vendors::Content { ext: Some(ext.to_owned()), ..chat() }
}

#[test]
fn e6_a_messages_own_channel_goes_before_that_of_the_oppo_certificate() {
    let opened = open_with(Vendor::Oppo, &[("channel_id", "tuikit")]);
    let channel = |style| opened.body(&styled(style))["notification"]["channel_id"].clone();
    assert_eq!(channel(Style { channel: Some("orders".to_owned()), ..Style::default() }), "orders");
    assert_eq!(channel(Style::default()), "tuikit");
    // One that OPPO would refuse does not take the good one's place.
    let bad = Style { channel: Some("two words".to_owned()), ..Style::default() };
    assert_eq!(channel(bad.clone()), "tuikit");
    assert_eq!(opened.found(&styled(bad), "channel_refused"), Some(Severity::Changed));
}

#[test]
fn e10_oppo_is_sent_no_sound_and_xiaomi_one_that_only_a_new_channel_plays() {
    let sound = styled(Style { sound: Some("ring.mp3".to_owned()), ..Style::default() });
    let oppo = open(Vendor::Oppo);
    assert!(!oppo.body(&sound).to_string().contains("ring"));
    assert_eq!(oppo.found(&sound, "sound_not_sent"), Some(Severity::Changed));
    let xiaomi = open(Vendor::Xiaomi);
    assert_eq!(xiaomi.body(&sound)["extra.sound_uri"], "android.resource://com.example.im/raw/ring");
    assert_eq!(xiaomi.found(&sound, "sound_of_new_channel"), Some(Severity::Changed));
}

#[test]
fn e11_the_lint_warns_of_words_that_a_vendor_filters() {
    let opened = open(Vendor::Xiaomi);
    for body in ["just a Test", "测试一下"] {
        let content = vendors::Content { body: body.to_owned(), ..chat() };
        assert_eq!(opened.found(&content, "test_word"), Some(Severity::Hidden), "{body}");
    }
    assert_eq!(opened.found(&chat(), "test_word"), None);
}
