//! From an answer to verdicts. Business errors come with HTTP 200, and dead regIds may stand beside a success.

use std::collections::HashMap;

use model::{TargetVerdict, Timestamp, Verdict};
use serde_json::Value;

use super::{
    codes::{self, CODES},
    config::Config,
    limits, request,
};
use crate::{
    answer,
    contract::{Auth, Job, ProbeOutcome, Sent, Step, Target, WireReply, WireRequest},
};

pub(super) fn resume(
    config: &Config,
    job: &Job<'_>,
    sent: &WireRequest,
    reply: &WireReply,
    auth: &Auth,
) -> Step {
    let (body, judged) = read(reply);
    match *job {
        Job::Recall { sent: pushes, .. } => recalled(config, pushes, sent, judged, auth),
        Job::Notify { content, targets, now } => {
            let judged = timed(judged, reply, now);
            let task = task_in(&body);
            match sent.stage {
                request::SAVE if judged.verdict == Verdict::Accepted => match task {
                    Some(task) => Step::Send(request::list(config, content.message, &task, targets, auth)),
                    None => spread(targets, |_| unreadable(reply)),
                },
                request::SAVE | request::LIST => listed(targets, &body, &judged, task_of(sent)),
                _ => single(targets, &body, judged, task),
            }
        }
    }
}

pub(super) fn judge_probe(reply: &WireReply) -> ProbeOutcome {
    answer::probe_outcome(&CODES, read(reply).1)
}

/// An answer's JSON, and what its code says.
pub(super) fn read(reply: &WireReply) -> (Value, TargetVerdict) {
    if reply.status >= 500 {
        return (Value::Null, answer::server_fault(reply));
    }
    let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else {
        return (Value::Null, answer::judge(&CODES, reply.status, codes::NO_JSON, ""));
    };
    let text = body.get("desc").and_then(Value::as_str).unwrap_or_default();
    let judged = match body.get("result").and_then(number) {
        Some(code) => answer::judge(&CODES, reply.status, &code, text),
        None => unreadable(reply),
    };
    (body, judged)
}

pub(super) fn unreadable(reply: &WireReply) -> TargetVerdict {
    answer::judge(&CODES, reply.status, answer::UNREADABLE, "")
}

/// An answer to a push for one phone. It may be a success that names the phone as invalid (assumed: sources differ).
fn single(targets: &[Target], body: &Value, mut judged: TargetVerdict, task: Option<String>) -> Step {
    let about_token = matches!(judged.verdict, Verdict::Accepted | Verdict::TokenDead { .. });
    match body.get("invalidUser").and_then(|user| user.get("status")).and_then(number) {
        Some(status) if about_token => judged = invalid(&status, &judged),
        _ => name_task(&mut judged, task),
    }
    spread(targets, |_| judged.clone())
}

/// An answer to a list names the regIds that are invalid; its code speaks of all others. A code that condemns a token
/// condemns none that is not named: the others may go once the list is without it.
fn listed(targets: &[Target], body: &Value, judged: &TargetVerdict, task: Option<String>) -> Step {
    let named = body.get("invalidUsers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let status_of: HashMap<&str, String> = named
        .iter()
        .filter_map(|user| Some((user.get("userid")?.as_str()?, user.get("status").and_then(number)?)))
        .collect();
    let mut others = judged.clone();
    if matches!(others.verdict, Verdict::TokenDead { .. }) {
        others.verdict = Verdict::Retry { after: None };
    }
    name_task(&mut others, task);
    spread(targets, |token| {
        status_of.get(token).map_or_else(|| others.clone(), |status| invalid(status, judged))
    })
}

/// The verdict of a status that an answer gives to a regId.
fn invalid(status: &str, judged: &TargetVerdict) -> TargetVerdict {
    answer::judge(&CODES, judged.http_status, &format!("{}{status}", codes::INVALID_USER), &judged.text)
}

/// A recall goes task by task, and on only after a success, so every task before the answered one is done.
fn recalled(
    config: &Config,
    pushes: &[Sent],
    request: &WireRequest,
    mut judged: TargetVerdict,
    auth: &Auth,
) -> Step {
    let tasks = request::tasks(pushes);
    let place_of = |task: &str| tasks.binary_search(&task).ok();
    let here = task_of(request).as_deref().and_then(place_of).unwrap_or_default();
    let next = tasks.get(here + 1).filter(|_| judged.verdict == Verdict::Accepted);
    if let Some(next) = next {
        return Step::Send(request::recall(config, next, pushes, auth));
    }
    if matches!(judged.verdict, Verdict::TokenDead { .. }) {
        judged.verdict = Verdict::Drop;
    }
    let untried = TargetVerdict { verdict: Verdict::Retry { after: None }, ..judged.clone() };
    let verdict_of = |push: &Sent| match push.vendor_message_id.as_deref().and_then(place_of) {
        None => answer::unsent(&CODES, codes::TASK_UNKNOWN),
        Some(place) if place < here => answer::judge(&CODES, judged.http_status, codes::TAKEN, ""),
        Some(place) if place == here => judged.clone(),
        Some(_) => untried.clone(),
    };
    Step::Done(pushes.iter().map(verdict_of).collect())
}

/// Adds what the clock or the answer's header say about the length of a pause.
fn timed(mut judged: TargetVerdict, reply: &WireReply, now: Timestamp) -> TargetVerdict {
    if let Verdict::Limited { after, .. } = &mut judged.verdict {
        let is_night = judged.code == codes::NIGHT;
        *after = if is_night { limits::until_morning(now) } else { reply.retry_after() };
    }
    judged
}

fn spread(targets: &[Target], verdict_of: impl Fn(&str) -> TargetVerdict) -> Step {
    let judge = |target: &Target| {
        let token = &*target.token;
        if request::is_token(token) { verdict_of(token) } else { answer::unsent(&CODES, answer::BAD_TOKEN) }
    };
    Step::Done(targets.iter().map(judge).collect())
}

fn name_task(judged: &mut TargetVerdict, task: Option<String>) {
    judged.vendor_message_id = task.filter(|_| judged.verdict == Verdict::Accepted);
}

fn task_in(body: &Value) -> Option<String> {
    let task = body.get("taskId").and_then(number)?;
    (!task.is_empty()).then(|| answer::clip(&task, limits::TASK_MAX_CHARS))
}

/// The task that a request of ours is about.
fn task_of(request: &WireRequest) -> Option<String> {
    task_in(&serde_json::from_slice(&request.body).ok()?)
}

/// A number, also where it comes as text.
pub(super) fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}
