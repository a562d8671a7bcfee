//! Senders that go on whatever happens to the server: each repeats a request, with its idempotency key, until it is
//! acknowledged.

use std::{sync::Arc, time::Duration};

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use uuid::Uuid;

use crate::stage::Ground;

/// Senders at once.
const SENDERS: usize = 16;
/// Before a request that was refused or broke off is repeated.
const PAUSE: Duration = Duration::from_millis(5);
/// A request to a server that is being killed may never be answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Whom messages go to.
pub(crate) struct Receivers {
    pub(crate) ground: Ground,
    /// Push IDs of devices without a user.
    pub(crate) push_ids: Vec<String>,
    /// Users whose phones have their app killed, and one who was never seen.
    pub(crate) users: Vec<&'static str>,
}

/// Senders at work.
pub(crate) struct Load {
    senders: JoinSet<Acknowledged>,
    going: watch::Sender<bool>,
}

/// What the server acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    pub(crate) messages: Vec<Uuid>,
    /// How many of them the server had stored before, with the acknowledgement lost.
    pub(crate) repeated: usize,
}

impl Load {
    pub(crate) fn start(receivers: &Arc<Receivers>, url: &watch::Receiver<Option<String>>) -> Self {
        let (going, goes) = watch::channel(true);
        let mut senders = JoinSet::new();
        for number in 0..SENDERS {
            let (receivers, url, goes) = (Arc::clone(receivers), url.clone(), goes.clone());
            senders.spawn(send_on(number, receivers, url, goes));
        }
        Self { senders, going }
    }

    /// Lets every sender finish its request.
    pub(crate) async fn end(mut self) -> Acknowledged {
        self.going.send_replace(false);
        let mut all = Acknowledged::default();
        while let Some(sender) = self.senders.join_next().await {
            let sender = sender.unwrap();
            all.messages.extend(sender.messages);
            all.repeated += sender.repeated;
        }
        all
    }
}

async fn send_on(
    sender: usize,
    receivers: Arc<Receivers>,
    mut url: watch::Receiver<Option<String>>,
    goes: watch::Receiver<bool>,
) -> Acknowledged {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let mut acknowledged = Acknowledged::default();
    for number in 0.. {
        if !*goes.borrow() {
            break;
        }
        let (path, body) = receivers.message(sender, number);
        let key = format!("{sender}-{number}");
        let body = Bytes::from(body.to_string());
        loop {
            let server = url.wait_for(Option::is_some).await.unwrap().clone().unwrap();
            let request = Request::post(format!("{server}{path}"))
                .header("authorization", format!("Bearer {}", receivers.ground.api_key))
                .header("idempotency-key", &key)
                .body(Full::new(body.clone()))
                .unwrap();
            let asked = async {
                let answer = client.request(request).await.ok()?;
                let status = answer.status();
                Some((status, answer.into_body().collect().await.ok()?.to_bytes()))
            };
            match timeout(ANSWER_WITHIN, asked).await.ok().flatten() {
                Some((status @ (StatusCode::CREATED | StatusCode::OK), answer)) => {
                    let answer: Value = serde_json::from_slice(&answer).unwrap();
                    acknowledged.messages.push(answer["message"].as_str().unwrap().parse().unwrap());
                    acknowledged.repeated += usize::from(status == StatusCode::OK);
                    break;
                }
                Some((StatusCode::SERVICE_UNAVAILABLE, _)) | None => sleep(PAUSE).await,
                Some((status, answer)) => panic!("{path}: {status} {}", String::from_utf8_lossy(&answer)),
            }
        }
    }
    acknowledged
}

impl Receivers {
    /// Path and body of a sender's message with this number; the kinds take turns.
    fn message(&self, sender: usize, number: usize) -> (&'static str, Value) {
        let text = format!("{sender}/{number}: 晚饭吃什么?🍜");
        let push = json!({ "body": text, "ext": "ext content" });
        let unique = 1_000_000 * (sender + 1) + number;
        let Ground { apns, xiaomi, .. } = self.ground;
        let to = match number % 4 {
            0 => json!({ "certificate": apns, "token": format!("{unique:064x}") }),
            1 => json!({ "certificate": xiaomi, "token": format!("regid-{unique}") }),
            2 => json!({ "push_id": self.push_ids[unique % self.push_ids.len()] }),
            _ => {
                let user = self.users[unique / 4 % self.users.len()];
                let body = json!({ "type": "text", "text": text });
                return ("/v1/messages", json!({ "from": "zhou", "to": user, "body": body }));
            }
        };
        ("/v1/pushes", json!({ "to": to, "push": push }))
    }
}
