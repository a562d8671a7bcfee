//! An answer, with what the log says of it.

use std::borrow::Cow;

use serde_json::Value;

use crate::{faults::http_status, log::shorten};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) ending: Ending,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) logged: Logged,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Answered,
    /// The answer comes a byte at a time, with this wait before each, in milliseconds.
    Dripping(u32),
    /// The connection is cut in the middle of the answer.
    Half,
    Cut,
    Silent,
}

/// What the request log says of a request.
#[derive(Debug, Default)]
pub(crate) struct Logged {
    /// The asked path in the book's words, without ids and tokens; empty: not one of the book's.
    pub(crate) path: &'static str,
    /// How many targets it had.
    pub(crate) targets: usize,
    /// The first target's token, shortened.
    pub(crate) token: String,
    /// The vendor's own code or reason; empty for a success that has none.
    pub(crate) code: Cow<'static, str>,
    /// Which check or fault decided; empty stands for `answered`.
    pub(crate) stage: &'static str,
}

impl Answer {
    /// A status alone.
    pub(crate) fn bare(status: u16) -> Self {
        Self {
            ending: Ending::Answered,
            status,
            headers: Vec::new(),
            body: Vec::new(),
            logged: Logged::default(),
        }
    }

    /// A JSON answer, of the media type most vendors give.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
        Self { headers, body: body.to_string().into_bytes(), ..Self::bare(status) }
    }

    /// No answer at all.
    pub(crate) fn silent() -> Self {
        Self { ending: Ending::Silent, ..Self::bare(0) }.at("fault")
    }

    /// The connection is cut instead.
    pub(crate) fn cut() -> Self {
        Self { ending: Ending::Cut, ..Self::bare(0) }.at("fault")
    }

    /// The answer to a code such as `http:503`, where it is one.
    pub(crate) fn of_status_code(code: &str) -> Option<Self> {
        http_status(code).map(|status| Self::bare(status).at("fault"))
    }

    /// The same, with the vendor's code in the log.
    #[must_use]
    pub(crate) fn coded(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.logged.code = code.into();
        self
    }

    /// The same, with what decided in the log.
    #[must_use]
    pub(crate) const fn at(mut self, stage: &'static str) -> Self {
        self.logged.stage = stage;
        self
    }

    /// The same, with the book's name of the path in the log.
    #[must_use]
    pub(crate) const fn on(mut self, path: &'static str) -> Self {
        self.logged.path = path;
        self
    }

    /// The same, with its targets in the log.
    #[must_use]
    pub(crate) fn to(mut self, targets: usize, first: &str) -> Self {
        self.logged.targets = targets;
        self.logged.token = shorten(first);
        self
    }
}
