//! Answers: codes, their HTTP statuses, and the envelope.
//!
//! Codes, shapes and camelCase names: the vendor's response page, documented. The page lists statuses without saying
//! which code has which: the map in [`Code::status`] is assumed.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::json;

use crate::counter::Answer;

/// A code of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) u32);

impl Code {
    pub(super) const SUCCESS: Self = Self(80_000_000);
    pub(super) const PARTIAL: Self = Self(80_100_000);
    pub(super) const PARAMETER: Self = Self(80_100_001);
    pub(super) const STRUCTURE: Self = Self(80_100_003);
    pub(super) const EXPIRY: Self = Self(80_100_004);
    /// A recall that some tokens did not take.
    pub(super) const RECALL_PARTIAL: Self = Self(80_100_020);
    pub(super) const IMAGE: Self = Self(80_100_022);
    pub(super) const AUTH: Self = Self(80_200_001);
    pub(super) const EXPIRED: Self = Self(80_200_005);
    pub(super) const KEY_DISABLED: Self = Self(80_200_006);
    pub(super) const FORBIDDEN: Self = Self(80_300_002);
    pub(super) const NO_TARGET: Self = Self(80_300_007);
    pub(super) const TOO_LONG: Self = Self(80_300_008);
    pub(super) const COUNT: Self = Self(80_300_010);
    pub(super) const RECALL_SEVERAL_APPS: Self = Self(80_300_017);
    pub(super) const RECALL_OTHER_APP: Self = Self(80_300_028);
    pub(super) const TEST_TOO_FAST: Self = Self(80_300_029);
    pub(super) const TEST_COUNT: Self = Self(80_300_030);
    pub(super) const RECALL_INCOMPLETE: Self = Self(80_300_032);
    pub(super) const LIFE: Self = Self(80_300_036);
    pub(super) const PENALTY: Self = Self(80_300_037);

    /// A refusal with this code.
    pub(super) fn because(self, text: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::Coded(self, text.into())
    }

    /// The HTTP status beside it (assumed).
    const fn status(self) -> u16 {
        match (self, self.0 / 100_000) {
            (Self::SUCCESS | Self::PARTIAL | Self::RECALL_PARTIAL, _) => 200,
            (_, 802) => 401,
            (_, 801 | 803) => 400,
            _ => 500,
        }
    }
}

/// Codes by which a whole request can be refused, with the words beside them (assumed where the book shows none).
const BOOK: &[(u32, &str)] = &[
    (80_000_001, "Internal error"),
    (80_100_001, "Incorrect parameters"),
    (80_100_003, "Illegal payload"),
    (80_100_004, "Illegal expiry time"),
    (80_100_020, "Some tokens are invalid"),
    (80_100_022, "The image is not verified"),
    (80_200_001, "Authentication failed"),
    (80_200_005, "The token has expired"),
    (80_200_006, "The key is disabled"),
    (80_300_002, "The app is not allowed to send push messages"),
    (80_300_007, "All the tokens are invalid"),
    (80_300_008, "The message body exceeds 4096 bytes"),
    (80_300_010, "The number of tokens is out of range"),
    (80_300_013, "The receipt URL is wrong"),
    (80_300_017, "The tokens belong to several apps"),
    (80_300_028, "The token does not belong to the app of this client id"),
    (80_300_029, "Test messages are sent too fast"),
    (80_300_030, "Too many tokens for a test message"),
    (80_300_032, "No right to recall"),
    (80_300_036, "The token lives longer than one day"),
    (80_300_037, "The app is under penalty"),
    (81_000_001, "Internal error"),
];

/// The code that a text names, where the book has it.
pub(super) fn code_of(text: &str) -> Option<Code> {
    let number = text.parse().ok()?;
    BOOK.iter().any(|(code, _)| *code == number).then_some(Code(number))
}

/// The words beside a code.
pub(super) fn words(code: Code) -> &'static str {
    BOOK.iter().find_map(|(own, words)| (*own == code.0).then_some(*words)).unwrap_or_default()
}

/// Why a request is refused, or gets no ordinary answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// With a code of the book.
    Coded(Code, Cow<'static, str>),
    /// With an HTTP status alone: 503 for sending too fast, of which the book shows no body.
    Bare(u16),
    /// Not at all.
    Silent,
    /// By cutting the connection.
    Cut,
}

/// An answer in the vendor's envelope.
pub(super) fn envelope(code: Code, msg: &str, request_id: &str) -> Answer {
    let body = json!({ "code": code.0.to_string(), "msg": msg, "requestId": request_id });
    let answer = Answer::json(code.status(), &body);
    if code == Code::SUCCESS { answer } else { answer.coded(code.0.to_string()) }
}

/// A refusal as an answer.
pub(super) fn refused(refusal: Refusal, request_id: &str) -> Answer {
    match refusal {
        Refusal::Coded(code, text) => envelope(code, &text, request_id).at("refused"),
        Refusal::Bare(status) => Answer::bare(status).at("refused"),
        Refusal::Silent => Answer::silent(),
        Refusal::Cut => Answer::cut(),
    }
}

/// Tokens that were not taken, by reason.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct IllegalTokens<'a>(BTreeMap<&'static str, Vec<&'a str>>);

impl<'a> IllegalTokens<'a> {
    pub(super) fn add(&mut self, reason: &'static str, token: &'a str) {
        self.0.entry(reason).or_default().push(token);
    }

    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// The answer to a request of so many targets; `partial` is the code where some were taken. The text in `msg` has
    /// its members in the order that the book shows.
    pub(super) fn answer(&self, targets: usize, partial: Code, request_id: &str) -> Answer {
        let failure = self.count();
        let success = targets.saturating_sub(failure);
        let illegal = json!(self.0);
        match (success, failure) {
            (_, 0) => envelope(Code::SUCCESS, "Success", request_id).at("accepted"),
            (0, _) => {
                let msg = format!(r#"{{"failure":{failure},"illegalTokens":{illegal}}}"#);
                envelope(Code::NO_TARGET, &msg, request_id).at("targets")
            }
            _ => {
                let msg = format!(r#"{{"illegalTokens":{illegal},"success":{success},"failure":{failure}}}"#);
                envelope(partial, &msg, request_id).at("accepted in part")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: &Answer) -> &str {
        std::str::from_utf8(&answer.body).unwrap()
    }

    #[test]
    fn a_partial_failure_is_text_inside_text_grouped_by_reason() {
        let mut illegal = IllegalTokens::default();
        illegal.add("tokenFormatError", "invented-hmos-token-0002");
        let answer = illegal.answer(2, Code::PARTIAL, "176722560012300000012");
        assert_eq!(answer.status, 200);
        assert_eq!(
            text(&answer),
            r#"{"code":"80100000","msg":"{\"illegalTokens\":{\"tokenFormatError\":[\"invented-hmos-token-0002\"]},\"success\":1,\"failure\":1}","requestId":"176722560012300000012"}"#
        );
    }

    #[test]
    fn where_no_target_is_left_there_is_no_success_to_count() {
        let mut illegal = IllegalTokens::default();
        illegal.add("noRight", "invented-hmos-token-0003");
        let answer = illegal.answer(1, Code::PARTIAL, "176722560012300000013");
        assert_eq!(answer.status, 400);
        assert_eq!(
            text(&answer),
            r#"{"code":"80300007","msg":"{\"failure\":1,\"illegalTokens\":{\"noRight\":[\"invented-hmos-token-0003\"]}}","requestId":"176722560012300000013"}"#
        );
    }

    #[test]
    fn statuses_follow_the_family_of_the_code() {
        let status = |code: u32| Code(code).status();
        assert_eq!([80_000_000, 80_100_000, 80_100_020].map(status), [200; 3]);
        assert_eq!([80_200_001, 80_200_005].map(status), [401; 2]);
        assert_eq!([80_100_003, 80_300_007, 80_300_037].map(status), [400; 3]);
        assert_eq!([80_000_001, 81_000_001].map(status), [500; 2]);
    }
}
