//! From an answer to verdicts. Xiaomi answers business errors with HTTP 200, so the code in the body decides.

use model::{TargetVerdict, Verdict};
use serde_json::Value;

use super::{codes, request};
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

/// Message ids are about 22 characters (observed); anything much longer is not one.
const MESSAGE_ID_MAX_CHARS: usize = 128;

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    let sent = request::tokens(job).filter(|token| request::is_token(token)).count();
    let verdict = for_targets(judge(reply), sent);
    let verdict_of = |token| if request::is_token(token) { verdict.clone() } else { request::bad_token() };
    Step::Done(request::tokens(job).map(verdict_of).collect())
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&codes::CODES, judge(reply))
}

fn judge(reply: &WireReply) -> TargetVerdict {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text =
        ["reason", "description"].iter().find_map(|field| body.get(field)?.as_str()).unwrap_or_default();
    let row_of = |code: &str| answer::judge(&codes::CODES, reply.status, code, text);
    match code_of(&body) {
        _ if reply.status >= 500 => answer::server_fault(reply),
        Some(code) if reply.status != 401 || answer::find(&codes::CODES, &code).is_some() => {
            let mut verdict = row_of(&code);
            verdict.vendor_message_id = message_id(&body).filter(|_| verdict.verdict == Verdict::Accepted);
            verdict
        }
        _ if reply.status == 401 => row_of(codes::UNAUTHORISED),
        _ if reply.status == 200 && reply.body.is_empty() => row_of(codes::EMPTY),
        _ => row_of(answer::UNREADABLE),
    }
}

/// An answer speaks of the whole list; one dead regid among others does not fail it. So a code that doubts or
/// condemns a token means that token only where it was alone, and otherwise the dead ones come as receipts.
fn for_targets(mut verdict: TargetVerdict, sent: usize) -> TargetVerdict {
    if sent > 1 && matches!(verdict.verdict, Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_)) {
        verdict.verdict = Verdict::Drop;
    }
    verdict
}

/// A number in the book; some gateways in front of the vendor make it text.
fn code_of(body: &Value) -> Option<String> {
    match body.get("code")? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn message_id(body: &Value) -> Option<String> {
    let id = body.pointer("/data/id").or_else(|| body.get("trace_id"))?.as_str()?;
    (!id.is_empty()).then(|| answer::clip(id, MESSAGE_ID_MAX_CHARS))
}
