//! Meizu over real sockets: signed forms, limits, classes, receipts, tasks, subscriptions, faults.

mod console;
mod limits;
mod receipts;
mod subscriptions;
mod tasks;

use std::{collections::BTreeMap, fmt::Write, sync::Arc};

use axum::body::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use md5::{Digest, Md5};
use model::Vendor;
use serde_json::{Value, json};
use simulator::{Config, Credential, Opens, Phone};

use crate::support::{PACKAGE, World};

const HOST: &str = "server-api-push.meizu.com";
const SUBSCRIPTION_HOST: &str = "api-push.meizu.com";
const APP_ID: &str = "199001";
const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const RECEIPT_TOKEN: &str = "5d1f";

/// A world with one Meizu app.
struct Flyme(World);

impl Flyme {
    async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let world = World::with(adjust).await;
        let fields = [("app_id", APP_ID), ("app_secret", SECRET), ("receipt_token", RECEIPT_TOKEN)];
        let known: Credential = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(world.running.enrol(Vendor::Meizu, PACKAGE, Some(&known)), Ok(known));
        Self(world)
    }

    fn phone(&self, name: &str) -> (Arc<Phone>, String) {
        self.0.phone(name, "meizu")
    }

    async fn rights(&self, rights: Value) -> u16 {
        self.0.control(Method::POST, &format!("/rights/meizu/{PACKAGE}"), Some(rights)).await.0
    }

    async fn send(&self, host: &str, request: Request<Full<Bytes>>) -> Response<Bytes> {
        self.0.http1(host, request).await.unwrap()
    }

    /// Posts a signed form and reads the envelope.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let host = if path.starts_with("/message/") { SUBSCRIPTION_HOST } else { HOST };
        let response = self.send(host, form(host, path, &signed(fields))).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/json; charset=UTF-8");
        serde_json::from_slice(response.body()).unwrap()
    }

    /// Pushes a message to push ids joined by commas.
    async fn push(&self, push_ids: &str, message: &Value) -> Value {
        let fields = [("pushIds", push_ids), ("messageJson", &message.to_string())];
        self.post("/push/varnished/pushByPushId", &fields).await
    }
}

/// A chat message, with parts that are added or laid over its own.
fn chat(parts: &Value) -> Value {
    let mut message = json!({
        "noticeBarInfo": {"noticeMsgType": 1, "title": "阿明", "content": "你好 & hi"},
        "clickTypeInfo": {"clickType": 0, "parameters": {"ext": "ext content", "payload": "{\"a\":1}"}},
    });
    for (name, part) in parts.as_object().unwrap() {
        match (message[name].as_object_mut(), part.as_object()) {
            (Some(own), Some(more)) => own.extend(more.clone()),
            _ => message[name] = part.clone(),
        }
    }
    message
}

fn public() -> Value {
    chat(&json!({"noticeBarInfo": {"noticeMsgType": 0}}))
}

/// The fields with the app's id and their signature.
fn signed<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    let mut all: BTreeMap<&str, String> =
        fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    all.entry("appId").or_insert_with(|| APP_ID.to_owned());
    let base: String = all.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let digest = Md5::digest(format!("{base}{SECRET}"));
    let sign = digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    all.into_iter().chain([("sign", sign)]).collect()
}

fn form(host: &str, path: &str, fields: &[(&str, String)]) -> Request<Full<Bytes>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(format!("/garcia/api/server{path}"))
        .header("host", host)
        .header("content-type", "application/x-www-form-urlencoded;charset=UTF-8")
        .header("f-push-sdk-version", "1.2.10")
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_over_the_parameters_as_extras() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    assert_eq!((token.len(), &token[..4]), (45, "RA50"));
    phone.set_locked(true);
    phone.set_foreground(true);
    let answer = flyme.push(&token, &chat(&json!({}))).await;
    let id = answer["msgId"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 32);
    assert_eq!(answer, json!({"code": "200", "message": "", "value": {}, "redirect": "", "msgId": id}));
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好 & hi"));
    assert!(shade[0].on_lock_screen && !shade[0].quiet);
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.getter, r#"getIntent().getStringExtra("ext")"#);
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some("{\"a\":1}"));
    let platform = json!({"task_id": id}).to_string();
    assert_eq!(
        tapped.notification.handover.extras,
        json!({"ext": "ext content", "payload": "{\"a\":1}", "platform_extra": platform})
    );
    assert_eq!(tapped.opens, Opens::App);
}

#[tokio::test]
async fn a_tap_opens_what_the_click_says() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let cases = [
        (
            json!({"clickType": 1, "activity": "com.example.im.Chat"}),
            Opens::Page("com.example.im.Chat".to_owned()),
            true,
        ),
        (json!({"clickType": 2, "url": "im://chat/1"}), Opens::Page("im://chat/1".to_owned()), true),
        (
            json!({"clickType": 2, "url": "https://a.example"}),
            Opens::Web("https://a.example".to_owned()),
            false,
        ),
        (json!({"clickType": 3, "customAttribute": "own"}), Opens::App, false),
    ];
    for (click, opens, brings_ext) in cases {
        assert_eq!(flyme.push(&token, &chat(&json!({"clickTypeInfo": click}))).await["value"], json!({}));
        let tapped = phone.tap(0).unwrap();
        assert_eq!((&tapped.opens, tapped.ext.is_some()), (&opens, brings_ext), "{click}");
    }
}

#[tokio::test]
async fn who_sends_is_checked_by_app_id_and_signature() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let message = chat(&json!({})).to_string();
    let good = signed(&[("pushIds", &token), ("messageJson", &message)]);
    let with = |name: &'static str, value: &str| {
        let others = good.iter().filter(|(own, _)| *own != name).cloned();
        others.chain([(name, value.to_owned())]).collect::<Vec<_>>()
    };
    let without = |name: &str| good.iter().filter(|(own, _)| *own != name).cloned().collect::<Vec<_>>();
    let sign = good.iter().find(|(name, _)| *name == "sign").unwrap().1.to_uppercase();
    let cases = [
        (with("appId", "199002"), "110000"),
        (without("appId"), "110000"),
        (Vec::new(), "110000"),
        (with("sign", &sign), "1006"),
        (without("sign"), "1006"),
        (with("messageJson", &chat(&json!({"clickTypeInfo": {"clickType": 1}})).to_string()), "1006"),
        (with("unsigned", ""), "1006"),
        (good.clone(), "200"),
    ];
    for (fields, code) in cases {
        let response = flyme.send(HOST, form(HOST, "/push/varnished/pushByPushId", &fields)).await;
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!((response.status().as_u16(), &answer["code"]), (200, &json!(code)), "{answer}");
        assert_eq!(answer["value"] == json!(""), code != "200");
    }
    assert_eq!(phone.shade().len(), 1);
}

#[tokio::test]
async fn unknown_paths_wrong_hosts_and_methods_are_told_in_the_envelope() {
    let flyme = Flyme::start().await;
    let cases = [
        (HOST, "/push/varnished/pushByNothing", Method::POST, 404),
        (SUBSCRIPTION_HOST, "/push/varnished/pushByPushId", Method::POST, 404),
        (HOST, "/message/getSubTags", Method::POST, 404),
        (HOST, "/push/varnished/pushByPushId", Method::GET, 405),
        ("server-api-push.in.meizu.com", "/push/varnished/pushByPushId", Method::POST, 200),
        ("api-push.in.meizu.com", "/message/getSubTags", Method::POST, 200),
    ];
    for (host, path, method, status) in cases {
        let mut request = form(host, path, &signed(&[]));
        *request.method_mut() = method;
        let response = flyme.send(host, request).await;
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        let code = if status == 200 { "110004" } else { "500" };
        assert_eq!((response.status().as_u16(), &answer["code"]), (status, &json!(code)), "{host} {path}");
    }
    let data = flyme.post("/push/unvarnished/pushByPushId", &[("pushIds", "a"), ("messageJson", "{}")]).await;
    assert_eq!(data["code"], "110053");
}

#[tokio::test]
async fn only_bad_push_ids_are_listed_each_under_its_code() {
    let flyme = Flyme::start().await;
    let (good, alive) = flyme.phone("meizu-21");
    let (lost, dead) = flyme.phone("meizu-20");
    let (mute, off) = flyme.phone("meizu-18");
    let (_, other) = flyme.0.phone("mi-14", "xiaomi");
    lost.invalidate_token();
    mute.set_notifications(false);
    let list = format!("{alive},{dead},{off},{other},{alive},");
    let answer = flyme.push(&list, &chat(&json!({}))).await;
    assert_eq!(answer["code"], "200");
    assert_eq!(answer["value"], json!({"110002": [dead], "110003": [other], "110010": [off]}));
    assert_eq!(good.shade().len(), 1, "a push id that is named twice gets it once");
    assert!(mute.shade().is_empty());
    let new = lost.register_token().unwrap();
    assert_eq!(flyme.push(&new, &chat(&json!({}))).await["value"], json!({}));
}

#[tokio::test]
async fn a_form_may_come_without_a_media_type_with_repeated_fields_and_booleans() {
    let flyme = Flyme::start().await;
    let (one, first) = flyme.phone("meizu-21");
    let (two, second) = flyme.phone("meizu-20");
    let message = chat(&json!({
        "noticeBarInfo": {"noticeMsgType": true},
        "pushTimeInfo": {"offLine": true, "validTime": "24"},
        "advanceInfo": {"suspend": true, "notifyKey": null, "notificationType": {"sound": false}},
        "unknown": {"x": 1},
    }));
    let joined = format!("{first},{second}");
    let message = message.to_string();
    let fields = signed(&[("pushIds", &joined), ("messageJson", &message), ("more", "")]);
    let repeated = fields.into_iter().flat_map(|(name, value)| {
        let values = if name == "pushIds" { vec![first.clone(), second.clone()] } else { vec![value] };
        values.into_iter().map(move |value| (name, value))
    });
    let mut request = form(HOST, "/push/varnished/pushByPushId", &repeated.collect::<Vec<_>>());
    request.headers_mut().remove("content-type");
    let answer: Value = serde_json::from_slice(flyme.send(HOST, request).await.body()).unwrap();
    assert_eq!((&answer["code"], &answer["value"]), (&json!("200"), &json!({})));
    assert_eq!((one.shade().len(), two.shade().len()), (1, 1));
}

#[tokio::test]
async fn messages_wait_for_a_phone_without_network_unless_they_are_not_to() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    phone.set_network(false);
    let titled =
        |title: &str, time: Value| chat(&json!({"noticeBarInfo": {"title": title}, "pushTimeInfo": time}));
    flyme.push(&token, &titled("short", json!({"validTime": 1}))).await;
    flyme.push(&token, &titled("long", json!({}))).await;
    flyme.push(&token, &titled("never", json!({"offLine": 0}))).await;
    assert_eq!(phone.view().waiting, 2);
    flyme.0.clock.advance_ms(3_600_000);
    phone.set_network(true);
    let titles: Vec<String> = phone.shade().into_iter().map(|shown| shown.title).collect();
    assert_eq!(titles, ["long"]);
}

#[tokio::test]
async fn the_last_message_of_a_key_stays_and_a_window_holds_one_back() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    let advance = |advance: Value| chat(&json!({"advanceInfo": advance}));
    flyme.push(&token, &advance(json!({"notifyKey": "c-1"}))).await;
    flyme.push(&token, &advance(json!({"notifyKey": "c-1"}))).await;
    assert_eq!(phone.shade().len(), 1);
    // The clock of the world stands at 2026-09-21 22:13:20 in Beijing.
    let window = json!({
        "fixDisplay": 1,
        "fixStartDisplayTime": "2026-09-21 22:14:20",
        "fixEndDisplayTime ": "2026-09-21 23:00:00",
    });
    flyme.push(&token, &advance(window)).await;
    assert_eq!((phone.shade().len(), phone.view().waiting), (1, 1));
    flyme.0.clock.advance_ms(60_000);
    phone.set_network(true);
    assert_eq!(phone.shade().len(), 2);
}

#[tokio::test]
async fn a_blocked_word_is_taken_and_shown_to_nobody() {
    let flyme = Flyme::start().await;
    let (phone, token) = flyme.phone("meizu-21");
    flyme.0.running.world().set_blocked_words(vec!["hi".to_owned()]);
    assert_eq!(flyme.push(&token, &chat(&json!({}))).await["value"], json!({}));
    assert!(phone.shade().is_empty());
    assert_eq!(phone.view().not_shown[0].reason, "the text holds a blocked word");
}
