//! From a code to a verdict: the steps that are the same for every vendor's table.
//!
//! Codes in `snake_case` are Posthouse's own, for what no vendor code names; vendors' codes are numbers or
//! `CamelCase` words, so the two never meet.

use model::{Pause, TargetVerdict, Verdict};

use crate::contract::{Certainty, CodeRow, Length, ProbeOutcome, Source, Unit, WireReply, truncate};

/// `ext` or `payload` does not fit, and is never cut.
pub(crate) const EXT_TOO_LONG: &str = "ext_too_long";
pub(crate) const EXPIRED: &str = "expired";
pub(crate) const BAD_TOKEN: &str = "bad_token";
pub(crate) const NOT_SUPPORTED: &str = "not_supported";
pub(crate) const SERVER_FAULT: &str = "http_5xx";
pub(crate) const UNREADABLE: &str = "unreadable_answer";

/// RFC 6585.
const TOO_MANY_REQUESTS: u16 = 429;
const CODE_MAX_CHARS: usize = 64;
const TEXT_MAX_CHARS: usize = 256;
const OURS: Source = Source { page: "Posthouse itself", certainty: Certainty::Documented };

/// English and Chinese, in this order.
pub(crate) type Words = (&'static str, &'static str);

/// No remedy is needed, or none is in the operator's hands.
pub(crate) const NOTHING: Words = ("", "");

/// A row of a vendor's table; the verdict's name comes from the verdict itself.
pub(crate) const fn row(
    source: Source,
    http_status: u16,
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    let ((en, zh), (todo_en, todo_zh)) = (meaning, todo);
    CodeRow { http_status, code, verdict: judgement.name(), judgement, en, zh, todo_en, todo_zh, source }
}

/// The row of one of our own codes, which no answer carries.
pub(crate) const fn own_row(
    code: &'static str,
    judgement: &'static Verdict,
    meaning: Words,
    todo: Words,
) -> CodeRow {
    row(OURS, 0, code, judgement, meaning, todo)
}

/// The message's lifetime was over before the request was made.
pub(crate) const EXPIRED_ROW: CodeRow = own_row(
    EXPIRED,
    &Verdict::Drop,
    ("the message's lifetime was over before the push could be sent", "推送发出之前消息已过有效期"),
    NOTHING,
);

/// The vendor token can never have come from this vendor.
pub(crate) const BAD_TOKEN_ROW: CodeRow = own_row(
    BAD_TOKEN,
    &Verdict::TokenDead { since: None },
    ("the vendor token is not of the form this vendor's tokens have", "该 token 不符合此厂商的格式"),
    ("report the token exactly as the vendor's SDK gave it", "请原样上报厂商 SDK 给出的 token"),
);

/// The vendor has no way to do what is asked.
pub(crate) const NOT_SUPPORTED_ROW: CodeRow = own_row(
    NOT_SUPPORTED,
    &Verdict::Drop,
    ("this vendor cannot carry this kind of push", "此厂商不支持这种推送"),
    NOTHING,
);

/// The vendor's server failed, and named no known code.
pub(crate) const SERVER_FAULT_ROW: CodeRow = own_row(
    SERVER_FAULT,
    &Verdict::Retry { after: None },
    ("the vendor's server has a fault of its own", "厂商服务器自身故障"),
    NOTHING,
);

/// The answer is not in the vendor's shape.
pub(crate) const UNREADABLE_ROW: CodeRow = own_row(
    UNREADABLE,
    &Verdict::Unrecognised,
    ("the vendor's answer is not of the documented shape", "厂商的应答不符合文档格式"),
    ("check that no proxy stands between this server and the vendor", "请检查服务器与厂商之间是否有代理"),
);

/// The row of a code.
pub(crate) fn find(rows: &'static [CodeRow], code: &str) -> Option<&'static CodeRow> {
    rows.iter().find(|row| row.code == code)
}

/// What the table says of a code; a code that is not in it is never guessed. A 429 says by itself what it means,
/// whoever between us and the vendor gave it.
pub(crate) fn judge(rows: &'static [CodeRow], http_status: u16, code: &str, text: &str) -> TargetVerdict {
    let verdict = match find(rows, code).map_or(Verdict::Unrecognised, |row| row.judgement.clone()) {
        Verdict::Unrecognised if http_status == TOO_MANY_REQUESTS => {
            Verdict::Limited { pause: Pause::Lane, after: None }
        }
        verdict => verdict,
    };
    TargetVerdict {
        text: clip(text, TEXT_MAX_CHARS),
        ..TargetVerdict::new(verdict, http_status, clip(code, CODE_MAX_CHARS))
    }
}

/// The verdict of one of our own codes, for a request that was never sent.
pub(crate) fn unsent(rows: &'static [CodeRow], code: &str) -> TargetVerdict {
    judge(rows, 0, code, "")
}

/// The verdict of an answer whose status alone says that the vendor's server failed.
pub(crate) fn server_fault(reply: &WireReply) -> TargetVerdict {
    TargetVerdict::new(Verdict::Retry { after: reply.retry_after() }, reply.status, SERVER_FAULT)
}

/// What an answer to a probe means, when it is judged like an answer to a push.
pub(crate) fn probe_outcome(rows: &'static [CodeRow], verdict: TargetVerdict) -> ProbeOutcome {
    let accepted = match verdict.verdict {
        Verdict::Accepted | Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_) => Some(true),
        Verdict::Misconfigured | Verdict::RenewAuth => Some(false),
        Verdict::Retry { .. } | Verdict::Limited { .. } | Verdict::Drop | Verdict::Unrecognised => None,
    };
    let row = find(rows, &verdict.code);
    let (en, zh) = match (accepted, row) {
        (Some(true), _) => ("the vendor accepts this certificate".to_owned(), "厂商接受此证书".to_owned()),
        (Some(false), Some(row)) => (row.explained_en(), row.explained_zh()),
        (_, Some(row)) => (
            format!("the answer does not tell: {}", row.explained_en()),
            format!("无法判断：{}", row.explained_zh()),
        ),
        (_, None) => (
            format!("the answer does not tell: HTTP {}, code {:?}", verdict.http_status, verdict.code),
            format!("无法判断：HTTP {}，返回码 {:?}", verdict.http_status, verdict.code),
        ),
    };
    ProbeOutcome { accepted, http_status: verdict.http_status, code: verdict.code, en, zh }
}

/// A vendor's text made fit for a log line: bounded, and without control characters.
pub(crate) fn clip(text: &str, max_chars: usize) -> String {
    let short = truncate(text, Length { max: max_chars, unit: Unit::Chars });
    short.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
