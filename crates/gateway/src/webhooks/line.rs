//! The line to one webhook: its connections, kept between events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use model::{Timestamp, Webhook, WebhookId};
use vendors::{WireReply, WireRequest};

use super::{address::Address, sign};
use crate::{
    net::{Host, Lost},
    shared::Shared,
};

/// Lines that are kept; beyond them, those that nobody uses are closed.
const LINES_MAX: usize = 1024;

/// The lines to webhooks.
#[derive(Default)]
pub(crate) struct Lines {
    lines: Mutex<HashMap<WebhookId, Line>>,
    answers: Mutex<HashMap<WebhookId, WebhookAnswer>>,
}

/// How a webhook answered last, since this process began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookAnswer {
    /// When.
    pub at: Timestamp,
    /// Its HTTP status, or why there was none, in a word.
    pub said: Result<u16, String>,
}

#[derive(Clone)]
struct Line {
    url: String,
    path: String,
    host: Arc<Host>,
}

/// The webhook cannot be reached, or did not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Silence {
    #[error("its address may not be reached")]
    Address,
    #[error("{0}")]
    NoAnswer(&'static str),
}

impl Lines {
    /// Posts a signed body and reads the answer, all within the deadline. `event_id`: the same each time the same event
    /// is told.
    pub(super) async fn post(
        &self,
        shared: &Shared,
        webhook: &Webhook,
        event_id: Option<i64>,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<WireReply, Silence> {
        let reply = self.exchange(shared, webhook, event_id, body, deadline).await;
        let said = reply.as_ref().map(|reply| reply.status).map_err(ToString::to_string);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= LINES_MAX {
            answers.clear();
        }
        answers.insert(webhook.id, WebhookAnswer { at: shared.clock.now(), said });
        reply
    }

    /// How a webhook answered last; `None`: not since this process began.
    pub(crate) fn last_answer(&self, webhook: WebhookId) -> Option<WebhookAnswer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(&webhook).cloned()
    }

    async fn exchange(
        &self,
        shared: &Shared,
        webhook: &Webhook,
        event_id: Option<i64>,
        body: Vec<u8>,
        deadline: Duration,
    ) -> Result<WireReply, Silence> {
        let line = self.line(shared, webhook)?;
        let request = request(webhook, event_id, body, &line.path, shared.clock.now());
        let reply = match line.host.exchange(&request, deadline).await {
            // A kept connection had ended; nothing was told over it.
            Err(Lost::Unsent) => line.host.exchange(&request, deadline).await,
            reply => reply,
        };
        reply.map_err(|lost| match lost {
            Lost::Unknown { code, .. } => Silence::NoAnswer(code),
            Lost::Unsent | Lost::Unsendable => Silence::NoAnswer(crate::own_codes::NEVER_SENT),
        })
    }

    /// Closes what nobody uses, and opens anew what is used next.
    pub(crate) fn forget(&self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn line(&self, shared: &Shared, webhook: &Webhook) -> Result<Line, Silence> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = lines.get(&webhook.id).filter(|line| line.url == webhook.url) {
            return Ok(line.clone());
        }
        let inside = shared.may_reach_inside();
        let address = Address::read(&webhook.url, inside).map_err(|_| Silence::Address)?;
        let endpoint = shared.dialer.named_endpoint(address.place(), inside).map_err(|_| Silence::Address)?;
        if lines.len() >= LINES_MAX {
            lines.retain(|_, line| !line.host.is_at_rest());
        }
        let line = Line { url: webhook.url.clone(), path: address.path, host: Host::new(endpoint) };
        lines.insert(webhook.id, line.clone());
        Ok(line)
    }
}

fn request(
    webhook: &Webhook,
    event_id: Option<i64>,
    body: Vec<u8>,
    path: &str,
    now: Timestamp,
) -> WireRequest {
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", "Posthouse".to_owned()),
        ("posthouse-signature", sign::signature(&webhook.secret, now, &body)),
    ];
    headers.extend(event_id.map(|id| ("posthouse-event-id", id.to_string())));
    WireRequest {
        stage: "webhook",
        to: None,
        method: "POST",
        path: path.to_owned(),
        headers,
        authorization: None,
        body,
    }
}
