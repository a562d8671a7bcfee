//! From an answer to verdicts. The code in the body decides, beside it two lists name single tokens; where the body has
//! no code the HTTP status stands in.

use std::collections::HashSet;

use model::{TargetVerdict, Verdict};
use serde_json::Value;

use super::{
    codes::{self, CODES},
    request,
};
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

/// Request ids are about 16 characters (observed); anything much longer is not one.
const REQUEST_ID_MAX_CHARS: usize = 128;

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    let judged = judge(reply);
    let Job::Notify { targets, .. } = *job else {
        return Step::done_all(job.len(), &judged);
    };
    let body = body_of(reply);
    // Under any other code a list only repeats whom the call was for.
    let lists_speak = matches!(judged.verdict, Verdict::Accepted | Verdict::TokenDoubtful(_));
    let named = |list: &str| if lists_speak { tokens_of(&body, list) } else { HashSet::new() };
    let (lapsed, failed) = (named(codes::LAPSED), named(codes::FAILED));
    let sent = targets.iter().filter(|target| request::is_token(&target.token)).count();
    let others = for_unnamed(judged, sent);
    let verdict_of = |token: &str| {
        let code = match token {
            _ if !request::is_token(token) => return request::bad_token(),
            _ if lapsed.contains(token) => codes::LAPSED,
            _ if failed.contains(token) => codes::FAILED,
            _ => return others.clone(),
        };
        let own = answer::judge(&CODES, reply.status, code, &others.text);
        TargetVerdict { vendor_message_id: request_id(&body), ..own }
    };
    Step::Done(targets.iter().map(|target| verdict_of(&target.token)).collect())
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&CODES, judge(reply))
}

/// What an answer says as a whole, be it to a push or to the exchange for an access token.
pub(super) fn judge(reply: &WireReply) -> TargetVerdict {
    let body = body_of(reply);
    let text =
        ["message", "error_description"].iter().find_map(|name| body.get(name)?.as_str()).unwrap_or_default();
    let mut judged = match code_of(&body, reply.status) {
        Some(code) => answer::judge(&CODES, reply.status, &code, text),
        None if reply.status >= 500 => return answer::server_fault(reply),
        None => answer::judge(&CODES, reply.status, answer::UNREADABLE, text),
    };
    match &mut judged.verdict {
        Verdict::Accepted => judged.vendor_message_id = request_id(&body),
        Verdict::Retry { after } | Verdict::Limited { after, .. } => *after = reply.retry_after(),
        _ => {}
    }
    judged
}

/// The body's code; the HTTP status where there is none, and where a code that is not in the book comes with a status
/// whose meaning no code changes. Success is believed under HTTP 200 only.
fn code_of(body: &Value, status: u16) -> Option<String> {
    let own = body
        .get("code")
        .and_then(text_of)
        .or_else(|| body.get("error").and_then(text_of))
        .filter(|code| status == 200 || !is_success(code));
    let speaks_for_itself = matches!(status, 401 | 403 | 429 | 500..);
    let unknown = own.as_deref().is_none_or(|code| answer::find(&CODES, code).is_none());
    if unknown && (own.is_none() || speaks_for_itself) {
        let of_status = status.to_string();
        return (status != 200 && answer::find(&CODES, &of_status).is_some()).then_some(of_status);
    }
    own
}

fn is_success(code: &str) -> bool {
    [codes::SUCCESS, codes::SUCCESS_LIKE_HUAWEI, codes::PARTIAL].contains(&code)
}

/// What the answer means to the tokens that no list names. One of several cannot be blamed for all; and a part that
/// failed, out of one, is that one.
fn for_unnamed(judged: TargetVerdict, sent: usize) -> TargetVerdict {
    let verdict = match (&judged.verdict, sent) {
        (Verdict::TokenDoubtful(_), 2..) => Verdict::Drop,
        (Verdict::Accepted, 1) if judged.code == codes::PARTIAL => {
            return TargetVerdict {
                vendor_message_id: judged.vendor_message_id,
                ..answer::judge(&CODES, judged.http_status, codes::FAILED, &judged.text)
            };
        }
        _ => return judged,
    };
    TargetVerdict { verdict, ..judged }
}

fn body_of(reply: &WireReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

fn tokens_of<'a>(body: &'a Value, list: &str) -> HashSet<&'a str> {
    let tokens = body.get("data").and_then(|data| data.get(list)).and_then(Value::as_array);
    tokens.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn request_id(body: &Value) -> Option<String> {
    let id = text_of(body.pointer("/data/requestId")?)?;
    Some(answer::clip(&id, REQUEST_ID_MAX_CHARS))
}

/// A number, also where it comes as text.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A text, also where it comes as a number.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}
