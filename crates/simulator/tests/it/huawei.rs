//! Huawei's V1 and V2 over real sockets: credentials, limits, partial failures, amounts, receipts, taking back.

mod amounts;
mod auth;
mod receipts;
mod sending;

use std::sync::Arc;

use axum::body::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use model::Vendor;
use serde_json::{Value, json};
use simulator::{Credential, Phone};

use crate::support::{PACKAGE, World};

const PUSH: &str = "push-api.cloud.huawei.com";
const OAUTH: &str = "oauth-login.cloud.huawei.com";

/// A world with an app at Huawei and an access token for it.
pub(crate) struct Counter {
    pub(crate) world: World,
    app: Credential,
    bearer: String,
}

impl Counter {
    pub(crate) async fn open() -> Self {
        Self::of(World::start().await).await
    }

    async fn of(world: World) -> Self {
        let app = world.running.enrol(Vendor::Huawei, PACKAGE, None).unwrap();
        let mut counter = Self { world, app, bearer: String::new() };
        counter.log_in().await;
        counter
    }

    async fn log_in(&mut self) {
        let (_, answer) = self.exchange("/oauth2/v3/token", &[]).await;
        self.bearer = answer["access_token"].as_str().unwrap().to_owned();
    }

    /// Asks for an access token; `changed` fields take the place of good ones.
    async fn exchange(&self, path: &str, changed: &[(&str, &str)]) -> (u16, Value) {
        let mut fields = vec![
            ("grant_type", "client_credentials"),
            ("client_id", self.app["client_id"].as_str()),
            ("client_secret", self.app["client_secret"].as_str()),
        ];
        fields.retain(|(name, _)| changed.iter().all(|(other, _)| other != name));
        fields.extend_from_slice(changed);
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header("host", OAUTH)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        parsed(self.world.http1(OAUTH, request).await.unwrap())
    }

    pub(crate) fn rights(&self, rights: Value) {
        self.world.running.set_rights(Vendor::Huawei, PACKAGE, &rights).unwrap();
    }

    pub(crate) fn phone(&self, name: &str) -> (Arc<Phone>, String) {
        self.world.phone(name, "huawei")
    }

    fn path(&self, what: &str) -> String {
        format!("/v1/{}/{what}", self.app["client_id"])
    }

    /// Posts JSON with a bearer token; `None` where the connection was cut.
    async fn try_post(&self, path: &str, bearer: &str, body: &Value) -> Option<(u16, Value)> {
        let request = Request::post(path)
            .header("host", PUSH)
            .header("authorization", format!("Bearer {bearer}"))
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        self.world.http1(PUSH, request).await.map(parsed)
    }

    async fn post(&self, what: &str, body: &Value) -> (u16, Value) {
        self.try_post(&self.path(what), &self.bearer, body).await.unwrap()
    }

    async fn send(&self, body: &Value) -> Value {
        self.post("messages:send", body).await.1
    }

    /// Sends and tells the status and the code.
    pub(crate) async fn code(&self, body: &Value) -> (u16, String) {
        let (status, answer) = self.post("messages:send", body).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn parsed(response: Response<Bytes>) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(response.body()).unwrap_or(Value::Null))
}

/// A good chat message.
pub(crate) fn chat(tokens: &[&str]) -> Value {
    json!({
        "validate_only": false,
        "message": {
            "token": tokens,
            "data": "{\"ext\":\"ext content\",\"payload\":{\"conv\":\"c-1001\"}}",
            "notification": {"title": "阿明", "body": "你好"},
            "android": {
                "category": "IM",
                "ttl": "86400s",
                "bi_tag": "m-42",
                "notification": {
                    "click_action": {"type": 3},
                    "importance": "NORMAL",
                    "notify_id": 100_231,
                    "badge": {"add_num": 1, "class": "com.example.im.MainActivity"}
                }
            }
        }
    })
}

/// The same with a member of `message.android` changed.
pub(crate) fn android(tokens: &[&str], name: &str, value: Value) -> Value {
    let mut message = chat(tokens);
    message["message"]["android"][name] = value;
    message
}

/// The same with a member of `message.android.notification` changed.
pub(crate) fn shown(tokens: &[&str], name: &str, value: Value) -> Value {
    let mut message = chat(tokens);
    message["message"]["android"]["notification"][name] = value;
    message
}
