//! Asking a backend whether a message may be sent (row T23).

use std::time::Duration;

use model::{EventKind, Webhook};
use serde::Deserialize;
use serde_json::Value;
use vendors::WireReply;

use super::{line::Lines, render};
use crate::shared::Shared;

/// For so long a sender is kept waiting; a backend that has not answered by then has nothing against it.
const DEADLINE: Duration = Duration::from_secs(2);
const REASON_MAX_CHARS: usize = 256;

/// What the App's backend said to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeforeSend {
    /// It may be sent; also where no answer came, or none that reads.
    Allowed,
    /// It may not, and the sender is told so.
    Refused {
        /// In the backend's words, at most 256 characters.
        reason: String,
    },
    /// It may not, and the sender is told that it was sent.
    Dropped,
}

#[derive(Deserialize)]
struct Answer {
    allow: bool,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn ask(shared: &Shared, lines: &Lines, webhook: &Webhook, data: &Value) -> BeforeSend {
    let now = shared.clock.now();
    let body = render::body(None, EventKind::BeforeSend, webhook.app, now, data);
    let asking = lines.post(shared, webhook, None, body, DEADLINE);
    let answered = tokio::time::timeout(DEADLINE, asking).await;
    match answered {
        Ok(Ok(reply)) => judge(&reply),
        Ok(Err(silence)) => {
            tracing::warn!(webhook = %webhook.id, %silence, "a webhook was not heard before a message was sent");
            BeforeSend::Allowed
        }
        Err(_) => {
            tracing::warn!(webhook = %webhook.id, "a webhook did not answer before a message was sent");
            BeforeSend::Allowed
        }
    }
}

/// Only a whole answer forbids.
fn judge(reply: &WireReply) -> BeforeSend {
    let answer = (reply.status == 200).then(|| serde_json::from_slice::<Answer>(&reply.body).ok()).flatten();
    match answer {
        None | Some(Answer { allow: true, .. }) => BeforeSend::Allowed,
        Some(Answer { drop: true, .. }) => BeforeSend::Dropped,
        Some(Answer { reason, .. }) => {
            let line = |char: char| if char.is_control() { ' ' } else { char };
            BeforeSend::Refused { reason: reason.chars().take(REASON_MAX_CHARS).map(line).collect() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> BeforeSend {
        judge(&WireReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() })
    }

    #[test]
    fn t23_only_a_whole_answer_that_forbids_forbids() {
        let refused = |reason: &str| BeforeSend::Refused { reason: reason.to_owned() };
        assert_eq!(judged(200, r#"{"allow":true}"#), BeforeSend::Allowed);
        assert_eq!(judged(200, r#"{"allow":false,"reason":"no\nads"}"#), refused("no ads"));
        assert_eq!(judged(200, r#"{"allow":false}"#), refused(""));
        assert_eq!(judged(200, r#"{"allow":false,"drop":true,"reason":"spam"}"#), BeforeSend::Dropped);
        for (status, body) in [(200, ""), (200, "{}"), (500, r#"{"allow":false}"#), (200, "<html>")] {
            assert_eq!(judged(status, body), BeforeSend::Allowed, "{status} {body}");
        }
    }
}
