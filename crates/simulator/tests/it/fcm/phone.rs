//! What a phone shows, and what its app is handed.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use simulator::{AppSide, Opens, SdkCall, SdkCallback, Tapped};

use super::{Sender, chat};

#[tokio::test]
async fn a_tap_hands_ext_and_payload_as_extras_of_the_intent() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    sender.sent(&chat(&token, "Ann")).await;
    let shown = phone.shade().remove(0);
    assert_eq!((shown.title.as_str(), shown.body.as_str(), shown.quiet), ("Ann", "Hi", false));
    let extras = &shown.handover.extras;
    assert_eq!((&extras["ext"], &extras["google.ttl"]), (&json!("ext content"), &json!(86400)));
    assert_eq!(extras["collapse_key"], crate::support::PACKAGE);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some("payload content"));
    assert!(tapped.getter.contains("getIntent().getExtras()"));
    assert_eq!(tapped.opens, Opens::App);
}

#[tokio::test]
async fn a_click_opens_an_action_or_a_web_page_which_is_handed_nothing() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let mut page = chat(&token, "page");
    page["android"]["notification"]["click_action"] = json!("com.example.im.CHAT");
    sender.sent(&page).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.opens, Opens::Page("com.example.im.CHAT".to_owned()));
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    let mut web = chat(&token, "web");
    web["data"]["click_url"] = json!("https://example.com/a");
    sender.sent(&web).await;
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.opens, Opens::Web("https://example.com/a".to_owned()));
    assert_eq!((tapped.ext, tapped.payload), (None, None));
}

#[tokio::test]
async fn the_same_tag_replaces_and_the_count_sets_the_badge() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    for (title, tag, count) in
        [("one", "c-1", json!(null)), ("two", "c-1", json!(7)), ("three", "c-2", json!(0))]
    {
        let mut message = chat(&token, title);
        message["android"]["notification"]["tag"] = json!(tag);
        message["android"]["notification"]["notification_count"] = count;
        sender.sent(&message).await;
    }
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["three", "two"]);
    assert_eq!(phone.view().badge, 8);
}

#[tokio::test]
async fn a_channel_is_as_loud_as_the_app_has_made_it() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    sender.rights(&json!({ "channels": { "chat": "high", "news": "low", "ads": "none" } }));
    for channel in ["chat", "news", "ads", "unknown"] {
        let mut message = chat(&token, channel);
        message["android"]["notification"]["channel_id"] = json!(channel);
        sender.sent(&message).await;
    }
    let shade: Vec<_> = phone.shade().into_iter().map(|shown| (shown.title, shown.quiet)).collect();
    assert_eq!(shade, [("unknown".to_owned(), false), ("news".to_owned(), true), ("chat".to_owned(), false)]);
    assert_eq!(phone.view().not_shown[0].reason, "the notification channel is switched off");
    assert!(
        sender
            .world
            .running
            .set_rights(model::Vendor::Fcm, crate::support::PACKAGE, &json!({ "x": 1 }))
            .is_err()
    );
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    sender.world.running.world().set_blocked_words(vec!["lottery".to_owned()]);
    sender.sent(&chat(&token, "win the lottery")).await;
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
}

#[derive(Default)]
struct App(Mutex<Vec<SdkCall>>);

impl AppSide for App {
    fn status(&self) -> Value {
        Value::Null
    }

    fn called_back(&self, call: &SdkCall) {
        self.0.lock().unwrap().push(call.clone());
    }

    fn opened(&self, _: &Tapped) {}
}

#[tokio::test]
async fn data_is_handed_to_a_running_app_and_never_starts_one() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    let app = Arc::new(App::default());
    let as_side: Arc<dyn AppSide> = app.clone();
    phone.attach(Arc::downgrade(&as_side));
    sender.sent(&json!({ "token": token, "data": { "ext": "e" } })).await;
    sender.sent(&chat(&token, "Ann")).await;
    let calls = app.0.lock().unwrap().clone();
    assert_eq!(calls.len(), 1, "a notification calls nobody");
    assert_eq!(calls[0].callback, SdkCallback::ThroughMessageReceived);
    assert!(!calls[0].starts_app);
    assert_eq!(phone.shade().len(), 1);
    phone.set_foreground(true);
    sender.sent(&chat(&token, "in the foreground")).await;
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn a_phone_out_of_reach_gets_what_its_lifetime_allows() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("pixel-8", "google");
    phone.set_network(false);
    for (title, ttl) in [("never", "0s"), ("short", "60.9s"), ("long", "3600s")] {
        let mut message = chat(&token, title);
        message["android"]["ttl"] = json!(ttl);
        message["android"]["collapse_key"] = json!(title);
        sender.sent(&message).await;
    }
    assert_eq!(phone.view().waiting, 2);
    sender.world.clock.advance_ms(60_000);
    phone.set_network(true);
    let titles: Vec<_> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["long"]);
    let mut at_once = chat(&token, "at once");
    at_once["android"]["ttl"] = json!("0s");
    sender.sent(&at_once).await;
    assert_eq!(phone.shade()[0].title, "at once");
}
