//! Xiaomi's answers: codes and the envelope. Business errors come with HTTP 200.
//!
//! Codes and shapes: Xiaomi's error code and message pages, documented. Where the book names several codes for one
//! fault, the choice is ours (assumed) and said at the code.

use serde_json::{Value, json};

use crate::{
    counter::Answer,
    log::shorten,
    shared::{hex, random},
};

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) reason: String,
}

/// A code of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(pub(super) i32);

impl Code {
    pub(super) const MIME: Self = Self(10007);
    pub(super) const MISSING: Self = Self(10016);
    pub(super) const ILLEGAL: Self = Self(10017);
    pub(super) const REQUEST_TOO_LONG: Self = Self(10018);
    pub(super) const PATH: Self = Self(10020);
    pub(super) const METHOD: Self = Self(10021);
    pub(super) const ILLEGAL_DEVICE: Self = Self(10029);
    /// For a data message: switched off for third parties since 2022-09-12. The code is assumed.
    pub(super) const FORBIDDEN: Self = Self(10036);
    /// For the query of amounts more than once a second. The code is assumed.
    pub(super) const QUERY_TOO_OFTEN: Self = Self(10024);
    pub(super) const CALLBACK_URL: Self = Self(10025);
    pub(super) const NO_TARGET: Self = Self(20301);
    pub(super) const AUTH: Self = Self(21301);
    pub(super) const SECRET: Self = Self(22008);
    pub(super) const PACKAGE: Self = Self(22022);
    /// For a title or text that is blank or too long. The code is assumed.
    pub(super) const FORMAT: Self = Self(22100);
    pub(super) const NOTIFY_ID: Self = Self(22103);
    pub(super) const CHANNEL: Self = Self(27001);
    /// For a payload of 4 KB or more. The code is assumed.
    pub(super) const MESSAGE_TOO_LONG: Self = Self(65009);
    /// For a topic that is too long or blank.
    pub(super) const TOPIC: Self = Self(65010);
    pub(super) const PAIRS: Self = Self(65014);
    pub(super) const PAIRS_TOO_LONG: Self = Self(65015);
    pub(super) const UNKNOWN_MESSAGE: Self = Self(65028);
    pub(super) const TOO_MANY_TOPICS: Self = Self(65035);
    pub(super) const CALLBACK_PARAM: Self = Self(65036);
    pub(super) const CALLBACK_URL_LONG: Self = Self(65037);
    pub(super) const QUOTA: Self = Self(200_001);
    pub(super) const TOO_FAST: Self = Self(200_002);

    /// A refusal with this code.
    pub(super) fn because(self, reason: impl Into<String>) -> Refusal {
        Refusal { code: self, reason: reason.into() }
    }
}

/// Every code in the book, for faults on demand.
const BOOK: &[i32] = &[
    -1, 100, 10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008, 10009, 10010, 10011, 10012, 10013,
    10014, 10016, 10017, 10018, 10020, 10021, 10022, 10023, 10024, 10025, 10026, 10027, 10028, 10029, 10030,
    10031, 10032, 10034, 10035, 10036, 10037, 10039, 20209, 20215, 20216, 20301, 20607, 21301, 21302, 21303,
    21305, 22000, 22001, 22002, 22003, 22004, 22005, 22006, 22007, 22008, 22020, 22021, 22022, 22100, 22101,
    22102, 22103, 26003, 26004, 26006, 27001, 65003, 65006, 65007, 65008, 65009, 65010, 65011, 65012, 65013,
    65014, 65015, 65016, 65017, 65028, 65035, 65036, 65037, 65038, 66108, 200_001, 200_002,
];

/// A code of the book, written as a number.
pub(super) fn parse_code(text: &str) -> Option<Code> {
    let code = text.parse().ok()?;
    BOOK.contains(&code).then_some(Code(code))
}

/// What a request comes to, before the envelope.
pub(super) struct Outcome {
    /// The envelope's `data`.
    pub(super) payload: Value,
    pub(super) info: String,
    /// The envelope's `reason`, which one answer tells its result in.
    pub(super) reason: Option<String>,
    pub(super) targets: usize,
    /// The first target, shortened.
    pub(super) token: String,
    pub(super) stage: &'static str,
}

impl Outcome {
    pub(super) fn of(payload: Value) -> Self {
        Self {
            payload,
            info: String::new(),
            reason: None,
            targets: 0,
            token: String::new(),
            stage: "answered",
        }
    }

    /// The same with its targets in the log.
    #[must_use]
    pub(super) fn to(mut self, targets: usize, first: &str) -> Self {
        self.targets = targets;
        self.token = shorten(first);
        self
    }

    /// The same with what was done in the log.
    #[must_use]
    pub(super) const fn at(mut self, stage: &'static str) -> Self {
        self.stage = stage;
        self
    }

    /// The envelope of a success.
    pub(super) fn answer(self) -> Answer {
        let mut body = json!({
            "result": "ok", "trace_id": trace_id(), "code": 0, "data": self.payload, "description": "成功", "info": self.info,
        });
        if let Some(reason) = self.reason {
            body["reason"] = reason.into();
        }
        let mut answer = Answer::json(200, &body).coded("0").at(self.stage);
        answer.logged.targets = self.targets;
        answer.logged.token = self.token;
        answer
    }
}

/// Why a request does not come to an outcome.
pub(super) enum Stop {
    Refused(Refusal),
    /// A special target asked for this answer.
    Special(Box<Answer>),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The envelope of an error.
pub(super) fn refused(refusal: &Refusal) -> Answer {
    let body = json!({
        "result": "error",
        "reason": refusal.reason,
        "trace_id": trace_id(),
        "code": refusal.code.0,
        "description": describe(refusal.code),
    });
    Answer::json(200, &body).coded(refusal.code.0.to_string())
}

/// The answer to a word such as `10002` or `http:503`; one that is neither is a bare 500.
pub(super) fn on_demand(word: &str) -> Answer {
    let answer = Answer::of_status_code(word)
        .or_else(|| parse_code(word).map(|code| refused(&code.because("on demand"))))
        .unwrap_or_else(|| Answer::bare(500));
    answer.at("fault")
}

/// The id of one answer.
fn trace_id() -> String {
    format!("Xcm{}", &hex(&random::<10>())[..19])
}

/// The Chinese sentence of an error. Its wording is nobody's contract.
const fn describe(code: Code) -> &'static str {
    match code {
        Code::AUTH | Code::SECRET => "认证失败",
        Code::PACKAGE => "包名不匹配",
        Code::QUOTA => "当日配额已用完",
        Code::TOO_FAST => "发送过于频繁",
        Code::CHANNEL => "通知类别不可用",
        Code::MISSING => "缺少必选参数",
        Code::ILLEGAL => "参数值非法",
        _ => "发送消息失败",
    }
}
