//! From an HTTP answer to an answer as data, and what it means that none came.

use http::response::Parts;
use vendors::WireReply;

use crate::own_codes;

/// Largest answer body that is kept; the rest is not read. Most answers have a few hundred bytes, but some vendors'
/// name every target of a list again: OPPO's a thousand, each with token and message id.
pub(super) const BODY_MAX_BYTES: usize = 1024 * 1024;

/// No answer came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The vendor has certainly not begun it: it may be sent again freely.
    Unsent,
    /// The vendor may or may not have taken it.
    Unknown {
        /// One of Posthouse's own codes.
        code: &'static str,
        /// What the connection said.
        text: String,
    },
    /// The request cannot be put into HTTP at all.
    Unsendable,
}

impl Lost {
    pub(super) fn broken(error: &impl std::fmt::Display) -> Self {
        Self::Unknown { code: own_codes::CONNECTION_LOST, text: error.to_string() }
    }

    pub(super) const fn timeout() -> Self {
        Self::Unknown { code: own_codes::ANSWER_TIMEOUT, text: String::new() }
    }
}

/// Puts head and body together. Header values that are not text are left out: no vendor sends any.
pub(super) fn wire_reply(head: &Parts, body: Vec<u8>) -> WireReply {
    let headers = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    WireReply { status: head.status.as_u16(), headers, body }
}

/// Adds a chunk as far as there is room; whether more may follow.
pub(super) fn gather(body: &mut Vec<u8>, chunk: &[u8]) -> bool {
    let room = BODY_MAX_BYTES - body.len();
    body.extend_from_slice(&chunk[..chunk.len().min(room)]);
    body.len() < BODY_MAX_BYTES
}
