//! A request and what becomes of it, before and after the envelope.

use std::borrow::Cow;

use http::{Method, header, request::Parts};
use serde_json::Value;

use super::reply::{self, Code, Refusal};
use crate::{
    faults::{Fault, http_status},
    shared::{hex, random},
};

/// A request, as far as it matters.
pub(super) struct Ask<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) authorization: Option<&'a str>,
    pub(super) content_type: Option<&'a str>,
    pub(super) body: &'a [u8],
}

impl<'a> Ask<'a> {
    pub(super) fn new(head: &'a Parts, body: &'a [u8]) -> Self {
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            method: &head.method,
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            authorization: text(header::AUTHORIZATION),
            content_type: text(header::CONTENT_TYPE),
            body,
        }
    }
}

/// An answer, with what the log says of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) ending: Ending,
    pub(super) status: u16,
    pub(super) body: String,
    pub(super) targets: usize,
    pub(super) token: String,
    pub(super) code: Cow<'static, str>,
    pub(super) stage: &'static str,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Answered,
    Cut,
    Silent,
}

/// What a request comes to, before the envelope.
pub(super) struct Outcome {
    pub(super) payload: Value,
    pub(super) info: String,
    pub(super) targets: usize,
    pub(super) token: String,
    pub(super) stage: &'static str,
}

impl Outcome {
    pub(super) fn of(payload: Value) -> Self {
        Self { payload, info: String::new(), targets: 0, token: String::new(), stage: "answered" }
    }
}

/// Why a request does not come to an outcome.
pub(super) enum Stop {
    Refused(Refusal),
    Special(Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Answer {
    pub(super) fn too_long() -> Self {
        Self::refused(&Code::REQUEST_TOO_LONG.because("the request body is too long"), "body")
    }

    pub(super) fn of_fault(fault: &Fault) -> Self {
        match fault {
            Fault::Fail(code) => match (http_status(code), reply::parse_code(code)) {
                (Some(status), _) => Self::bare(status),
                (None, Some(code)) => Self::refused(&code.because("on demand"), "fault"),
                (None, None) => Self::bare(500),
            },
            Fault::Reset | Fault::LoseAnswer | Fault::Goaway(_) => {
                Self { ending: Ending::Cut, ..Self::bare(0) }
            }
            Fault::BlackHole => Self { ending: Ending::Silent, ..Self::bare(0) },
        }
    }

    /// The same, done but never answered.
    pub(super) fn lost(self) -> Self {
        Self { ending: Ending::Cut, status: 0, stage: "answer lost", ..self }
    }

    pub(super) fn bare(status: u16) -> Self {
        Self {
            ending: Ending::Answered,
            status,
            body: String::new(),
            targets: 0,
            token: String::new(),
            code: "".into(),
            stage: "fault",
        }
    }

    pub(super) fn refused(refusal: &Refusal, stage: &'static str) -> Self {
        Self {
            status: 200,
            body: reply::error(&trace_id(), refusal).to_string(),
            code: refusal.code.0.to_string().into(),
            stage,
            ..Self::bare(200)
        }
    }
}

/// The id of one answer.
pub(super) fn trace_id() -> String {
    format!("Xcm{}", &hex(&random::<10>())[..19])
}
