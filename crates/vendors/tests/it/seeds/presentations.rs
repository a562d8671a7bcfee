//! Notifications, data and calls (rows A8, T18, T19), and the vendors that came later (rows T25, T26).

use model::{ClickAction, Presentation, Vendor};
use serde_json::{Value, json};
use vendors::{Content, Severity};

use super::{carrying, chat, inner, open, open_with};

fn data() -> Content {
    Content { presentation: Presentation::Data, ..carrying("ext content", "payload content") }
}

fn call() -> Content {
    Content { presentation: Presentation::Voip, class: model::Class::Call, ..carrying("ext content", "{}") }
}

#[test]
fn a8_t18_vendors_that_show_notifications_only_are_sent_no_data() {
    for vendor in [Vendor::Xiaomi, Vendor::Oppo, Vendor::Vivo, Vendor::Meizu] {
        let opened = open(vendor);
        assert_eq!(opened.unsent(&data()), "not_supported", "{vendor}");
        assert_eq!(opened.found(&data(), "not_supported"), Some(Severity::Refused), "{vendor}");
        assert_eq!(opened.found(&chat(), "not_supported"), None, "{vendor}");
    }
    assert_eq!(open(Vendor::Xiaomi).body(&chat())["pass_through"], "0");
}

#[test]
fn t18_a_silent_push_wakes_an_apple_app_and_shows_nothing() {
    let opened = open(Vendor::Apns);
    let header = |name| opened.header(&data(), name);
    assert_eq!(header("apns-push-type").as_deref(), Some("background"));
    assert_eq!(header("apns-priority").as_deref(), Some("5"));
    assert_eq!(header("apns-collapse-id"), None);
    let body = opened.body(&data());
    assert_eq!(body["aps"], json!({"content-available": 1}));
    assert_eq!((&body["ext"], &body["payload"]), (&json!("ext content"), &json!("payload content")));
    assert_eq!(opened.found(&data(), "background_budget"), Some(Severity::Reduced));
}

#[test]
fn t18_a_silent_push_is_data_without_a_notification_where_the_vendor_has_data() {
    let own = json!({"ext": "ext content", "payload": "payload content"});
    let huawei = open(Vendor::Huawei).body(&data());
    assert_eq!(inner(&huawei["message"]["data"]), own);
    assert!(huawei["message"].get("notification").is_none());
    assert!(huawei["message"]["android"].get("notification").is_none());
    let honor = open(Vendor::Honor).body(&data());
    assert_eq!(inner(&honor["data"]), own);
    assert!(honor["android"].get("notification").is_none());
    let fcm = open(Vendor::Fcm).body(&data());
    assert_eq!(fcm["message"]["data"]["ext"], "ext content");
    assert!(fcm["message"]["android"].get("notification").is_none());
    let harmony = open(Vendor::Harmony);
    assert_eq!(harmony.header(&data(), "push-type").as_deref(), Some("6"));
    assert!(harmony.body(&data())["payload"].get("notification").is_none());
    assert_eq!(open(Vendor::Webpush).body(&data())["presentation"], "data");
}

#[test]
fn t18_data_starts_a_huawei_app_only_with_the_right_to_high_priority() {
    let without = open(Vendor::Huawei);
    assert!(without.body(&data())["message"]["android"].get("urgency").is_none());
    assert_eq!(without.found(&data(), "data_may_wait"), Some(Severity::Hidden));
    let granted = open_with(Vendor::Huawei, &[("right_high_priority", "yes")]);
    assert_eq!(granted.body(&data())["message"]["android"]["urgency"], "HIGH");
    assert_eq!(granted.found(&data(), "data_may_wait"), None);
}

#[test]
fn t19_a_call_goes_to_pushkits_topic_at_once_or_never() {
    let opened = open(Vendor::Apns);
    let header = |name| opened.header(&call(), name).unwrap_or_default();
    let told = ["apns-topic", "apns-push-type", "apns-priority", "apns-expiration"].map(header);
    assert_eq!(told, ["com.example.im.voip", "voip", "10", "0"]);
    assert!(opened.body(&call()).get("aps").is_none(), "the app shows a call by itself");
    assert_eq!(opened.body(&call())["ext"], "ext content");
}

#[test]
fn t19_a_call_rings_in_a_harmony_app_where_that_was_granted() {
    let without = open(Vendor::Harmony);
    assert_eq!(without.found(&call(), "call_right_missing"), Some(Severity::Refused));
    without.unsent(&call());
    let granted = open_with(Vendor::Harmony, &[("right_voip", "yes")]);
    assert_eq!(granted.header(&call(), "push-type").as_deref(), Some("10"));
}

#[test]
fn t25_harmony_and_honor_have_requests_of_their_own() {
    let path = |vendor| open(vendor).request(&chat()).path;
    assert_eq!(path(Vendor::Huawei), "/v1/100000001/messages:send");
    assert_eq!(path(Vendor::Harmony), "/v3/101653523863500001/messages:send");
    assert_eq!(path(Vendor::Honor), "/api/v1/104000001/sendMessage");
    let text = |body: &Value, at: &str| body.pointer(at).cloned().unwrap_or_default();
    let harmony = open(Vendor::Harmony);
    assert_eq!(harmony.header(&chat(), "push-type").as_deref(), Some("0"));
    let body = harmony.body(&chat());
    assert_eq!(text(&body, "/payload/notification/title"), "阿明");
    assert_eq!(text(&body, "/payload/notification/category"), "IM");
    assert_eq!(text(&body, "/target/token/0"), harmony.token);
    let honor = open(Vendor::Honor);
    let body = honor.body(&chat());
    assert_eq!(text(&body, "/android/notification/title"), "阿明");
    assert_eq!(text(&body, "/android/notification/importance"), "NORMAL");
    assert_eq!(text(&body, "/token/0"), honor.token);
    assert_eq!(honor.header(&chat(), "timestamp"), Some(super::NOW.millis().to_string()));
}

#[test]
fn t26_a_page_of_the_app_keeps_ext_on_xiaomi() {
    let page = "intent:#Intent;component=com.example.im/.ChatActivity;end";
    let opened = open_with(Vendor::Xiaomi, &[("click", "app_page"), ("click_target", page)]);
    let content = carrying("ext content", "payload content");
    let body = opened.body(&content);
    assert_eq!((&body["extra.notify_effect"], &body["extra.intent_uri"]), (&json!("2"), &json!(page)));
    assert_eq!(
        (&body["extra.ext"], &body["extra.payload"]),
        (&json!("ext content"), &json!("payload content"))
    );
    assert_eq!(opened.found(&content, "ext_not_passed"), None);
    let to_web = Content { click: Some(ClickAction::WebPage("https://example.com".to_owned())), ..content };
    assert!(opened.body(&to_web).get("extra.ext").is_none());
}
