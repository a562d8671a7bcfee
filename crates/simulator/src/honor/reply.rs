//! Honor's answers to a send call: codes and the envelope.
//!
//! The shape is that of four independent decoders (observed); `code` is an integer. Which codes there are besides 200
//! is reported by single sources.

use std::borrow::Cow;

use serde::Serialize;

use crate::counter::Answer;

/// A code of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) u32);

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) message: Cow<'static, str>,
}

impl Code {
    pub(super) const OK: Self = Self(200);
    pub(super) const PARAMETER: Self = Self(400);
    pub(super) const AUTH: Self = Self(401);
    pub(super) const FORBIDDEN: Self = Self(403);
    pub(super) const METHOD: Self = Self(405);
    pub(super) const TOO_MUCH: Self = Self(429);
    pub(super) const PARTIAL: Self = Self(80_100_000);

    /// A refusal with this code.
    pub(super) fn because(self, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code: self, message: message.into() }
    }

    /// The HTTP status it comes with. Assumed: a code that is a status is one.
    fn status(self) -> u16 {
        u16::try_from(self.0).ok().filter(|status| (400..600).contains(status)).unwrap_or(200)
    }
}

/// Every code that has been reported, with a text whose wording is nobody's contract.
const BOOK: &[(u32, &str)] = &[
    (400, "parameter error"),
    (401, "authentication failed"),
    (403, "access token is invalid"),
    (404, "not found"),
    (405, "method not allowed"),
    (429, "too many requests"),
    (500, "internal error"),
    (502, "bad gateway"),
    (503, "service unavailable"),
    (504, "gateway timeout"),
    (80_100_000, "partial success"),
    (80_100_001, "parameter error"),
    (80_100_003, "message structure error"),
    (80_200_001, "authentication failed"),
    (80_200_003, "access token expired"),
    (80_300_002, "no permission"),
    (80_300_007, "all tokens are invalid"),
    (80_300_008, "message too long"),
    (80_300_010, "too many tokens"),
    (81_000_001, "internal error"),
];

/// A code that has been reported, written as a number.
pub(super) fn parse_code(text: &str) -> Option<Code> {
    let code = text.parse().ok()?;
    BOOK.iter().any(|(own, _)| *own == code).then_some(Code(code))
}

/// The refusal with a code, for faults on demand.
pub(super) fn on_demand(code: Code) -> Refusal {
    let message = BOOK.iter().find_map(|(own, text)| (*own == code.0).then_some(*text));
    code.because(message.unwrap_or("on demand"))
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: u32,
    message: &'a str,
    data: Option<Sent<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    send_result: bool,
    request_id: &'a str,
    fail_tokens: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_tokens: Option<&'a [String]>,
}

/// What became of the targets of a request.
#[derive(Debug, Default)]
pub(super) struct Fates {
    pub(super) accepted: usize,
    /// Tokens for which sending failed.
    pub(super) failed: Vec<String>,
    /// Tokens that are no longer valid.
    pub(super) lapsed: Vec<String>,
    /// Failures are told as a partial success, with its own code.
    pub(super) as_partial: bool,
}

/// The answer of a request that was taken.
pub(super) fn taken(request_id: &str, mut fates: Fates) -> Answer {
    let any_bad = !fates.failed.is_empty() || !fates.lapsed.is_empty();
    let envelope = if fates.as_partial && any_bad {
        fates.failed.append(&mut fates.lapsed);
        let sent = Sent { send_result: false, request_id, fail_tokens: &fates.failed, expire_tokens: None };
        Envelope { code: Code::PARTIAL.0, message: "partial success", data: Some(sent) }
    } else {
        let sent = Sent {
            send_result: fates.accepted > 0,
            request_id,
            fail_tokens: &fates.failed,
            expire_tokens: Some(&fates.lapsed),
        };
        Envelope { code: Code::OK.0, message: "success", data: Some(sent) }
    };
    answer(&envelope)
}

/// The answer of a partial success of which nothing succeeded.
pub(super) fn nothing_sent(failed: Vec<String>) -> Answer {
    taken("", Fates { failed, as_partial: true, ..Fates::default() })
}

/// The answer of a request that was refused.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    answer(&Envelope { code: refusal.code.0, message: &refusal.message, data: None })
}

fn answer(envelope: &Envelope<'_>) -> Answer {
    ordered_json(Code(envelope.code).status(), envelope).coded(envelope.code.to_string())
}

/// A JSON answer whose members come in the order of the book.
pub(super) fn ordered_json(status: u16, body: &impl Serialize) -> Answer {
    let headers = vec![("content-type", "application/json;charset=UTF-8".to_owned())];
    let body = serde_json::to_vec(body).unwrap_or_default();
    Answer { headers, body, ..Answer::bare(status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: Answer) -> (u16, String) {
        (answer.status, String::from_utf8(answer.body).unwrap())
    }

    #[test]
    fn answers_have_the_members_of_the_book_in_its_order() {
        let fates = || Fates {
            accepted: 1,
            failed: vec!["bad".to_owned()],
            lapsed: vec!["old".to_owned()],
            as_partial: false,
        };
        let whole = r#"{"code":200,"message":"success","data":{"sendResult":true,"requestId":"r","failTokens":["bad"],"expireTokens":["old"]}}"#;
        assert_eq!(text(taken("r", fates())), (200, whole.to_owned()));
        let partial = r#"{"code":80100000,"message":"partial success","data":{"sendResult":false,"requestId":"r","failTokens":["bad","old"]}}"#;
        assert_eq!(text(taken("r", Fates { as_partial: true, ..fates() })), (200, partial.to_owned()));
        let refusal = r#"{"code":403,"message":"access token is invalid","data":null}"#;
        assert_eq!(text(refused(&on_demand(Code::FORBIDDEN))), (403, refusal.to_owned()));
    }
}
