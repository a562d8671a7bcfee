//! What an iPhone makes of each kind of push: notifications, background pushes, calls.

use std::sync::{Arc, Mutex, Weak};

use http::Response;
use serde_json::{Value, json};
use simulator::{AppSide, Failure, FaultPlan, Opens, Phone, SdkCall, SdkCallback, Tapped};

use super::{DEVELOPMENT, ask, request, token_of};
use crate::support::{Http2, PACKAGE, START, TEAM, World};

const VOIP_TOPIC: &str = "com.example.im.voip";
const CALL: &[(&str, &str)] = &[("apns-push-type", "voip"), ("apns-topic", VOIP_TOPIC)];
const BACKGROUND: &[(&str, &str)] = &[("apns-push-type", "background"), ("apns-priority", "5")];

/// A phone with the connection that pushes to it.
struct Stage {
    world: World,
    phone: Arc<Phone>,
    device: String,
    jwt: String,
    http2: Http2,
}

impl Stage {
    async fn new() -> Self {
        let world = World::start().await;
        let (phone, device) = world.phone("iphone-16", "apple");
        let p8 = world.running.sample_p8(TEAM, &[PACKAGE]).unwrap();
        let http2 = world.http2(DEVELOPMENT, None).await;
        Self { world, phone, device, jwt: token_of(&p8, START), http2 }
    }

    async fn push(&mut self, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
        let device = self.device.clone();
        self.push_to(&device, headers, body).await
    }

    async fn push_to(&mut self, device: &str, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
        ask(&mut self.http2, request(device, &self.jwt, headers), body.to_string().as_bytes()).await
    }

    fn not_shown(&self) -> Vec<&'static str> {
        self.phone.view().not_shown.into_iter().map(|entry| entry.reason).collect()
    }
}

/// An app that remembers how it was called.
#[derive(Default)]
struct App(Mutex<Vec<SdkCall>>);

impl App {
    fn on(phone: &Phone) -> Arc<Self> {
        let app = Arc::new(Self::default());
        phone.attach(Arc::downgrade(&app) as Weak<dyn AppSide>);
        app
    }

    fn calls(&self) -> Vec<(SdkCallback, String, bool)> {
        let calls = self.0.lock().unwrap();
        calls.iter().map(|call| (call.callback, call.text.clone(), call.starts_app)).collect()
    }
}

impl AppSide for App {
    fn status(&self) -> Value {
        Value::Null
    }

    fn called_back(&self, call: &SdkCall) {
        self.0.lock().unwrap().push(call.clone());
    }

    fn opened(&self, _: &Tapped) {}
}

fn alert(more: Value) -> Value {
    let mut aps = json!({ "alert": { "title": "Ann", "body": "Hi" } });
    aps.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    json!({ "aps": aps })
}

#[tokio::test]
async fn a_call_goes_to_the_token_for_calls_and_starts_the_app() {
    let mut stage = Stage::new().await;
    let app = App::on(&stage.phone);
    let token = stage.phone.register_call_token().unwrap();
    assert_ne!(token, stage.device);
    assert_eq!(stage.phone.register_call_token().unwrap(), token);
    let body = json!({ "message": "m-1", "title": "Ann", "ext": "ring" });
    assert_eq!(stage.push_to(&token, CALL, &body).await.0, 200);
    assert_eq!(stage.push_to(&token.to_ascii_uppercase(), CALL, &body).await.0, 200);
    let call = (SdkCallback::CallReceived, "ring".to_owned(), true);
    assert_eq!(app.calls(), [call.clone(), call]);
    assert!(stage.phone.shade().is_empty(), "the app has to show a call itself");
}

#[tokio::test]
async fn tokens_of_calls_and_of_notifications_are_told_apart() {
    let mut stage = Stage::new().await;
    let token = stage.phone.register_call_token().unwrap();
    let device = stage.device.clone();
    let body = alert(json!({}));
    let plain_call = [("apns-push-type", ""), ("apns-topic", VOIP_TOPIC)];
    let shown_call = [("apns-push-type", "alert"), ("apns-topic", VOIP_TOPIC)];
    for (device, headers, status, reason) in [
        (&token, CALL, 200, ""),
        // Without the header the topic tells.
        (&token, &plain_call, 200, ""),
        (&token, &shown_call, 400, "BadTopic"),
        (&token, &[], 400, "DeviceTokenNotForTopic"),
        (&device, CALL, 400, "DeviceTokenNotForTopic"),
        (&device, &[], 200, ""),
    ] {
        let told = stage.push_to(device, headers, &body).await;
        assert_eq!(told, (status, reason.to_owned()), "{headers:?}");
    }
    assert_eq!(stage.phone.shade().len(), 1);
    stage.phone.invalidate_token();
    assert_eq!(stage.push_to(&token, CALL, &body).await, (410, "Unregistered".to_owned()));
    assert_ne!(stage.phone.register_call_token().unwrap(), token);
}

#[tokio::test]
async fn a_call_may_have_5120_bytes_and_a_notification_4096() {
    let mut stage = Stage::new().await;
    let token = stage.phone.register_call_token().unwrap();
    let device = stage.device.clone();
    let of_size = |bytes: usize| json!({ "ext": "x".repeat(bytes - r#"{"ext":""}"#.len()) });
    for (device, headers, bytes, status) in [
        (&token, CALL, 5120, 200),
        (&token, CALL, 5121, 413),
        (&device, BACKGROUND, 4096, 200),
        (&device, BACKGROUND, 4097, 413),
    ] {
        let told = stage.push_to(device, headers, &of_size(bytes)).await;
        assert_eq!(told.0, status, "{bytes} bytes");
    }
}

#[tokio::test]
async fn a_call_for_one_attempt_is_gone_where_the_phone_is_out_of_reach() {
    let mut stage = Stage::new().await;
    let app = App::on(&stage.phone);
    let token = stage.phone.register_call_token().unwrap();
    stage.phone.set_network(false);
    let once = [CALL, &[("apns-expiration", "0")]].concat();
    assert_eq!(stage.push_to(&token, &once, &json!({})).await.0, 200);
    assert_eq!(stage.push_to(&token, CALL, &json!({ "ext": "kept" })).await.0, 200);
    stage.phone.set_network(true);
    assert_eq!(app.calls(), [(SdkCallback::CallReceived, "kept".to_owned(), true)]);
}

#[tokio::test]
async fn a_background_push_is_for_a_running_app_alone() {
    let mut stage = Stage::new().await;
    let app = App::on(&stage.phone);
    stage.phone.set_badge(4);
    let body = json!({ "aps": { "content-available": 1, "alert": "never", "badge": 9 }, "ext": "sync" });
    assert_eq!(stage.push(BACKGROUND, &body).await.0, 200);
    assert_eq!(app.calls(), [(SdkCallback::ThroughMessageReceived, "sync".to_owned(), false)]);
    assert!(stage.phone.shade().is_empty());
    assert_eq!(stage.phone.view().badge, 4);
    let idle = json!({ "aps": {}, "ext": "sync" });
    assert_eq!(stage.push(BACKGROUND, &idle).await.0, 200);
    assert_eq!(app.calls().len(), 1);
    assert_eq!(stage.not_shown(), ["a background push without content-available wakes nothing"]);
}

#[tokio::test]
async fn a_phone_takes_three_background_pushes_an_hour_and_notifications_beside_them() {
    let mut stage = Stage::new().await;
    let app = App::on(&stage.phone);
    let body = json!({ "aps": { "content-available": 1 } });
    for _ in 0..5 {
        assert_eq!(stage.push(BACKGROUND, &body).await.0, 200);
    }
    assert_eq!(app.calls().len(), 3);
    assert_eq!(stage.not_shown(), ["the hour's background pushes are used up"; 2]);
    assert_eq!(stage.push(&[], &alert(json!({}))).await.0, 200);
    assert_eq!(stage.phone.shade().len(), 1);
    stage.world.clock.advance_ms(3_599_000);
    assert_eq!(stage.push(BACKGROUND, &body).await.0, 200);
    assert_eq!(app.calls().len(), 4);
}

#[tokio::test]
async fn a_badge_is_set_left_alone_or_cleared() {
    let mut stage = Stage::new().await;
    let mut badges = Vec::new();
    for more in [json!({ "badge": 7 }), json!({}), json!({ "badge": 0 }), json!({ "badge": -1 })] {
        stage.push(&[], &alert(more)).await;
        badges.push(stage.phone.view().badge);
    }
    assert_eq!(badges, [7, 7, 0, 0]);
}

#[tokio::test]
async fn a_passive_notification_comes_quietly_and_the_others_do_not() {
    let mut stage = Stage::new().await;
    for (level, quiet) in
        [("passive", true), ("active", false), ("time-sensitive", false), ("critical", false)]
    {
        let sound = json!({ "critical": 1, "name": "alarm.caf", "volume": 1 });
        stage.push(&[], &alert(json!({ "interruption-level": level, "sound": sound }))).await;
        assert_eq!(stage.phone.shade()[0].quiet, quiet, "{level}");
    }
}

#[tokio::test]
async fn a_tap_opens_what_the_senders_click_says() {
    let mut stage = Stage::new().await;
    let app = Opens::App;
    let cases = [
        (
            json!({ "action": "web_page", "target": "https://example.com/a" }),
            Opens::Web("https://example.com/a".to_owned()),
        ),
        (json!({ "action": "app_page", "target": "im://chat/ann" }), Opens::Page("im://chat/ann".to_owned())),
        (json!({ "action": "open_app" }), app.clone()),
        (json!({ "action": "app_page" }), app.clone()),
        (json!("web_page"), app),
    ];
    for (click, opens) in cases {
        let mut body = alert(json!({ "mutable-content": 1 }));
        body["click"] = click.clone();
        body["ext"] = json!("e");
        body["image"] = json!("https://im.example.com/1.jpg");
        assert_eq!(stage.push(&[], &body).await.0, 200);
        let tapped = stage.phone.tap(0).unwrap();
        assert_eq!(tapped.opens, opens, "{click}");
        assert_eq!(tapped.ext.is_some(), !matches!(opens, Opens::Web(_)), "{click}");
        assert_eq!(tapped.notification.handover.extras, body);
    }
}

#[tokio::test]
async fn a_text_with_a_blocked_word_is_taken_and_shown_to_nobody() {
    let mut stage = Stage::new().await;
    stage.world.running.world().set_blocked_words(vec!["Hi".to_owned()]);
    assert_eq!(stage.push(&[], &alert(json!({}))).await.0, 200);
    assert!(stage.phone.shade().is_empty());
    assert_eq!(stage.not_shown(), ["the text holds a blocked word"]);
}

#[tokio::test]
async fn every_reason_of_the_book_comes_on_demand_in_its_shape() {
    let mut stage = Stage::new().await;
    let reasons = [
        (400, "IdleTimeout"),
        (403, "BadEnvironmentKeyInToken"),
        (403, "Forbidden"),
        (410, "ExpiredToken"),
        (429, "TooManyProviderTokenUpdates"),
        (429, "TooManyRequests"),
        (500, "InternalServerError"),
        (503, "ServiceUnavailable"),
        (503, "Shutdown"),
    ];
    for (status, reason) in reasons {
        let fail = Some(Failure { times: 1, code: reason.to_owned() });
        let plan = FaultPlan { fail, ..FaultPlan::default() };
        stage.world.running.world().set_faults("apns", plan).unwrap();
        let asked = request(&stage.device, &stage.jwt, &[]);
        let answer: Response<_> = stage.http2.send(asked, b"{}").await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert!(!answer.headers().contains_key("retry-after"), "the book has none");
        let body: Value = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(body["reason"], reason);
        assert_eq!(body["timestamp"].is_i64(), status == 410, "{reason}");
        stage.world.running.world().set_faults("apns", FaultPlan::default()).unwrap();
    }
}
