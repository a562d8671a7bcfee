//! Honor over real sockets: access tokens, send, limits, amounts, receipts, faults.

mod checks;
mod receipts;

use axum::body::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use model::Vendor;
use serde_json::{Value, json};
use simulator::{Credential, FaultPlan, Opens};

use crate::support::{PACKAGE, START, World};

const IAM: &str = "iam.developer.honor.com";
const SEND: &str = "push-api.cloud.honor.com";

/// A sender with an app of its own.
struct Sender {
    world: World,
    app: Credential,
    access: String,
}

impl Sender {
    async fn start() -> Self {
        Self::of(World::start().await).await
    }

    async fn of(world: World) -> Self {
        let app = world.running.enrol(Vendor::Honor, PACKAGE, None).unwrap();
        let mut sender = Self { world, app, access: String::new() };
        sender.renew().await;
        sender
    }

    async fn renew(&mut self) {
        let (status, granted) = self.ask_token(IAM, "/auth/token", &self.good_fields()).await;
        assert_eq!(
            (status, &granted["expires_in"], &granted["token_type"]),
            (200, &json!(3600), &json!("Bearer"))
        );
        self.access = granted["access_token"].as_str().unwrap().to_owned();
    }

    fn good_fields(&self) -> [(&'static str, String); 3] {
        [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", self.app["client_id"].clone()),
            ("client_secret", self.app["client_secret"].clone()),
        ]
    }

    async fn ask_token(&self, host: &str, path: &str, fields: &[(&str, String)]) -> (u16, Value) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("host", host)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        parts(&self.world.http1(host, request).await.unwrap())
    }

    fn path(&self) -> String {
        format!("/api/v1/{}/sendMessage", self.app["app_id"])
    }

    fn request(&self, body: &Value) -> Request<Full<Bytes>> {
        Request::post(self.path())
            .header("host", SEND)
            .header("authorization", format!("Bearer {}", self.access))
            .header("timestamp", START.millis().to_string())
            .header("content-type", "application/json; charset=UTF-8")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap()
    }

    async fn send(&self, body: &Value) -> Value {
        parts(&self.world.http1(SEND, self.request(body)).await.unwrap()).1
    }

    async fn rights(&self, rights: Value) {
        let path = format!("/rights/honor/{PACKAGE}");
        assert_eq!(self.world.control(Method::POST, &path, Some(rights)).await.0, 204);
    }
}

fn parts(response: &Response<Bytes>) -> (u16, Value) {
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// A good message of a chat.
fn chat(tokens: &[&str]) -> Value {
    json!({
        "token": tokens,
        "data": r#"{"ext":"ext content","payload":"{\"conv\":\"c-1\"}"}"#,
        "notification": {"title": "outer", "body": "outer"},
        "android": {
            "ttl": "86400s", "biTag": "m-42", "targetUserType": 0,
            "notification": {
                "title": "阿明", "body": "你好 & hi", "importance": "NORMAL", "clickAction": {"type": 3},
                "notifyId": 4711, "when": "2026-01-01T00:00:00.123000000Z",
                "channelId": "unknown to the book", "foregroundShow": true,
            },
        },
    })
}

/// The same with another value at a path of its `android.notification`.
fn chat_with(token: &str, member: &str, value: Value) -> Value {
    let mut body = chat(&[token]);
    body["android"]["notification"][member] = value;
    body
}

#[tokio::test]
async fn a_message_is_shown_and_a_tap_hands_ext_and_payload_as_extras() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    assert!(token.starts_with("BAEAAAAAB.") && token.len() == 140);
    let answer = sender.send(&chat(&[&token])).await;
    assert_eq!((&answer["code"], &answer["message"]), (&json!(200), &json!("success")));
    assert_eq!(answer["data"]["sendResult"], true);
    assert_eq!((&answer["data"]["failTokens"], &answer["data"]["expireTokens"]), (&json!([]), &json!([])));
    assert_eq!(answer["data"]["requestId"].as_str().unwrap().len(), 16);
    let shade = phone.shade();
    assert_eq!((shade[0].title.as_str(), shade[0].body.as_str()), ("阿明", "你好 & hi"));
    assert!(!shade[0].quiet);
    assert_eq!(shade[0].replace_key.as_deref(), Some("4711"));
    let tapped = phone.tap(0).unwrap();
    assert_eq!(tapped.getter, r#"getIntent().getStringExtra("ext")"#);
    assert_eq!(tapped.ext.as_deref(), Some("ext content"));
    assert_eq!(tapped.payload.as_deref(), Some(r#"{"conv":"c-1"}"#));
    assert_eq!(tapped.opens, Opens::App);
}

#[tokio::test]
async fn a_click_opens_what_it_says_and_web_pages_are_handed_nothing() {
    let sender = Sender::start().await;
    let (phone, token) = sender.world.phone("magic-6", "honor");
    let intent = "intent://com.example.im/chat?conv=1#Intent;scheme=im;S.ext=from%20intent;end";
    let cases = [
        (json!({"type": 1, "intent": intent}), Opens::Page(intent.to_owned()), Some("from intent")),
        (
            json!({"type": "1", "action": "com.example.im.CHAT"}),
            Opens::Page("com.example.im.CHAT".to_owned()),
            Some("ext content"),
        ),
        (json!({"type": 2, "url": "https://a.example/"}), Opens::Web("https://a.example/".to_owned()), None),
        (json!({"type": 3}), Opens::App, Some("ext content")),
    ];
    for (click, opens, ext) in cases {
        sender.send(&chat_with(&token, "clickAction", click)).await;
        let tapped = phone.tap(0).unwrap();
        assert_eq!((tapped.opens, tapped.ext.as_deref()), (opens, ext));
    }
}

#[tokio::test]
async fn access_tokens_come_at_both_domains_and_both_paths_and_errors_are_those_of_oauth() {
    let sender = Sender::start().await;
    let good = sender.good_fields();
    for (host, path) in [
        ("iam.developer.hihonor.com", "/auth/token"),
        (IAM, "/auth/realms/developer/protocol/openid-connect/token"),
    ] {
        let (status, granted) = sender.ask_token(host, path, &good).await;
        assert_eq!((status, granted["access_token"].is_string()), (200, true), "{host}");
    }
    let with = |name: &str, value: &str| {
        let mut fields = sender.good_fields();
        fields.iter_mut().find(|(own, _)| *own == name).unwrap().1 = value.to_owned();
        fields
    };
    let app_id = sender.app["app_id"].clone();
    for (fields, status, error) in [
        (with("client_id", &app_id), 401, "unauthorized_client"),
        (with("client_secret", "wrong"), 401, "unauthorized_client"),
        (with("client_secret", ""), 400, "invalid_request"),
        (with("grant_type", ""), 400, "invalid_request"),
        (with("grant_type", "password"), 400, "unsupported_grant_type"),
    ] {
        let (told, answer) = sender.ask_token(IAM, "/auth/token", &fields).await;
        assert_eq!((told, &answer["error"]), (status, &json!(error)));
    }
    assert_eq!(sender.ask_token(IAM, "/oauth2/v3/token", &good).await.0, 404);
    assert_eq!(sender.ask_token(SEND, "/auth/token", &good).await.1["code"], 404);
}

#[tokio::test]
async fn a_send_needs_a_bearer_token_of_the_app_in_its_path_and_the_time() {
    let mut sender = Sender::start().await;
    let (_, token) = sender.world.phone("magic-6", "honor");
    let other = sender.world.running.enrol(Vendor::Honor, "com.example.other", None).unwrap();
    let changed = |change: &dyn Fn(&mut Request<Full<Bytes>>)| {
        let mut request = sender.request(&chat(&[&token]));
        change(&mut request);
        request
    };
    let header = |name: &'static str, value: &str| {
        let value: http::HeaderValue = value.parse().unwrap();
        changed(&move |request| {
            request.headers_mut().insert(name, value.clone());
        })
    };
    let without = |name: &'static str| changed(&|request| drop(request.headers_mut().remove(name)));
    let at = |path: String| changed(&|request| *request.uri_mut() = path.parse().unwrap());
    let cases = [
        (without("authorization"), 401, 401),
        (header("authorization", &sender.access), 401, 401),
        (header("authorization", "Bearer wrong"), 403, 403),
        (header("authorization", &format!("bearer {}", sender.access)), 200, 200),
        (at(format!("/api/v1/{}/sendMessage", other["app_id"])), 403, 403),
        (at("/api/v1/1/sendMessage".to_owned()), 403, 403),
        (at("/v1/1/messages:send".to_owned()), 404, 404),
        (without("timestamp"), 400, 400),
        (header("timestamp", "now"), 400, 400),
        (without("content-type"), 200, 200),
        (changed(&|request| *request.method_mut() = Method::GET), 405, 405),
    ];
    for (n, (request, status, code)) in cases.into_iter().enumerate() {
        let (told, answer) = parts(&sender.world.http1(SEND, request).await.unwrap());
        assert_eq!((told, &answer["code"]), (status, &json!(code)), "case {n}: {answer}");
    }
    sender.world.running.world().advance_clock(3_599_999);
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 200);
    sender.world.running.world().advance_clock(1);
    let expired = sender.send(&chat(&[&token])).await;
    assert_eq!(expired, json!({"code": 403, "message": "access token is invalid", "data": null}));
    sender.renew().await;
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 200);
    sender.world.running.world().expire_auth("honor").unwrap();
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 403);
    sender.renew().await;
    sender.rights(json!({"timestamp_tolerance_ms": 3_600_000})).await;
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 200);
    sender.rights(json!({"timestamp_tolerance_ms": 3_599_999})).await;
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 400);
    sender.rights(json!({"push_enabled": false})).await;
    assert_eq!(sender.send(&chat(&[&token])).await["code"], 403);
}

#[tokio::test]
async fn lapsed_and_failed_tokens_are_listed_apart_or_as_a_partial_success() {
    let sender = Sender::start().await;
    let (good_phone, good) = sender.world.phone("magic-6", "honor");
    let (old_phone, old) = sender.world.phone("magic-5", "honor");
    old_phone.renew_token().unwrap();
    let answer = sender.send(&chat(&[&good, &old, "BAEAAAAAB.unknown"])).await;
    assert_eq!((&answer["code"], &answer["data"]["sendResult"]), (&json!(200), &json!(true)));
    assert_eq!(answer["data"]["expireTokens"], json!([old]));
    assert_eq!(answer["data"]["failTokens"], json!(["BAEAAAAAB.unknown"]));
    assert_eq!((good_phone.shade().len(), old_phone.shade().len()), (1, 0));
    let none = sender.send(&chat(&[&old])).await;
    assert_eq!((&none["code"], &none["data"]["sendResult"]), (&json!(200), &json!(false)));
    sender.rights(json!({"partial_failure_code": 80_100_000})).await;
    let answer = sender.send(&chat(&[&good, &old, "FAULT/fail/1"])).await;
    assert_eq!((&answer["code"], &answer["data"]["sendResult"]), (&json!(80_100_000), &json!(false)));
    assert_eq!(answer["data"]["failTokens"], json!(["FAULT/fail/1", old]));
    assert!(answer["data"].get("expireTokens").is_none());
    assert_eq!(sender.send(&chat(&[&good])).await["code"], 200);
}

#[tokio::test]
async fn special_tokens_do_what_they_say() {
    let sender = Sender::start().await;
    let (phone, good) = sender.world.phone("magic-6", "honor");
    for (special, status, code) in [
        ("FAULT/503/1", 503, 503),
        ("FAULT/429/1", 429, 429),
        ("FAULT/80300007/1", 200, 80_300_007),
        ("FAULT/80100000/1", 200, 80_100_000),
        ("FAULT/dead/1", 200, 200),
        ("FAULT/nonsense/1", 200, 200),
        ("FAULT/sink/1", 200, 200),
    ] {
        let response = sender.world.http1(SEND, sender.request(&chat(&[special]))).await.unwrap();
        let (told, answer) = parts(&response);
        assert_eq!((told, &answer["code"]), (status, &json!(code)), "{special}");
    }
    let answer = sender.send(&chat(&["FAULT/dead/1", "FAULT/nonsense/1", "FAULT/sink/1"])).await;
    assert_eq!(answer["data"]["expireTokens"], json!(["FAULT/dead/1"]));
    assert_eq!(answer["data"]["failTokens"], json!(["FAULT/nonsense/1"]));
    let bare = sender.world.http1(SEND, sender.request(&chat(&["FAULT/http:502/1"]))).await.unwrap();
    assert_eq!((bare.status().as_u16(), bare.body().len()), (502, 0));
    assert!(sender.world.http1(SEND, sender.request(&chat(&[&good, "FAULT/cut/1"]))).await.is_none());
    assert!(phone.shade().is_empty(), "the whole request was not looked at");
}

#[tokio::test]
async fn faults_on_demand_have_the_shape_of_the_host_that_is_asked() {
    let sender = Sender::start().await;
    let (_, good) = sender.world.phone("magic-6", "honor");
    let fail = |code: &str| FaultPlan {
        fail: Some(simulator::Failure { times: 1, code: code.to_owned() }),
        ..FaultPlan::default()
    };
    let world = sender.world.running.world();
    world.set_faults(IAM, fail("unauthorized_client")).unwrap();
    let (status, answer) = sender.ask_token(IAM, "/auth/token", &sender.good_fields()).await;
    assert_eq!((status, &answer["error"]), (401, &json!("unauthorized_client")));
    world.set_faults(IAM, fail("429")).unwrap();
    assert_eq!(sender.ask_token(IAM, "/auth/token", &sender.good_fields()).await.0, 429);
    world.set_faults(SEND, fail("80200003")).unwrap();
    assert_eq!(sender.send(&chat(&[&good])).await["code"], 80_200_003);
    world.set_faults(SEND, fail("80100000")).unwrap();
    assert_eq!(sender.send(&chat(&[&good])).await["data"]["failTokens"], json!([good]));
    assert!(world.set_faults(SEND, fail("81")).is_err());
    world.set_faults(SEND, FaultPlan { throttle: true, ..FaultPlan::default() }).unwrap();
    assert_eq!(sender.send(&chat(&[&good])).await["code"], 429);
}

#[tokio::test]
async fn unknown_tokens_lead_nowhere_where_they_are_accepted() {
    let sender = Sender::of(World::with(|config| config.accept_unknown_tokens = true).await).await;
    let answer = sender.send(&chat(&["BAEAAAAAB.load-1", "with space"])).await;
    assert_eq!(answer["data"]["failTokens"], json!(["with space"]));
    let count = sender.world.running.world().tally()[&Vendor::Honor];
    assert_eq!((count.accepted, count.distinct), (1, 1));
    sender.send(&chat(&["BAEAAAAAB.load-1"])).await;
    let count = sender.world.running.world().tally()[&Vendor::Honor];
    assert_eq!((count.accepted, count.distinct), (2, 1), "the same biTag is the same message");
}

#[tokio::test]
async fn the_log_shows_requests_without_tokens_and_secrets() {
    let sender = Sender::start().await;
    let (_, token) = sender.world.phone("magic-6", "honor");
    sender.send(&chat(&[&token])).await;
    let entries = sender.world.running.world().log_after(0, 10);
    let paths: Vec<_> = entries.iter().map(|entry| (entry.path.as_ref(), entry.stage)).collect();
    assert_eq!(paths, [("POST /auth/token", "granted"), ("POST /api/v1/{appId}/sendMessage", "accepted")]);
    let text = serde_json::to_string(&entries).unwrap();
    for secret in [&token, &sender.access, &sender.app["client_secret"], "阿明"] {
        assert!(!text.contains(secret));
    }
}
