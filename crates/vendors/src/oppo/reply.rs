//! From an answer to verdicts. OPPO answers business errors with HTTP 200, so the code in the body decides; the code 0
//! of a list says nothing of its entries, which have codes of their own.

use std::{collections::HashMap, time::Duration};

use model::{Class, Pause, TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{
    codes::{self, CODES},
    config::Config,
    limits, request,
};
use crate::{
    answer,
    contract::{Content, Job, ProbeOutcome, Step, WireReply},
};

pub(super) fn resume(config: &Config, job: &Job<'_>, reply: &WireReply) -> Step {
    let body = body_of(reply);
    let overall = judge(reply, &body);
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &overall);
    };
    let sent = request::sendable(targets).count();
    let listed = sent > 1 && overall.code == "0";
    let entries = entries_of(&body);
    let verdicts = targets.iter().map(|target| {
        let regid = &*target.token;
        let mut judged = match entries.get(regid) {
            _ if !request::is_token(regid) => return answer::unsent(&CODES, answer::BAD_TOKEN),
            _ if !listed => overall.clone(),
            Some(entry) => judge_entry(reply, entry),
            None => answer::judge(&CODES, reply.status, codes::ENTRY_MISSING, ""),
        };
        match judged.verdict {
            Verdict::TokenDead { .. } | Verdict::TokenDoubtful(_) => {
                against_token(config, content, regid, listed || sent == 1, &mut judged);
            }
            // It may be this phone's amount alone (assumed), and marketing's leaves the other classes theirs.
            Verdict::Limited { pause: Pause::DailyAmount, .. }
                if listed || content.class == Class::Marketing =>
            {
                let after = Some(until_next_day(now));
                judged.verdict = Verdict::Limited { pause: Pause::Target, after };
            }
            _ => {}
        }
        judged
    });
    Step::Done(verdicts.collect())
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&CODES, judge(reply, &body_of(reply)))
}

/// An answer's JSON; some clients met it wrapped in a JSON text once more (observed).
pub(super) fn body_of(reply: &WireReply) -> Value {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    match body.as_str() {
        Some(wrapped) => serde_json::from_str(wrapped).unwrap_or_default(),
        None => body,
    }
}

/// The verdict of the answer as a whole.
pub(super) fn judge(reply: &WireReply, body: &Value) -> TargetVerdict {
    let code = match number(body.get("code")) {
        _ if reply.status >= 500 => return answer::server_fault(reply),
        Some(code) => code.to_string(),
        None if reply.status == 429 => codes::TOO_MANY.to_owned(),
        None => answer::UNREADABLE.to_owned(),
    };
    judge_code(reply, &code, text_of(body, "message"), body.get("data"))
}

/// A list's answer by regid.
fn entries_of(body: &Value) -> HashMap<&str, &Value> {
    let entries = body.get("data").and_then(Value::as_array).into_iter().flatten();
    entries.map(|entry| (text_of(entry, "registrationId"), entry)).collect()
}

/// The verdict of one entry; one without an error was taken.
fn judge_entry(reply: &WireReply, entry: &Value) -> TargetVerdict {
    let error = entry.get("errorCode").filter(|error| !error.is_null());
    let code = error.map_or(Some(0), |error| number(Some(error)));
    let code = code.map_or_else(|| answer::UNREADABLE.to_owned(), |code| code.to_string());
    judge_code(reply, &code, text_of(entry, "errorMessage"), Some(entry))
}

/// What the table says, with the push's id, or how long to wait.
fn judge_code(reply: &WireReply, code: &str, text: &str, id_holder: Option<&Value>) -> TargetVerdict {
    let mut judged = answer::judge(&CODES, reply.status, code, text);
    match &mut judged.verdict {
        Verdict::Accepted => {
            let ids =
                ["messageId", "message_id"].map(|name| id_holder.map_or("", |holder| text_of(holder, name)));
            let id = ids.into_iter().find(|id| !id.is_empty());
            judged.vendor_message_id = id.map(|id| answer::clip(id, limits::WORD_MAX_CHARS));
        }
        Verdict::Retry { after } | Verdict::Limited { after, .. } => *after = reply.retry_after(),
        _ => {}
    }
    judged
}

/// A token is not dead for being another region's, nor where the answer is for a whole list. Where a template
/// travelled, the argument that is invalid may be one of the template's.
fn against_token(config: &Config, content: &Content, regid: &str, named: bool, judged: &mut TargetVerdict) {
    let doubtful = matches!(judged.verdict, Verdict::TokenDoubtful(_));
    if named && is_mainland(regid) != config.is_mainland() {
        *judged = answer::judge(&CODES, judged.http_status, codes::OTHER_REGION, &judged.text);
    } else if !named || doubtful && request::template(config, content, "", "").is_some() {
        judged.verdict = Verdict::Drop;
    }
}

/// The region of a regid, by the rule of the vendor's SDK (observed).
fn is_mainland(regid: &str) -> bool {
    let parts: Vec<&str> = regid.splitn(4, '_').collect();
    matches!(parts[..], [_] | ["CN", _] | [_, "CN", _])
}

/// OPPO counts days in Beijing time.
fn until_next_day(now: Timestamp) -> Duration {
    const HOUR_MS: i64 = 3_600_000;
    let into_day_ms = now.plus_ms(8 * HOUR_MS).millis().rem_euclid(24 * HOUR_MS);
    Duration::from_millis((24 * HOUR_MS - into_day_ms).unsigned_abs())
}

/// A number, also where it comes as text.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A member's text; empty where there is none.
pub(super) fn text_of<'a>(object: &'a Value, member: &str) -> &'a str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}
