//! An answer of Apple's: one head, and a reason in JSON where it is a refusal.

use std::borrow::Cow;

use model::Timestamp;

use super::{reason::Reason, special::DEAD_FOR_MS};
use crate::faults::{Fault, http_status};

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) status: u16,
    /// The reason, in a refusal.
    pub(super) reason: Cow<'static, str>,
    /// Since when the token is dead, with 410.
    pub(super) dead_since: Option<Timestamp>,
    pub(super) unique_id: Option<String>,
    pub(super) ending: Ending,
    pub(super) stage: &'static str,
    /// Shortened; empty where the request had none.
    pub(super) token: String,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Answered,
    Cut,
    /// Cut behind the head.
    Half,
    Silent,
}

impl Answer {
    pub(super) fn success(id: String) -> Self {
        Self {
            id,
            status: 200,
            reason: "".into(),
            dead_since: None,
            unique_id: None,
            ending: Ending::Answered,
            stage: "accepted",
            token: String::new(),
        }
    }

    pub(super) fn refused(id: String, reason: Reason) -> Self {
        Self { status: reason.status(), reason: reason.text().into(), stage: "refused", ..Self::success(id) }
    }

    pub(super) fn of_fault(id: String, fault: &Fault, now: Timestamp) -> Self {
        let bare = |status: u16| Self { status, stage: "fault", ..Self::success(id.clone()) };
        match fault {
            Fault::Fail(code) => match (http_status(code), Reason::parse(code)) {
                (Some(status), _) => bare(status),
                (None, Some(reason)) => {
                    let dead_since = (reason.status() == 410).then(|| now.plus_ms(-DEAD_FOR_MS));
                    Self { stage: "fault", dead_since, ..Self::refused(id, reason) }
                }
                (None, None) => bare(500),
            },
            Fault::BlackHole => Self { ending: Ending::Silent, ..bare(0) },
            Fault::Reset | Fault::LoseAnswer | Fault::HalfAnswer | Fault::Goaway(_) => {
                Self { ending: Ending::Cut, ..bare(0) }
            }
        }
    }

    /// The body; empty in a success.
    pub(super) fn body(&self) -> String {
        if self.reason.is_empty() {
            return String::new();
        }
        let mut body = serde_json::json!({ "reason": self.reason });
        if let Some(since) = self.dead_since {
            body["timestamp"] = since.millis().into();
        }
        body.to_string()
    }
}
