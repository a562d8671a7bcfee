//! Huawei's codes and envelopes. A code is a string; what a text says beside it is not to be relied on.

use std::borrow::Cow;

use serde::Serialize;

use crate::counter::Answer;

/// A code of the book, with its HTTP status (assumed) and a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) number: &'static str,
    status: u16,
    says: &'static str,
}

const fn code(number: &'static str, status: u16, says: &'static str) -> Code {
    Code { number, status, says }
}

impl Code {
    pub(super) const SUCCESS: Self = code("80000000", 200, "Success");
    pub(super) const PARTIAL: Self = code("80100000", 200, "Some tokens are invalid");
    pub(super) const PARAMETER: Self = code("80100001", 400, "Incorrect parameters");
    pub(super) const STRUCTURE: Self = code("80100003", 400, "Incorrect message structure");
    pub(super) const EXPIRY: Self = code("80100004", 400, "The message has expired already");
    pub(super) const COLLAPSE_KEY: Self = code("80100013", 400, "Illegal collapse_key");
    pub(super) const REVIEW: Self = code("80100018", 400, "Illegal review");
    pub(super) const REVOKED_PARTLY: Self = code("80100020", 200, "Some messages are not taken back");
    pub(super) const UNAUTHORIZED: Self = code("80200001", 401, "Authentication failed");
    pub(super) const TOKEN_EXPIRED: Self = code("80200003", 401, "The access token has expired");
    pub(super) const JWT_EXPIRED: Self = code("80200005", 401, "The JWT has expired");
    pub(super) const NOT_ALLOWED: Self = code("80300002", 400, "The app may not send messages");
    pub(super) const ALL_INVALID: Self = code("80300007", 400, "All the tokens are invalid");
    pub(super) const TOO_LONG: Self = code("80300008", 400, "The message body is too long");
    pub(super) const TOKEN_COUNT: Self = code("80300010", 400, "The number of tokens is illegal");
    pub(super) const PRIORITY: Self = code("80300011", 400, "No right to send high-priority messages");
    pub(super) const RECEIPT: Self = code("80300013", 400, "Illegal receipt configuration");
    pub(super) const SEVERAL_APPS: Self = code("80300017", 400, "The tokens are of several apps");
    pub(super) const OTHER_APP: Self = code("80300028", 400, "The token is not of this app");
    pub(super) const REVOKE: Self = code("80300032", 400, "No right to take messages back");
    pub(super) const JWT_LIFE: Self = code("80300036", 400, "The JWT is valid for too long");
    pub(super) const TOPIC_TOKENS: Self = code("82000003", 400, "The token array is empty");
    pub(super) const TOPIC: Self = code("82000007", 400, "Illegal topic");
    pub(super) const TOPICS: Self = code("82000009", 400, "Too many topics");
    pub(super) const TOPIC_SOME: Self = code("82000010", 400, "Some tokens are wrong");
    pub(super) const TOPIC_TOKEN: Self = code("82000011", 400, "The token is empty");

    const ALL: [Self; 38] = [
        Self::SUCCESS,
        Self::PARTIAL,
        Self::PARAMETER,
        Self::STRUCTURE,
        Self::EXPIRY,
        Self::COLLAPSE_KEY,
        Self::REVIEW,
        Self::REVOKED_PARTLY,
        Self::UNAUTHORIZED,
        Self::TOKEN_EXPIRED,
        Self::JWT_EXPIRED,
        Self::NOT_ALLOWED,
        Self::ALL_INVALID,
        Self::TOO_LONG,
        Self::TOKEN_COUNT,
        Self::PRIORITY,
        Self::RECEIPT,
        Self::SEVERAL_APPS,
        Self::OTHER_APP,
        Self::REVOKE,
        Self::JWT_LIFE,
        Self::TOPIC_TOKENS,
        Self::TOPIC,
        Self::TOPICS,
        Self::TOPIC_SOME,
        Self::TOPIC_TOKEN,
        code("80000001", 500, "Internal error"),
        code("80100002", 400, "A system message takes one token only"),
        code("80100016", 400, "The message holds sensitive content"),
        code("80100017", 400, "Too many topic messages under way"),
        code("80200006", 401, "The key is disabled"),
        code("80600003", 500, "The OAuth service could not be asked"),
        code("81000001", 500, "Internal error"),
        code("82000001", 400, "Topic error"),
        code("82000002", 400, "Topic error"),
        code("82000008", 400, "Topic error"),
        code("82000012", 400, "No data storage location is set"),
        code("82000013", 400, "The data storage location does not match"),
    ];

    /// The code of this number.
    pub(super) fn find(number: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.number == number)
    }

    /// A refusal with a text of its own.
    pub(super) fn because(self, says: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code: self, says: says.into() }
    }
}

/// A request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) says: Cow<'static, str>,
}

impl Refusal {
    /// The answer to it.
    pub(super) fn answer(self, request_id: &str) -> Answer {
        envelope(self.code, &self.says, request_id)
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        code.because(code.says)
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    code: &'a str,
    msg: &'a str,
    #[serde(rename = "requestId")]
    request_id: &'a str,
}

/// Who of a list was taken, as text inside `msg`. Documented.
#[derive(Serialize)]
struct Partial<'a> {
    success: usize,
    failure: usize,
    illegal_tokens: &'a [String],
}

/// An answer with a code.
pub(super) fn envelope(code: Code, msg: &str, request_id: &str) -> Answer {
    shaped(code, &Envelope { code: code.number, msg, request_id })
}

/// A success.
pub(super) fn success(request_id: &str) -> Answer {
    Refusal::from(Code::SUCCESS).answer(request_id)
}

/// What became of a list: all taken, some, or none. `partly` is the code of the middle case.
pub(super) fn of_list(taken: usize, illegal: &[String], partly: Code, request_id: &str) -> Answer {
    if illegal.is_empty() {
        return success(request_id);
    }
    if taken == 0 {
        return Refusal::from(Code::ALL_INVALID).answer(request_id);
    }
    let partial = Partial { success: taken, failure: illegal.len(), illegal_tokens: illegal };
    let text = serde_json::to_string(&partial).unwrap_or_default();
    envelope(partly, &text, request_id)
}

/// A JSON body of a shape of its own.
pub(super) fn shaped(code: Code, body: &impl Serialize) -> Answer {
    Answer {
        headers: vec![("content-type", "application/json;charset=UTF-8".to_owned())],
        body: serde_json::to_vec(body).unwrap_or_default(),
        ..Answer::bare(code.status)
    }
    .coded(code.number)
}

/// Flow control: a status alone, its body is not documented.
pub(super) fn flow_control() -> Answer {
    Answer::bare(503).coded("http:503").at("rate")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(answer: Answer) -> String {
        String::from_utf8(answer.body).unwrap()
    }

    #[test]
    fn answers_have_the_books_shape_to_the_byte() {
        assert_eq!(
            body(success("176722560012300000001")),
            r#"{"code":"80000000","msg":"Success","requestId":"176722560012300000001"}"#
        );
        let illegal = ["invented-hms-token-0003".to_owned()];
        assert_eq!(
            body(of_list(2, &illegal, Code::PARTIAL, "176722560012300000002")),
            concat!(
                r#"{"code":"80100000","msg":"{\"success\":2,\"failure\":1,"#,
                r#"\"illegal_tokens\":[\"invented-hms-token-0003\"]}","requestId":"176722560012300000002"}"#
            )
        );
        assert_eq!(
            body(of_list(0, &illegal, Code::PARTIAL, "176722560012300000003")),
            r#"{"code":"80300007","msg":"All the tokens are invalid","requestId":"176722560012300000003"}"#
        );
    }

    #[test]
    fn no_code_is_listed_twice() {
        for code in Code::ALL {
            assert_eq!(Code::ALL.iter().filter(|other| other.number == code.number).count(), 1);
        }
    }
}
