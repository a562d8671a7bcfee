//! From an answer to verdicts. The code in the body decides, whatever the status; a partial success names its illegal
//! tokens in JSON text inside `msg`.

use std::collections::HashSet;

use model::{Doubt, TargetVerdict, Verdict};
use serde_json::Value;

use super::{auth, codes, limits, request};
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    let answer = Answer::of(reply);
    let mut verdict = judge(reply, &answer);
    if request::sendable(job).len() > 1 && matches!(verdict.verdict, Verdict::TokenDead { .. }) {
        // That no token of a list is valid may also mean that the certificate is another app's.
        verdict.verdict = Verdict::TokenDoubtful(Doubt::SecondInRow);
    }
    let illegal = answer.illegal_tokens();
    let verdict_of = |token: &str| {
        if !request::is_token(token) {
            answer::unsent(&codes::CODES, answer::BAD_TOKEN)
        } else if illegal.contains(token) {
            answer::judge(&codes::CODES, reply.status, codes::ILLEGAL_TOKEN, "")
        } else {
            verdict.clone()
        }
    };
    Step::Done(request::tokens(job).into_iter().map(verdict_of).collect())
}

/// The answer to a probe, or the refusal of the exchange before it, which has `error` in the place of `code`.
pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let verdict = match body.get("error") {
        Some(_) => auth::refusal(reply, &body),
        None => judge(reply, &Answer::of(reply)),
    };
    answer::probe_outcome(&codes::CODES, verdict)
}

/// The three members of every answer.
struct Answer {
    code: Option<String>,
    msg: String,
    request_id: Option<String>,
}

impl Answer {
    fn of(reply: &WireReply) -> Self {
        let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let text = |name| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        Self {
            // A text in the book; a gateway may make it a number (assumed).
            code: text("code").map(str::to_owned).or_else(|| Some(number(body.get("code"))?.to_string())),
            msg: text("msg").unwrap_or_default().to_owned(),
            request_id: text("requestId").map(|id| answer::clip(id, limits::REQUEST_ID_MAX_CHARS)),
        }
    }

    /// The vendor's words; JSON is left out, because it lists tokens.
    fn words(&self) -> &str {
        if self.msg.trim_start().starts_with(['{', '[']) { "" } else { &self.msg }
    }

    /// The tokens a partial success names. Where its text cannot be read, the push went out all the same.
    fn illegal_tokens(&self) -> HashSet<String> {
        let text = if self.code.as_deref() == Some(codes::PARTIAL) { &self.msg } else { "" };
        let told: Value = serde_json::from_str(text).unwrap_or_default();
        let list = told.get("illegal_tokens").and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

fn judge(reply: &WireReply, answer: &Answer) -> TargetVerdict {
    let mut verdict = judge_code(reply, answer.code.as_deref(), answer.words());
    verdict.vendor_message_id = answer.request_id.clone().filter(|_| verdict.verdict == Verdict::Accepted);
    verdict
}

/// A known code decides, else a telling status, else it stays open.
pub(super) fn judge_code(reply: &WireReply, code: Option<&str>, words: &str) -> TargetVerdict {
    let row_of = |code| answer::judge(&codes::CODES, reply.status, code, words);
    let mut verdict = match (code, codes::of_status(reply.status)) {
        (Some(code), _) if answer::find(&codes::CODES, code).is_some() => row_of(code),
        (_, Some(of_status)) => row_of(of_status),
        _ if reply.status >= 500 => answer::server_fault(reply),
        (code, None) => row_of(code.unwrap_or(answer::UNREADABLE)),
    };
    if let Verdict::Retry { after } | Verdict::Limited { after, .. } = &mut verdict.verdict {
        *after = reply.retry_after();
    }
    verdict
}

/// A number, also where it comes as text.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    value?.as_i64().or_else(|| value?.as_str()?.trim().parse().ok())
}
