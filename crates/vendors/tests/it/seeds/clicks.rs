//! What a tap does (table G).

use model::{ClickAction, InvalidClick, Vendor};
use serde_json::{Value, json};
use vendors::{Content, Severity};

use super::{Changes, carrying, chat, open, open_with, refused};

const ACTIVITY: &str = "com.tencent.qcloud.tim.demo.SplashActivity";
const INTENT: &str = "intent://com.tencent.qcloud.tim/detail#Intent;scheme=pushscheme;launchFlags=0x4000000;\
                      component=com.tencent.qcloud.tim.tuikit/com.tencent.qcloud.tim.demo.chat.ChatActivity;end";
const PAGE: &str = "https://cloud.tencent.com/document/product/269";

/// The members of what is sent that say what a tap does.
fn sent(vendor: Vendor, changes: Changes<'_>, names: [&str; 3]) -> [Value; 3] {
    let body = open_with(vendor, changes).body(&chat());
    let members = if vendor == Vendor::Oppo { &body["notification"] } else { &body };
    names.map(|name| members[name].clone())
}

#[test]
fn g1_a_xiaomi_certificate_opens_the_app_a_web_page_or_a_page_of_the_app() {
    let names = ["extra.notify_effect", "extra.web_uri", "extra.intent_uri"];
    let tap = |changes| sent(Vendor::Xiaomi, changes, names);
    assert_eq!(tap(&[("click", "open_app")]), [json!("1"), Value::Null, Value::Null]);
    let web = tap(&[("click", "web_page"), ("click_target", PAGE)]);
    assert_eq!(web, [json!("3"), json!(PAGE), Value::Null]);
    let page = tap(&[("click", "app_page"), ("click_target", INTENT)]);
    assert_eq!(page, [json!("2"), Value::Null, json!(INTENT)]);
}

#[test]
fn g1_an_oppo_certificate_opens_the_app_unless_it_says_otherwise() {
    let names = ["click_action_type", "click_action_url", "click_action_activity"];
    let tap = |changes| sent(Vendor::Oppo, changes, names);
    for changes in [&[][..], &[("click", "open_app")][..]] {
        assert_eq!(tap(changes), [json!(0), Value::Null, Value::Null]);
    }
    let web = tap(&[("click", "web_page"), ("click_target", PAGE)]);
    assert_eq!(web, [json!(2), json!(PAGE), Value::Null]);
    let page = tap(&[("click", "app_page"), ("click_target", ACTIVITY)]);
    assert_eq!(page, [json!(4), Value::Null, json!(ACTIVITY)]);
}

#[test]
fn g1_a_messages_own_click_action_goes_before_the_certificates() {
    let own = Content { click: Some(ClickAction::WebPage(PAGE.to_owned())), ..chat() };
    let to_page = [("click", "app_page"), ("click_target", INTENT)];
    assert_eq!(open_with(Vendor::Xiaomi, &to_page).body(&own)["extra.web_uri"], PAGE);
    let to_page = [("click", "app_page"), ("click_target", ACTIVITY)];
    assert_eq!(open_with(Vendor::Oppo, &to_page).body(&own)["notification"]["click_action_url"], PAGE);
}

#[test]
fn g2_a_web_page_must_begin_with_http_or_https() {
    for vendor in [Vendor::Xiaomi, Vendor::Oppo, Vendor::Vivo, Vendor::Meizu, Vendor::Fcm, Vendor::Apns] {
        for page in ["www.example.com", "ftp://example.com", "javascript:alert(1)", "httpx://example.com"] {
            let changes = [("click", "web_page"), ("click_target", page)];
            assert_eq!(refused(vendor, &changes), ["click_target"], "{vendor} {page}");
        }
        for page in ["http://example.com/a", "https://example.com/a"] {
            let body = open_with(vendor, &[("click", "web_page"), ("click_target", page)]).body(&chat());
            assert!(body.to_string().contains(page), "{vendor}: {body}");
        }
    }
    let of_message = ClickAction::WebPage("ftp://example.com".to_owned());
    assert_eq!(of_message.check(), Err(InvalidClick::Url));
}

#[test]
fn g3_xiaomi_is_sent_the_intent_uri_word_for_word() {
    let opened = open_with(Vendor::Xiaomi, &[("click", "app_page"), ("click_target", INTENT)]);
    assert_eq!(opened.body(&chat())["extra.intent_uri"], INTENT);
    assert_eq!(refused(Vendor::Xiaomi, &[("click", "app_page")]), ["click_target"]);
    let blank = [("click", "app_page"), ("click_target", "intent: two words;end")];
    assert_eq!(refused(Vendor::Xiaomi, &blank), ["click_target"]);
}

#[test]
fn g4_oppo_is_sent_the_class_of_an_activity_or_the_action_of_an_intent() {
    let tap = |kind, target| {
        let changes = [("click", "app_page"), ("page_kind", kind), ("click_target", target)];
        let notification = open_with(Vendor::Oppo, &changes).body(&chat())["notification"].clone();
        (notification["click_action_type"].clone(), notification["click_action_activity"].clone())
    };
    assert_eq!(tap("activity", ACTIVITY), (json!(4), json!(ACTIVITY)));
    assert_eq!(tap("", ACTIVITY), (json!(4), json!(ACTIVITY)), "advised, and so the default");
    let action = "android.intent.action.VIEW";
    assert_eq!(tap("action", action), (json!(1), json!(action)));
}

#[test]
fn g5_nothing_of_the_apps_travels_with_a_web_page() {
    let web = Some(ClickAction::WebPage(PAGE.to_owned()));
    for vendor in Vendor::ALL {
        let opened = open(vendor);
        let in_app = carrying("marked-ext", "marked-payload");
        let sent = opened.body(&in_app).to_string();
        assert!(sent.contains("marked-ext") && sent.contains("marked-payload"), "{vendor}: {sent}");
        let to_web = Content { click: web.clone(), ..in_app };
        let sent = opened.body(&to_web).to_string();
        assert!(!sent.contains("marked") && sent.contains(PAGE), "{vendor}: {sent}");
        assert_eq!(opened.found(&to_web, "ext_not_passed"), Some(Severity::Changed), "{vendor}");
        let bare = Content { click: web.clone(), ..chat() };
        assert_eq!(opened.found(&bare, "ext_not_passed"), None, "{vendor}");
    }
}
