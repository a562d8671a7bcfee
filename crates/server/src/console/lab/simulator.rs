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
use model::{Secret, Timestamp, Vendor};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use wire::LinkState;

use crate::SimulatorAddress;

/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Largest answer, in bytes.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// Everything visible of one handset.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Handset {
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
}

impl Handset {
    /// Puts this in the place of every text that somebody sent.
    pub(super) fn hide_text(&mut self, instead: &str) {
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
pub(super) enum Process {
    Killed,
    Foreground,
    Background,
    Frozen,
}

/// One notification in the shade, newest first.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Shown {
    pub(super) id: u64,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) received_at: Timestamp,
}

/// A message that reached the app, newest last.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Received {
    pub(super) sender: Option<String>,
    pub(super) text: String,
}

/// What the last tap did.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tap {
    pub(super) getter: String,
    pub(super) ext: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) opened: Value,
}

#[derive(Deserialize)]
struct List {
    handsets: Vec<Handset>,
}

/// Why the simulator did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SimulatorError {
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
    pub(super) async fn handsets(&self) -> Result<Vec<Handset>, SimulatorError> {
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

/// What a hand may do with a handset from the console, by the word on its button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Foreground,
    Background,
    Freeze,
    Thaw,
    Kill,
    Lock,
    Unlock,
    NetworkOff,
    NetworkOn,
    NotificationsOff,
    NotificationsOn,
    LogOut,
    LogIn,
    InvalidateToken,
    ClearShade,
    UseCertificate,
}

impl Hand {
    const ALL: [Self; 16] = [
        Self::Foreground,
        Self::Background,
        Self::Freeze,
        Self::Thaw,
        Self::Kill,
        Self::Lock,
        Self::Unlock,
        Self::NetworkOff,
        Self::NetworkOn,
        Self::NotificationsOff,
        Self::NotificationsOn,
        Self::LogOut,
        Self::LogIn,
        Self::InvalidateToken,
        Self::ClearShade,
        Self::UseCertificate,
    ];

    /// The word of its button.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Foreground => "foreground",
            Self::Background => "background",
            Self::Freeze => "freeze",
            Self::Thaw => "thaw",
            Self::Kill => "kill",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::NetworkOff => "network-off",
            Self::NetworkOn => "network-on",
            Self::NotificationsOff => "notifications-off",
            Self::NotificationsOn => "notifications-on",
            Self::LogOut => "log-out",
            Self::LogIn => "log-in",
            Self::InvalidateToken => "invalidate-token",
            Self::ClearShade => "clear-shade",
            Self::UseCertificate => "use-certificate",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hand| hand.word() == word)
    }

    /// The operation, for those that need nothing beside.
    pub(super) fn plain_operation(self) -> Option<Value> {
        Some(match self {
            Self::NetworkOff | Self::NetworkOn => {
                json!({ "operation": "network", "on": self == Self::NetworkOn })
            }
            Self::NotificationsOff | Self::NotificationsOn => {
                json!({ "operation": "notifications", "on": self == Self::NotificationsOn })
            }
            Self::LogIn | Self::UseCertificate => return None,
            other => json!({ "operation": other.word().replace('-', "_") }),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Hand;

    #[test]
    fn every_button_has_its_word_and_its_operation() {
        for hand in Hand::ALL {
            assert_eq!(Hand::from_word(hand.word()), Some(hand));
        }
        assert_eq!(Hand::LogOut.plain_operation(), Some(json!({ "operation": "log_out" })));
        assert_eq!(Hand::NetworkOff.plain_operation(), Some(json!({ "operation": "network", "on": false })));
        assert_eq!(Hand::LogIn.plain_operation(), None);
    }
}
