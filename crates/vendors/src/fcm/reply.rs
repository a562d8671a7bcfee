//! From an answer to the verdict of its one target. What the answer means stands in its details, not in its status: a
//! bare 400, 403 or 404 never speaks of a token.

use model::{TargetVerdict, Verdict};
use serde_json::Value;

use super::{codes, limits};
use crate::{
    answer,
    contract::{Job, ProbeOutcome, Step, WireReply},
};

/// A message name has about 80 characters.
const NAME_MAX_CHARS: usize = 128;

pub(super) fn resume(job: &Job<'_>, reply: &WireReply) -> Step {
    Step::done_all(job.len(), &judge(reply))
}

/// A probe may also have come no further than the exchange.
pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&codes::CODES, judge(reply))
}

/// The verdict of an answer that brought no access token: it holds for everything that waits for one, so it never
/// speaks of a target.
pub(super) fn judge_exchange(reply: &WireReply) -> TargetVerdict {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let word = body["error"].as_str().unwrap_or(answer::UNREADABLE);
    let text = body["error_description"].as_str().unwrap_or_default();
    let mut verdict = answer::judge(&codes::CODES, reply.status, word, text);
    match reply.status {
        500.. => return answer::server_fault(reply),
        429 => verdict = answer::judge(&codes::CODES, 429, "RESOURCE_EXHAUSTED", text),
        _ if verdict.verdict != Verdict::Misconfigured => verdict.verdict = Verdict::Unrecognised,
        _ => {}
    }
    timed(verdict, reply)
}

fn judge(reply: &WireReply) -> TargetVerdict {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let error = &body["error"];
    if error.is_string() {
        return judge_exchange(reply);
    }
    if reply.status == 200 {
        return accepted(&body);
    }
    let text = error["message"].as_str().unwrap_or_default();
    let judged = |code: &str| answer::judge(&codes::CODES, reply.status, code, text);
    let code = code_of(reply.status, error);
    let verdict = judged(code);
    let is_known = answer::find(&codes::CODES, code).is_some();
    match (reply.status, &verdict.verdict) {
        (500.., Verdict::Retry { .. }) => timed(verdict, reply),
        (500.., _) => answer::server_fault(reply),
        (429, Verdict::Limited { .. }) if is_known => timed(verdict, reply),
        (429, _) => timed(judged("RESOURCE_EXHAUSTED"), reply),
        _ => timed(verdict, reply),
    }
}

fn accepted(body: &Value) -> TargetVerdict {
    let name = body["name"].as_str().filter(|name| !name.is_empty());
    let Some(name) = name else { return answer::judge(&codes::CODES, 200, answer::UNREADABLE, "") };
    TargetVerdict {
        vendor_message_id: Some(answer::clip(name, NAME_MAX_CHARS)),
        ..TargetVerdict::new(Verdict::Accepted, 200, "")
    }
}

fn code_of(http_status: u16, error: &Value) -> &str {
    let code = detail(error, "FcmError", "errorCode").or_else(|| detail(error, "FcmErrorCode", "errorCode"));
    let apple = detail(error, "ApnsError", "reason");
    match (code, apple.filter(|reason| codes::APPLE_TOKEN_DEAD.contains(reason))) {
        (Some("INVALID_ARGUMENT") | None, Some(reason)) => reason,
        (Some("INVALID_ARGUMENT"), None) if names_token(error) => codes::INVALID_TOKEN,
        (Some(code), _) => code,
        (None, None) => bare_code(http_status, error),
    }
}

/// The code of an answer without any of Firebase's own: it came from the servers before it. Where the body is not in
/// Google's shape the number decides, but for 400, which any proxy may answer.
fn bare_code(http_status: u16, error: &Value) -> &str {
    let reason = detail(error, "ErrorInfo", "reason").filter(|reason| codes::REASONS.contains(reason));
    let word = error["status"].as_str().filter(|word| !word.is_empty());
    let status = codes::STATUSES.iter().find(|(number, status)| {
        word.map_or(*number == http_status && http_status != 400, |word| word == *status)
    });
    // A word that is not a canonical status is shown as it came, unless that would make it a code of another kind.
    let unknown = word.filter(|word| answer::find(&codes::CODES, word).is_none());
    reason.or(status.map(|(_, status)| *status)).or(unknown).unwrap_or(answer::UNREADABLE)
}

/// Whether an `INVALID_ARGUMENT` means the token and not, say, the size or the package name, which have the same code.
fn names_token(error: &Value) -> bool {
    let mut violated = details(error, "BadRequest")
        .flat_map(|request| request["fieldViolations"].as_array().into_iter().flatten())
        .filter_map(|violation| violation["field"].as_str())
        .peekable();
    if violated.peek().is_some() {
        return violated.any(|field| matches!(field, "message.token" | "message.fid"));
    }
    let text = error["message"].as_str().unwrap_or_default().to_ascii_lowercase();
    text.contains("registration token")
}

/// A member of the first detail of a kind, the kind being the last part of its type.
fn detail<'a>(error: &'a Value, kind: &str, member: &str) -> Option<&'a str> {
    details(error, kind).find_map(|detail| detail[member].as_str())
}

fn details<'a>(error: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    let of_kind = move |detail: &&Value| {
        let name = detail["@type"].as_str().and_then(|name| name.rsplit('.').next());
        name == Some(kind)
    };
    error["details"].as_array().into_iter().flatten().filter(of_kind)
}

/// How long Google asks to wait; after 429 never less than its guide says where the answer is silent.
fn timed(mut judged: TargetVerdict, reply: &WireReply) -> TargetVerdict {
    match &mut judged.verdict {
        Verdict::Retry { after } => *after = reply.retry_after(),
        Verdict::Limited { after, .. } => *after = Some(reply.retry_after().unwrap_or(limits::PAUSE)),
        _ => {}
    }
    judged
}
