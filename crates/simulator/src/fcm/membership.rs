//! The instance-id host: topics for many tokens at a time.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    account::Project,
    desk::Desk,
    reply::{self, Refusal, Status, one_line},
    token::{self, Special},
    topics::is_topic,
};
use crate::counter::{Answer, Ask};

/// Tokens of one request. Documented.
const TOKENS_MAX: usize = 1000;
/// What may stand for a token that was not changed. Documented.
const ERRORS: &[&str] = &[
    "NOT_FOUND",
    "INVALID_ARGUMENT",
    "TOO_MANY_TOPICS",
    "RESOURCE_EXHAUSTED",
    "PERMISSION_DENIED",
    "INTERNAL",
    "DEADLINE_EXCEEDED",
];

/// What is done with the topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Remove,
}

#[derive(Serialize)]
struct Refused {
    error: &'static str,
}

/// An answer with an error for the whole request; that it is the canonical name alone is assumed.
pub(super) fn refuse(status: Status) -> Answer {
    one_line(status.http(), &Refused { error: status.name() }).coded(status.name()).at("refused")
}

/// Answers a request for many tokens.
pub(super) fn answer(desk: &Desk, ask: &Ask<'_>, change: Change) -> Answer {
    // Without this header the credential is read as one of the switched-off kind. Documented.
    if !ask.header("access_token_auth").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return refuse(reply::UNAUTHENTICATED);
    }
    let project = match desk.own_project(ask) {
        Ok(project) => project,
        Err(Refusal { status, .. }) => return refuse(status),
    };
    if !desk.topic_gate.pass(&project.id, 1, project.rights().topics_per_second, ask.now) {
        return refuse(reply::RESOURCE_EXHAUSTED);
    }
    let body = ask.json().unwrap_or_default();
    let topic =
        body["to"].as_str().and_then(|to| to.strip_prefix("/topics/")).filter(|topic| is_topic(topic));
    let tokens = body["registration_tokens"].as_array();
    let tokens = tokens.filter(|tokens| (1..=TOKENS_MAX).contains(&tokens.len()));
    let Some((topic, tokens)) = topic.zip(tokens) else { return refuse(reply::INVALID_ARGUMENT) };
    let first = tokens.first().and_then(Value::as_str).unwrap_or_default();
    let mut results = Vec::with_capacity(tokens.len());
    for token in tokens {
        let token = token.as_str().unwrap_or_default();
        match token::special(token) {
            Some(Special::Silent) => return Answer::silent(),
            Some(Special::Cut) => return Answer::cut(),
            _ => results.push(match changed(desk, ask, &project, change, topic, token) {
                Ok(()) => json!({}),
                Err(error) => json!({ "error": error }),
            }),
        }
    }
    one_line(200, &json!({ "results": results })).to(tokens.len(), first).at("accepted")
}

fn changed(
    desk: &Desk,
    ask: &Ask<'_>,
    project: &Project,
    change: Change,
    topic: &str,
    token: &str,
) -> Result<(), &'static str> {
    match token::special(token) {
        Some(Special::Code(code)) => {
            return Err(ERRORS.iter().find(|error| **error == code).copied().unwrap_or("INTERNAL"));
        }
        Some(_) => return Ok(()),
        None => (),
    }
    let token = registration(token);
    desk.phone(project, &token).map_err(|refusal| refusal.status.name())?;
    match change {
        Change::Add => desk.topics.add(&token, topic, ask.now).map(drop).map_err(|_| "TOO_MANY_TOPICS"),
        Change::Remove => {
            desk.topics.remove(&token, topic);
            Ok(())
        }
    }
}

/// The token of a registration, which is named by token or by installation id.
pub(super) fn registration(name: &str) -> String {
    if token::is_fid(name) { token::of_fid(name) } else { name.to_owned() }
}
