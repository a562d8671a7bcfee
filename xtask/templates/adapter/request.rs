//! From a notification to one JSON post for a list of targets.

use model::{ClickAction, Presentation};
use serde_json::json;

use super::{codes::CODES, config::Config, limits};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, WireRequest, measure, truncate},
};

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let refuse = |code| Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    if content.presentation != Presentation::Alert {
        return refuse(answer::NOT_SUPPORTED);
    }
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    if own_length(content) > limits::LIMITS.ext.max {
        return refuse(answer::EXT_TOO_LONG);
    }
    if !targets.iter().all(|target| (1..=limits::TOKEN_MAX_BYTES).contains(&target.token.len())) {
        return refuse(answer::BAD_TOKEN);
    }
    let tokens: Vec<&str> = targets.iter().map(|target| &*target.token).collect();
    let click = match content.click.as_ref().unwrap_or(&config.click) {
        ClickAction::OpenApp => json!({ "action": "app" }),
        ClickAction::WebPage(url) => json!({ "action": "web", "target": url }),
        ClickAction::AppPage(page) => json!({ "action": "page", "target": page }),
    };
    let body = json!({
        "tokens": tokens,
        "title": truncate(&content.title, limits::LIMITS.title),
        "body": truncate(&content.body, limits::LIMITS.body),
        "ext": content.ext,
        "payload": content.payload,
        "click": click,
        "seconds": content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs(),
    });
    Step::Send(post("send", format!("/push/{}", config.package), auth, body.to_string()))
}

pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    post("probe", format!("/check/{}", config.package), auth, String::new())
}

fn post(stage: &'static str, path: String, auth: &Auth, body: String) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path,
        headers: vec![("content-type", "application/json".to_owned())],
        authorization: auth.header.clone(),
        body: body.into_bytes(),
    }
}

fn own_length(content: &Content) -> usize {
    let own = [&content.ext, &content.payload];
    own.into_iter().flatten().map(|text| measure(text, limits::LIMITS.ext.unit)).sum()
}
