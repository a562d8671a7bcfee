//! The simulator as the Device Lab sees it: its control API over HTTP, in shapes of our own.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use model::{PushId, Secret, Timestamp, Vendor};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;
use wire::LinkState;

use crate::SimulatorAddress;

/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Largest answer, in bytes.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Everything visible of one handset.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::console) struct Handset {
    pub(super) name: String,
    pub(super) brand: String,
    pub(super) model: String,
    pub(super) vendor: Vendor,
    pub(super) user: Option<String>,
    pub(super) app: Process,
    pub(super) locked: bool,
    pub(super) network: bool,
    pub(super) notifications: bool,
    pub(super) logged_in: bool,
    pub(super) connection: LinkState,
    pub(super) certificate: Option<u32>,
    pub(super) token_short: Option<String>,
    pub(super) token_alive: bool,
    pub(super) badge: u32,
    pub(super) shade: Vec<Shown>,
    pub(super) inbox: Vec<Received>,
    pub(super) last_tap: Option<Tap>,
    /// The app's own push switch.
    #[serde(default = "yes")]
    pub(super) push_on: bool,
    /// Its notifications may be shown on the lock screen.
    #[serde(default = "yes")]
    pub(super) on_lock_screen: bool,
    /// The device's public id for push.
    #[serde(default)]
    pub(in crate::console) push_id: Option<PushId>,
}

const fn yes() -> bool {
    true
}

impl Handset {
    /// Puts this in the place of every text that somebody sent.
    pub(in crate::console) fn hide_text(&mut self, instead: &str) {
        for shown in &mut self.shade {
            (shown.title, shown.body) = (instead.to_owned(), String::new());
        }
        for received in &mut self.inbox {
            instead.clone_into(&mut received.text);
        }
        if let Some(tap) = &mut self.last_tap {
            (tap.ext, tap.payload) = (None, None);
        }
    }
}

/// What the app's process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::console) enum Process {
    Killed,
    Foreground,
    Background,
    Frozen,
}

/// One notification in the shade, newest first.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::console) struct Shown {
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) received_at: Timestamp,
}

/// A message that reached the app, newest last.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::console) struct Received {
    pub(super) sender: Option<String>,
    pub(super) text: String,
    #[serde(default)]
    pub(super) received_at: Timestamp,
}

/// What the last tap did.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::console) struct Tap {
    pub(super) getter: String,
    pub(super) ext: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) opened: Value,
}

/// A vendor's host, with what it does wrong.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Host {
    pub(super) vendor: Vendor,
    /// The simulator's own plan, whose other fields are kept as they are.
    #[serde(default)]
    pub(super) faults: Value,
}

#[derive(Deserialize)]
struct List {
    handsets: Vec<Handset>,
}

/// Why the simulator did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) enum SimulatorError {
    /// It does not answer, or not in a shape we know.
    Silent,
    /// It refused, with a stable code.
    Refused(String),
}

/// The simulator's control API.
pub(in crate::console) struct Simulator {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    key: Secret<String>,
}

impl Simulator {
    pub(in crate::console) fn new(address: &SimulatorAddress) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(ANSWER_WITHIN));
        Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            base: address.url.trim_end_matches('/').to_owned(),
            key: address.key.clone(),
        }
    }

    /// Every handset, by name.
    pub(in crate::console) async fn handsets(&self) -> Result<Vec<Handset>, SimulatorError> {
        let body = self.call(Method::GET, "/handsets", Bytes::new()).await?;
        let list: List = serde_json::from_slice(&body).map_err(|error| {
            tracing::warn!(%error, "the simulator's handsets are of another shape");
            SimulatorError::Silent
        })?;
        Ok(list.handsets)
    }

    /// Does something with a handset. The name must be one that [`Simulator::handsets`] gave.
    pub(super) async fn operate(&self, handset: &str, operation: &Value) -> Result<(), SimulatorError> {
        let body = Bytes::from(operation.to_string());
        self.call(Method::POST, &format!("/handsets/{handset}"), body).await.map(|_| ())
    }

    /// Every vendor host.
    pub(super) async fn hosts(&self) -> Result<Vec<Host>, SimulatorError> {
        let body = self.call(Method::GET, "/hosts", Bytes::new()).await?;
        serde_json::from_slice(&body).map_err(|_| SimulatorError::Silent)
    }

    /// Says what a vendor's hosts do wrong from now on.
    pub(super) async fn set_faults(&self, vendor: Vendor, plan: &Value) -> Result<(), SimulatorError> {
        let body = Bytes::from(plan.to_string());
        self.call(Method::POST, &format!("/faults/{vendor}"), body).await.map(|_| ())
    }

    /// An open answer that grows whenever something visible changes; `None` where there is none.
    pub(in crate::console) async fn news(&self) -> Option<Incoming> {
        let response =
            timeout(ANSWER_WITHIN, self.request(Method::GET, "/events", Bytes::new())).await.ok()??;
        (response.status() == StatusCode::OK).then(|| response.into_body())
    }

    async fn call(&self, method: Method, path: &str, body: Bytes) -> Result<Bytes, SimulatorError> {
        let answer = async {
            let response = self.request(method, path, body).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_MAX_BYTES).collect().await.ok()?.to_bytes();
            Some((status, body))
        };
        let answer = timeout(ANSWER_WITHIN, answer).await.ok().flatten();
        let (status, body) = answer.ok_or(SimulatorError::Silent)?;
        if status.is_success() {
            return Ok(body);
        }
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        Err(SimulatorError::Refused(problem["code"].as_str().unwrap_or_default().to_owned()))
    }

    async fn request(&self, method: Method, path: &str, body: Bytes) -> Option<http::Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key.expose()))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body));
        self.client.request(request.ok()?).await.ok()
    }
}
