//! vivo over real sockets.

mod auth;
mod lists;
mod receipts;
mod rights;
mod single;

use std::sync::Arc;

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use md5::{Digest, Md5};
use model::{Timestamp, Vendor};
use serde_json::{Value, json};
use simulator::{Config, Credential, FaultPlan, Phone};
use tokio::sync::mpsc;

use crate::support::{PACKAGE, START, World};

const HOST: &str = "api-push.vivo.com.cn";
const HOUR_MS: i64 = 3_600_000;

/// A world with one app at vivo, whose access token is at hand. It is 21:33 in Beijing.
pub(crate) struct Vivo {
    pub(crate) world: World,
    app: Credential,
    auth_token: String,
}

impl Vivo {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let world = World::with(adjust).await;
        let app = world.running.enrol(Vendor::Vivo, PACKAGE, None).unwrap();
        let mut vivo = Self { world, app, auth_token: String::new() };
        vivo.authenticate().await;
        vivo
    }

    async fn authenticate(&mut self) {
        let answer = self.post("/message/auth", self.signed(self.now())).await;
        self.auth_token = answer["authToken"].as_str().unwrap().to_owned();
    }

    fn now(&self) -> Timestamp {
        self.world.running.world().snapshot().now
    }

    /// A good request for an access token.
    fn signed(&self, now: Timestamp) -> Value {
        let app = &self.app;
        let joined = format!("{}{}{}{}", app["app_id"], app["app_key"], now.millis(), app["app_secret"]);
        let sign: String = Md5::digest(joined.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        json!({
            "appId": app["app_id"].parse::<u64>().unwrap(), "appKey": app["app_key"], "timestamp": now, "sign": sign,
        })
    }

    pub(crate) fn phone(&self, name: &str) -> (Arc<Phone>, String) {
        self.world.phone(name, "vivo")
    }

    pub(crate) fn rights(&self, rights: Value) {
        self.world.running.set_rights(Vendor::Vivo, PACKAGE, &rights).unwrap();
    }

    fn faults(&self, plan: FaultPlan) {
        self.world.running.world().set_faults(HOST, plan).unwrap();
    }

    fn advance(&self, ms: i64) {
        self.world.clock.advance_ms(ms);
    }

    fn request(&self, path: &str) -> http::request::Builder {
        Request::post(path).header("host", HOST).header("authToken", &self.auth_token)
    }

    /// The answer, where the connection is not cut.
    async fn call(&self, request: Request<Full<Bytes>>) -> Option<Response<Bytes>> {
        self.world.http1(HOST, request).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let body = Full::new(Bytes::from(body.to_string()));
        let request = self.request(path).header("content-type", "application/json;charset=UTF-8");
        let response = self.call(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.headers()["content-type"], "application/json;charset=UTF-8");
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        let result = answer["result"].as_u64().unwrap();
        assert_eq!(
            u64::from(response.status().as_u16()),
            if (400..600).contains(&result) { result } else { 200 }
        );
        answer
    }

    async fn get(&self, path: &str) -> Value {
        let request = Request::get(path).header("host", HOST).header("authToken", &self.auth_token);
        let response = self.call(request.body(Full::default()).unwrap()).await.unwrap();
        serde_json::from_slice(response.body()).unwrap()
    }

    /// A single send; `others` are added to a good message or override its members.
    pub(crate) async fn send(&self, token: &str, others: Value) -> Value {
        self.post("/message/send", message(token, &others)).await
    }

    /// Saves a good message for lists and returns the task's id.
    async fn save(&self, others: Value) -> String {
        let answer = self.post("/message/saveListPayload", message("", &others)).await;
        answer["taskId"].as_str().unwrap().to_owned()
    }

    async fn push_to_list(&self, task: &str, regids: &[&str]) -> Value {
        let body = json!({"taskId": task, "regIds": regids, "requestId": "list-0001"});
        self.post("/message/pushToList", body).await
    }
}

fn message(token: &str, others: &Value) -> Value {
    let mut body = json!({
        "regId": token, "title": "阿明", "content": "你好 & hi", "notifyType": "4", "timeToLive": 3600,
        "skipType": 1, "networkType": -1, "classification": 1, "category": "IM", "requestId": "m-42",
    });
    for (name, value) in others.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    body
}

/// An operational message of this text.
fn offer(content: &str) -> Value {
    json!({"classification": 0, "category": "MARKETING", "content": content})
}

/// Receives receipts over plain HTTP on this machine.
async fn receipt_receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    async fn take(State(sender): State<mpsc::UnboundedSender<Value>>, headers: HeaderMap, body: Bytes) {
        assert_eq!(headers["content-type"], "application/json");
        sender.send(serde_json::from_slice(&body).unwrap()).unwrap();
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/cb", listener.local_addr().unwrap());
    let router = Router::new().route("/cb", post(take)).with_state(sender);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, receiver)
}
