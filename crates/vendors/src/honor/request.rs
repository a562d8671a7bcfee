//! From a notification to one JSON post for up to 1000 devices.

use model::{ClickAction, DEFAULT_PUSH_TITLE, Presentation, TargetVerdict, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    codes::{self, CODES},
    config::{Config, Importance, is_dotted_name},
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, WireRequest, truncate},
    key,
    text::{fit_json, json_len},
};

/// Of the form tokens have, and no device's: it is refused after the access token was looked at.
const NOBODY: &str = "BAEAAAAAB.posthouse-asks-whether-this-certificate-is-good";

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let refuse = |code| Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    let tokens: Vec<&str> =
        targets.iter().map(|target| &*target.token).filter(|token| is_token(token)).collect();
    if tokens.is_empty() {
        return Step::Done(targets.iter().map(|_| bad_token()).collect());
    }
    match render(config, content, now) {
        Ok(mut message) => {
            message["token"] = tokens.into();
            Step::Send(post("send", config, auth, now, &message))
        }
        Err(code) => refuse(code),
    }
}

/// A data message to nobody: it is refused as a bad token where certificate and App ID are good.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let android = json!({ "ttl": "1s", "targetUserType": 1 });
    let nothing = json!({ "token": [NOBODY], "data": "{}", "android": android });
    post("probe", config, auth, config.opened_at, &nothing)
}

/// Visible ASCII: no more is known of their shape (observed).
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()) && is_visible(token)
}

pub(super) fn bad_token() -> TargetVerdict {
    answer::unsent(&CODES, answer::BAD_TOKEN)
}

/// A tap in Honor's own encoding; `None` where no phone of theirs could carry it out: a web page must be https, a page
/// in the app an intent URI or the name of an Activity's action (documented).
pub(super) fn click_action(click: &ClickAction) -> Option<Value> {
    let fits = |text: &str| {
        text.len() <= limits::CLICK_MAX_BYTES
            && !text.contains(|char: char| char.is_whitespace() || char.is_control())
    };
    match click {
        ClickAction::OpenApp => Some(json!({ "type": 3 })),
        ClickAction::WebPage(url) if url.starts_with("https://") && fits(url) => {
            Some(json!({ "type": 2, "url": url }))
        }
        ClickAction::AppPage(page) if is_dotted_name(page) => Some(json!({ "type": 1, "action": page })),
        ClickAction::AppPage(page) if page.contains("#Intent;") && page.ends_with(";end") && fits(page) => {
            Some(json!({ "type": 1, "intent": page }))
        }
        ClickAction::WebPage(_) | ClickAction::AppPage(_) => None,
    }
}

/// The picture, where Honor shows it: an https address, and no marketing (documented).
pub(super) fn image(content: &Content, importance: Importance) -> Option<&str> {
    content.style.image.as_deref().filter(|url| {
        importance == Importance::Normal
            && url.starts_with("https://")
            && url.len() <= limits::IMAGE_MAX_BYTES
            && is_visible(url)
    })
}

/// The request without its tokens, or the code under which it is given up.
fn render(config: &Config, content: &Content, now: Timestamp) -> Result<Value, &'static str> {
    let seconds = content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs().max(1);
    let mut message = json!({
        "token": [],
        "android": {
            "ttl": format!("{seconds}s"),
            // Comes back in receipts.
            "biTag": content.message.to_string(),
            "targetUserType": u8::from(config.sends_tests),
        },
    });
    match content.presentation {
        Presentation::Voip => return Err(answer::NOT_SUPPORTED),
        Presentation::Data => message["data"] = extras(content).into(),
        Presentation::Alert => {
            let click = content.click.as_ref().unwrap_or(&config.click);
            let carries = content.ext.is_some() || content.payload.is_some();
            if carries && !matches!(click, ClickAction::WebPage(_)) {
                message["data"] = extras(content).into();
            }
            let click_action = click_action(click).ok_or(codes::BAD_CLICK)?;
            message["android"]["notification"] = notification(config, content, click_action);
        }
    }
    fit(message, content).ok_or(answer::EXT_TOO_LONG)
}

/// JSON inside a string; its members become extras of the Intent that a tap starts.
fn extras(content: &Content) -> String {
    let own = [("ext", &content.ext), ("payload", &content.payload)];
    let members: Map<String, Value> =
        own.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.as_deref()?.into()))).collect();
    Value::Object(members).to_string()
}

/// A notification whose texts are still to be written.
fn notification(config: &Config, content: &Content, click_action: Value) -> Value {
    let importance = config.importance(content);
    let mut notification = json!({
        "title": "",
        "body": "",
        "importance": importance,
        "clickAction": click_action,
        // The same number overwrites what is shown under it.
        "notifyId": key::notify_id(&content.collapse_key),
    });
    if let Some(class) = config.badge_class.as_deref().filter(|_| content.counts_badge) {
        notification["badge"] = json!({ "addNum": 1, "badgeClass": class });
    }
    let thread = content.thread.as_deref();
    if let Some(thread) = thread.filter(|thread| (1..=limits::GROUP_MAX_BYTES).contains(&thread.len())) {
        notification["group"] = thread.into();
    }
    if let Some(url) = image(content, importance) {
        notification["image"] = url.into();
    }
    notification
}

/// Writes title and text into the room that the rest leaves; `None` where it leaves none.
fn fit(mut message: Value, content: &Content) -> Option<Value> {
    let room = limits::LIMITS.payload.max.checked_sub(message.to_string().len())?;
    if let Some(notification) = message.pointer_mut("/android/notification") {
        // Both are required, so each stands in for the other where it is blank.
        let title = truncate(first_filled([&content.title, &content.body]), limits::LIMITS.title);
        let body = truncate(first_filled([&content.body, &content.title]), limits::LIMITS.body);
        let least_body = json_len(&body).min('…'.len_utf8());
        let title = fit_json(&title, room.checked_sub(least_body)?)?;
        notification["body"] = fit_json(&body, room - json_len(&title))?.into();
        notification["title"] = title.into();
    }
    Some(message)
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn post(stage: &'static str, config: &Config, auth: &Auth, now: Timestamp, message: &Value) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: format!("/api/v1/{}/sendMessage", config.app_id),
        headers: vec![
            ("content-type", "application/json; charset=UTF-8".to_owned()),
            // Required, in milliseconds (four implementations, observed).
            ("timestamp", now.millis().to_string()),
        ],
        authorization: auth.header.clone(),
        body: message.to_string().into_bytes(),
    }
}
