//! From a notification to one JSON post for up to 1000 tokens, and from a recall to another.

use std::collections::HashSet;

use model::{Class, ClickAction, Presentation, Timestamp};
use serde_json::{Value, json};

use super::{codes, config::Config, limits};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, WireRequest},
    key,
    text::{fit_json, json_len},
};

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let refuse = |code| Step::done_all(job.len(), &answer::unsent(&codes::CODES, code));
    let tokens = sendable(job);
    let (content, now) = match *job {
        Job::Notify { content, now, .. } => (content, now),
        Job::Recall { .. } if tokens.is_empty() => return refuse(answer::BAD_TOKEN),
        Job::Recall { collapse_key, .. } => {
            let body = json!({ "notifyId": key::notify_id(collapse_key), "token": tokens });
            // Recalling has no V2 (documented).
            let path = format!("/v1/{}/messages:revoke", config.client_id);
            return Step::Send(post("recall", path, auth, &body));
        }
    };
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    if content.presentation == Presentation::Voip && !config.high_priority {
        return refuse(codes::CALL_NOT_GRANTED);
    }
    if tokens.is_empty() {
        return refuse(answer::BAD_TOKEN);
    }
    match render(config, content, &tokens, now) {
        Some(body) => Step::Send(post("send", send_path(config), auth, &body)),
        None => refuse(answer::EXT_TOO_LONG),
    }
}

/// To no phone's token: checks format and credential; nothing is delivered (documented for `validate_only`).
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let body = json!({ "validate_only": true, "message": { "token": ["posthouse-probe"], "data": "{}" } });
    post("probe", send_path(config), auth, &body)
}

/// A job's tokens in its order.
pub(super) fn tokens<'a>(job: &Job<'a>) -> Vec<&'a str> {
    match *job {
        Job::Notify { targets, .. } => targets.iter().map(|target| &*target.token).collect(),
        Job::Recall { sent, .. } => sent.iter().map(|sent| &*sent.token).collect(),
    }
}

/// The tokens that are sent, each once: one that stands twice in a list is shown twice (documented).
pub(super) fn sendable<'a>(job: &Job<'a>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    tokens(job).into_iter().filter(|token| is_token(token) && seen.insert(*token)).collect()
}

/// Opaque, and of no fixed length (documented).
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the vendor takes what a tap is to open: an https address; an intent URI, or the name of an action in an
/// activity's intent filter (documented).
pub(super) fn can_open(click: &ClickAction) -> bool {
    match click {
        ClickAction::OpenApp => true,
        ClickAction::WebPage(url) => is_https(url),
        ClickAction::AppPage(page) if is_intent(page) => {
            page.starts_with("intent:") && page.ends_with(";end") && is_address(page)
        }
        ClickAction::AppPage(action) => is_dotted_name(action),
    }
}

/// Two or more parts, each a Java identifier: packages, classes and actions.
pub(super) fn is_dotted_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_part)
}

/// A picture that is sent on: the vendor takes https only (documented).
pub(super) fn image(content: &Content) -> Option<&str> {
    content.style.image.as_deref().filter(|url| is_https(url))
}

/// A sound as the vendor names it: `/raw/` and the name of an Android resource, which has no extension.
pub(super) fn sound(content: &Content) -> Option<String> {
    let file = content.style.sound.as_deref()?;
    let file = file.strip_prefix("/raw/").unwrap_or(file);
    let name = file.split_once('.').map_or(file, |(name, _)| name);
    let is_resource = name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_resource.then(|| format!("/raw/{name}"))
}

fn is_https(url: &str) -> bool {
    url.starts_with("https://") && is_address(url)
}

fn is_intent(page: &str) -> bool {
    page.contains("#Intent;")
}

fn is_address(text: &str) -> bool {
    text.len() <= limits::ADDRESS_MAX_BYTES
        && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}

/// V1 names the app's client, V2 the project; bodies and answers are the same (documented).
fn send_path(config: &Config) -> String {
    match &config.project_id {
        Some(project) => format!("/v2/{project}/messages:send"),
        None => format!("/v1/{}/messages:send", config.client_id),
    }
}

fn post(stage: &'static str, path: String, auth: &Auth, body: &Value) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path,
        headers: vec![("content-type", "application/json; charset=UTF-8".to_owned())],
        authorization: auth.header.clone(),
        body: body.to_string().into_bytes(),
    }
}

/// The body, with title and text cut to the room that everything else but the tokens leaves; `None` where it leaves
/// none.
fn render(config: &Config, content: &Content, tokens: &[&str], now: Timestamp) -> Option<Value> {
    let shown = content.presentation == Presentation::Alert;
    let click = content.click.as_ref().unwrap_or(&config.click);
    // At least a second: the vendor refuses none at all as past.
    let ttl_secs = content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs().max(1);
    let text = shown.then(|| json!({ "title": "", "body": "", "image": image(content) }));
    let mut message = without_nulls(json!({
        "token": [],
        "data": own(content, click),
        "notification": text,
        "android": {
            "category": config.category(content),
            "urgency": (!shown && config.high_priority).then_some("HIGH"),
            "ttl": format!("{ttl_secs}s"),
            "bi_tag": content.message.to_string(),
            "receipt_id": config.receipt_id,
            "target_user_type": config.test_messages.then_some(1),
            "notification": shown.then(|| look(config, content, click)),
        },
    }));
    let frame = json!({ "message": message }).to_string().len();
    let room = limits::LIMITS.payload.max.checked_sub(frame)?;
    if shown {
        // Both must be filled, so a blank text is the title once more, and the title leaves it room for `…`.
        let body = if content.body.trim().is_empty() { &content.title } else { &content.body };
        let least = json_len(body).min('…'.len_utf8());
        let title = fit_json(&content.title, room.checked_sub(least)?)?;
        message["notification"]["body"] = fit_json(body, room - json_len(&title))?.into();
        message["notification"]["title"] = title.into();
    }
    message["token"] = json!(tokens);
    Some(json!({ "message": message }))
}

/// The text of `data`: what the app's map of a data message holds, and the extras of the page that a tap opens. Nothing
/// travels with a web page (row G5); a data message is one by having it, even empty.
fn own(content: &Content, click: &ClickAction) -> Option<String> {
    let shown = content.presentation == Presentation::Alert;
    let empty = content.ext.is_none() && content.payload.is_none();
    let travels = !shown || !(empty || matches!(click, ClickAction::WebPage(_)));
    travels.then(|| without_nulls(json!({ "ext": content.ext, "payload": content.payload })).to_string())
}

fn look(config: &Config, content: &Content, click: &ClickAction) -> Value {
    let sound = sound(content);
    let badge_class = config.badge_class.as_ref().filter(|_| content.counts_badge);
    json!({
        "click_action": match click {
            ClickAction::OpenApp => json!({ "type": 3 }),
            ClickAction::WebPage(url) => json!({ "type": 2, "url": url }),
            ClickAction::AppPage(page) if is_intent(page) => json!({ "type": 1, "intent": page }),
            ClickAction::AppPage(page) => json!({ "type": 1, "action": page }),
        },
        "importance": if content.class == Class::Marketing { "LOW" } else { "NORMAL" },
        "channel_id": config.channel(content),
        "default_sound": sound.is_some().then_some(false),
        "sound": sound,
        "notify_id": key::notify_id(&content.collapse_key),
        "group": content.thread,
        "badge": badge_class.map(|class| json!({ "add_num": 1, "class": class })),
    })
}

/// What is not said is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        other => other,
    }
}
