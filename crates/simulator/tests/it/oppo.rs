//! OPPO over real sockets: auth, sends, broadcasts, amounts, receipts, faults.

mod amounts;
mod auth;
mod broadcast;
mod devices;
mod faults;
mod receipts;
mod send;

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use http::Request;
use http_body_util::Full;
use model::Vendor;
use serde_json::{Value, json};
use simulator::{Config, Credential, Phone};

use crate::support::{PACKAGE, START, World};

pub(crate) const HOST: &str = "api.push.oppomobile.com";
pub(crate) const FEEDBACK: &str = "feedback.push.oppomobile.com";
const MEDIA: &str = "api-media.push.heytapmobi.com";
const DEVICE: &str = "api-device.push.heytapmobi.com";
const UNICAST: &str = "/server/v1/message/notification/unicast";
const BATCH: &str = "/server/v1/message/notification/unicast_batch";
const SAVE: &str = "/server/v1/message/notification/save_message_content";
const BROADCAST: &str = "/server/v1/message/notification/broadcast";

/// A world with one OPPO app and a sender that has an access token.
pub(crate) struct Oppo {
    pub(crate) world: World,
    credential: Credential,
    token: String,
}

impl Oppo {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let world = World::with(adjust).await;
        let credential = world.running.enrol(Vendor::Oppo, PACKAGE, None).unwrap();
        let mut oppo = Self { world, credential, token: String::new() };
        oppo.token = oppo.authenticate().await["data"]["auth_token"].as_str().unwrap().to_owned();
        oppo
    }

    pub(crate) fn set_rights(&self, rights: &Value) {
        self.world.running.set_rights(Vendor::Oppo, PACKAGE, rights).unwrap();
    }

    fn now_ms(&self) -> i64 {
        self.world.running.world().snapshot().now.millis()
    }

    async fn authenticate(&self) -> Value {
        let timestamp = self.now_ms().to_string();
        let sign = sign(&self.credential["app_key"], &timestamp, &self.credential["master_secret"]);
        let fields = [
            ("app_key", self.credential["app_key"].as_str()),
            ("timestamp", timestamp.as_str()),
            ("sign", sign.as_str()),
        ];
        self.ask(form("/server/v1/auth", &fields)).await
    }

    /// A phone whose user has allowed notifications.
    pub(crate) fn phone(&self, name: &str) -> (Arc<Phone>, String) {
        let (phone, token) = self.world.phone(name, "oppo");
        phone.set_notifications(true);
        (phone, token)
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Value {
        self.ask_at(HOST, request).await
    }

    async fn ask_at(&self, host: &str, request: Request<Full<Bytes>>) -> Value {
        let response = self.world.http1(host, request).await.unwrap();
        assert_eq!(response.status(), 200);
        serde_json::from_slice(response.body()).unwrap()
    }

    /// Posts a form with the access token.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let fields = [&[("auth_token", self.token.as_str())], fields].concat();
        self.ask(form(path, &fields)).await
    }

    /// Asks another host with the access token in the header; a body is JSON.
    async fn call(&self, host: &str, path: &str, body: Option<Value>) -> Value {
        let builder = Request::builder().uri(path).header("host", host).header("auth_token", &self.token);
        let request = match body {
            None => builder.body(Full::default()),
            Some(body) => builder
                .method("POST")
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(body.to_string()))),
        };
        self.ask_at(host, request.unwrap()).await
    }

    pub(crate) async fn unicast(&self, message: &Value) -> Value {
        self.post(UNICAST, &[("message", &message.to_string())]).await
    }

    async fn batch(&self, messages: &[Value]) -> Value {
        self.post(BATCH, &[("messages", &Value::from(messages).to_string())]).await
    }

    /// Saves a text of the class that the category says, and gives its id.
    async fn save(&self, category: &str, others: &[(&str, &str)]) -> String {
        let fields = [
            &[("title", "阿明"), ("content", "你好"), ("channel_id", "im_chat"), ("category", category)],
            others,
        ]
        .concat();
        let saved = self.post(SAVE, &fields).await;
        saved["data"]["message_id"].as_str().unwrap().to_owned()
    }

    async fn broadcast(&self, message_id: &str, target_type: &str, targets: &str) -> Value {
        let fields = [("message_id", message_id), ("target_type", target_type), ("target_value", targets)];
        self.post(BROADCAST, &fields).await
    }
}

fn sign(app_key: &str, timestamp: &str, secret: &str) -> String {
    let hashed = digest(&SHA256, [app_key, timestamp, secret].concat().as_bytes());
    hashed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Full<Bytes>> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Request::post(path)
        .header("host", HOST)
        .header("content-type", "application/x-www-form-urlencoded;charset=UTF-8")
        .body(Full::new(Bytes::from(body)))
        .unwrap()
}

/// A good chat message, whose notification has these members added or overridden.
pub(crate) fn message(token: &str, others: Value) -> Value {
    let mut message = json!({
        "target_type": 2,
        "target_value": token,
        "verify_registration_id": true,
        "notification": {
            "style": 1, "title": "阿明", "content": "你好 & hi", "channel_id": "im_chat", "category": "IM",
            "click_action_type": 4, "click_action_activity": "com.example.im.ChatActivity",
            "action_parameters": "{\"ext\":\"ext content\",\"payload\":\"{}\"}",
        },
    });
    for (name, value) in others.as_object().unwrap() {
        message["notification"][name] = value.clone();
    }
    message
}

/// A message of content and marketing.
fn news(token: &str) -> Value {
    message(token, json!({"category": "NEWS"}))
}

/// Why the newest push was not shown.
fn reason(phone: &Phone) -> &'static str {
    phone.view().not_shown.last().map_or("", |not_shown| not_shown.reason)
}

#[tokio::test]
async fn the_log_shows_requests_without_tokens_and_secrets() {
    let oppo = Oppo::start().await;
    let (_, token) = oppo.phone("find-x7");
    oppo.unicast(&message(&token, json!({}))).await;
    oppo.batch(&[message(&token, json!({})), message("CN_bad", json!({}))]).await;
    oppo.call(FEEDBACK, &format!("/server/v1/feedback/fetch_push_permit?auth_token={}", oppo.token), None)
        .await;
    let entries = oppo.world.running.world().log_after(0, 10);
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| (entry.path.as_ref(), entry.targets, entry.status, entry.code.as_ref(), entry.stage))
        .collect();
    assert_eq!(
        lines,
        [
            ("POST /server/v1/auth", 0, 200, "0", "answered"),
            ("POST /server/v1/message/notification/unicast", 1, 200, "0", "accepted"),
            ("POST /server/v1/message/notification/unicast_batch", 2, 200, "0", "accepted"),
            ("GET /server/v1/feedback/fetch_push_permit", 0, 200, "0", "answered"),
        ]
    );
    assert_eq!(entries[0].at, START);
    let written = serde_json::to_string(&entries).unwrap();
    for secret in [&token, &oppo.token, &oppo.credential["app_key"], &oppo.credential["master_secret"]] {
        assert!(!written.contains(secret.as_str()));
    }
}
