//! From an answer to verdicts. Meizu answers business errors with HTTP 200, so the code in the body decides; an
//! accepted request lists the push ids it refused, by code, and is silent about the good ones.

use std::{borrow::Cow, collections::HashMap, sync::Arc, time::Duration};

use model::{TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{codes, limits, request};
use crate::{
    answer,
    contract::{Job, Origin, ProbeOutcome, Protocol, Step, Target, WireReply, WireRequest},
};

/// Message ids are 32 characters (documented by example); anything much longer is not one.
const MESSAGE_ID_MAX_CHARS: usize = 128;

/// What texts of code 500 say where the request was wrong (assumed: the book promises no wording).
const OF_ARGUMENTS: [&str; 7] = ["参数", "非法", "不合法", "格式", "长度", "param", "argument"];

/// The stage of a request that was made again elsewhere, which happens once.
const REDIRECTED: &str = "redirected";

pub(super) fn resume(job: &Job<'_>, sent: &WireRequest, reply: &WireReply) -> Step {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let Job::Notify { targets, now, .. } = *job else {
        return Step::done_all(job.len(), &judge(&body, reply));
    };
    match redirected(&body, sent) {
        Some(again) => Step::Send(again),
        None => Step::Done(for_targets(&body, reply, targets, now)),
    }
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    answer::probe_outcome(&codes::CODES, judge(&body, reply))
}

/// What the answer says of the request as a whole.
fn judge(body: &Value, reply: &WireReply) -> TargetVerdict {
    if reply.status >= 500 {
        return answer::server_fault(reply);
    }
    let text = body.get("message").and_then(Value::as_str).unwrap_or_default();
    let code = match code_of(body) {
        Some(code) if code == codes::OTHER_FAULT && speaks_of_arguments(text) => {
            Cow::from(codes::BAD_ARGUMENTS)
        }
        Some(code) => code,
        None => Cow::from(answer::UNREADABLE),
    };
    let mut verdict = answer::judge(&codes::CODES, reply.status, &code, text);
    match &mut verdict.verdict {
        Verdict::Accepted => verdict.vendor_message_id = message_id(body),
        Verdict::Retry { after } | Verdict::Limited { after, .. } => *after = reply.retry_after(),
        _ => {}
    }
    verdict
}

fn for_targets(body: &Value, reply: &WireReply, targets: &[Target], now: Timestamp) -> Vec<TargetVerdict> {
    let mut whole = judge(body, reply);
    let refused = if whole.verdict == Verdict::Accepted { refused_ids(body) } else { HashMap::new() };
    let sent = targets.iter().filter(|target| request::is_token(&target.token)).count();
    // A request that is refused whole does not say which push id it was refused for.
    if sent > 1 && matches!(whole.verdict, Verdict::TokenDead { .. }) {
        whole.verdict = Verdict::Drop;
    }
    let of_target = |target: &Target| match refused.get(&*target.token) {
        _ if !request::is_token(&target.token) => request::bad_token(),
        Some(code) => judge_id(code, reply, now),
        None => whole.clone(),
    };
    targets.iter().map(of_target).collect()
}

/// What the code of one refused push id says of it.
fn judge_id(code: &str, reply: &WireReply, now: Timestamp) -> TargetVerdict {
    let code = format!("{}/{code}", codes::ACCEPTED);
    let mut verdict = answer::judge(&codes::CODES, reply.status, &code, "");
    if let Verdict::Limited { pause: model::Pause::Target, after } = &mut verdict.verdict {
        *after = Some(until_next_day(now));
    }
    verdict
}

/// The code of each push id that `value` lists; it is an empty text where there are none to list.
fn refused_ids(body: &Value) -> HashMap<&str, &str> {
    let lists = body.get("value").and_then(Value::as_object).into_iter().flatten();
    lists
        .filter_map(|(code, ids)| Some((code.as_str(), ids.as_array()?)))
        .flat_map(|(code, ids)| ids.iter().filter_map(Value::as_str).map(move |id| (id, code)))
        .collect()
}

/// The same request again at the address the answer names, unless it was sent on before. Tokens and text go to hosts
/// of the vendor's only, and over TLS whatever the address says.
fn redirected(body: &Value, sent: &WireRequest) -> Option<WireRequest> {
    if code_of(body)? != codes::MOVED || sent.stage == REDIRECTED {
        return None;
    }
    let address = body.get("redirect")?.as_str()?;
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let is_vendors = host.ends_with(".meizu.com")
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let is_path =
        path.len() <= limits::REDIRECT_MAX_BYTES && path.bytes().all(|byte| byte.is_ascii_graphic());
    let origin = Origin { host: Cow::Owned(host.to_owned()), port: 443, protocol: Protocol::Http1 };
    (is_vendors && is_path).then(|| WireRequest {
        stage: REDIRECTED,
        to: Some(Arc::new(origin)),
        path: path.to_owned(),
        ..sent.clone()
    })
}

/// A text in the book; a number is read too.
fn code_of(body: &Value) -> Option<Cow<'_, str>> {
    match body.get("code")? {
        Value::String(text) if !text.is_empty() => Some(Cow::from(text)),
        Value::Number(number) => Some(Cow::from(number.to_string())),
        _ => None,
    }
}

fn message_id(body: &Value) -> Option<String> {
    let id = body.get("msgId")?.as_str()?;
    (!id.is_empty()).then(|| answer::clip(id, MESSAGE_ID_MAX_CHARS))
}

fn speaks_of_arguments(text: &str) -> bool {
    let text = text.to_lowercase();
    OF_ARGUMENTS.iter().any(|word| text.contains(word))
}

/// How long the vendor's day still lasts; it is Beijing's (assumed).
fn until_next_day(now: Timestamp) -> Duration {
    const DAY_MS: i64 = 86_400_000;
    let today_ms = now.plus_ms(request::BEIJING_OFFSET_MS).millis().rem_euclid(DAY_MS);
    Duration::from_millis((DAY_MS - today_ms).unsigned_abs())
}
