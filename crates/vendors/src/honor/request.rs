//! From a notification to one JSON post for up to 1000 devices.

use model::{ClickAction, DEFAULT_PUSH_TITLE, Presentation, TargetVerdict, Timestamp};
use serde::Serialize;

use super::{
    codes::{self, CODES},
    config::{Config, Importance, is_class_name},
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
        Ok(message) => Step::Send(post("send", config, auth, now, &Message { token: tokens, ..message })),
        Err(code) => refuse(code),
    }
}

/// A data message to nobody: it is refused as a bad token where certificate and App ID are good.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let nothing = Message {
        token: vec![NOBODY],
        data: Some("{}".to_owned()),
        android: Android {
            ttl: "1s".to_owned(),
            bi_tag: "posthouse-probe".to_owned(),
            target_user_type: 1,
            notification: None,
        },
    };
    post("probe", config, auth, config.opened_at, &nothing)
}

/// Visible ASCII only: that is all that is known of their shape.
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

pub(super) fn bad_token() -> TargetVerdict {
    answer::unsent(&CODES, answer::BAD_TOKEN)
}

/// A tap in Honor's own encoding; `None` where no phone of theirs could carry it out: a web page must be https, a page
/// in the app an intent URI or the action name of an Activity (documented).
pub(super) fn click_action(click: &ClickAction) -> Option<Click<'_>> {
    let fits = |text: &str| {
        text.len() <= limits::CLICK_MAX_BYTES
            && !text.contains(|char: char| char.is_whitespace() || char.is_control())
    };
    match click {
        ClickAction::OpenApp => Some(Click { kind: 3, ..Click::default() }),
        ClickAction::WebPage(url) => (fits(url) && url.starts_with("https://")).then(|| Click {
            kind: 2,
            url: Some(url),
            ..Click::default()
        }),
        ClickAction::AppPage(page) if is_class_name(page) => {
            Some(Click { kind: 1, action: Some(page), ..Click::default() })
        }
        ClickAction::AppPage(page) => (fits(page) && page.contains("#Intent;") && page.ends_with(";end"))
            .then(|| Click { kind: 1, intent: Some(page), ..Click::default() }),
    }
}

/// The picture, where Honor shows it: an https address, and no marketing (documented).
pub(super) fn image(content: &Content, importance: Importance) -> Option<&str> {
    let fits = |url: &&str| {
        url.len() <= limits::IMAGE_MAX_BYTES
            && url.starts_with("https://")
            && url.bytes().all(|byte| byte.is_ascii_graphic())
    };
    content.style.image.as_deref().filter(fits).filter(|_| importance == Importance::Normal)
}

#[derive(Serialize)]
struct Message<'a> {
    token: Vec<&'a str>,
    /// JSON inside a string; its members become extras of the Intent that a tap starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    android: Android<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Android<'a> {
    ttl: String,
    /// Comes back in receipts.
    bi_tag: String,
    target_user_type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<Notification<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    title: String,
    body: String,
    importance: Importance,
    click_action: Click<'a>,
    notify_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<Badge<'a>>,
}

/// What a tap does, as Honor writes it.
#[derive(Serialize, Default)]
pub(super) struct Click<'a> {
    #[serde(rename = "type")]
    kind: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Badge<'a> {
    add_num: u32,
    badge_class: &'a str,
}

#[derive(Serialize)]
struct Extras<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

/// The request without its tokens, or the code under which it is given up.
fn render<'a>(config: &'a Config, content: &'a Content, now: Timestamp) -> Result<Message<'a>, &'static str> {
    let mut message = Message {
        token: Vec::new(),
        data: None,
        android: Android {
            ttl: format!("{}s", content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs().max(1)),
            bi_tag: content.message.to_string(),
            target_user_type: u8::from(config.sends_tests),
            notification: None,
        },
    };
    match content.presentation {
        Presentation::Voip => return Err(answer::NOT_SUPPORTED),
        Presentation::Data => message.data = Some(extras(content)),
        Presentation::Alert => {
            let click = content.click.as_ref().unwrap_or(&config.click);
            let travels = !matches!(click, ClickAction::WebPage(_));
            let carries = content.ext.is_some() || content.payload.is_some();
            message.data = (travels && carries).then(|| extras(content));
            let click_action = click_action(click).ok_or(codes::BAD_CLICK)?;
            message.android.notification = Some(notification(config, content, click_action));
        }
    }
    fit(message, content).ok_or(answer::EXT_TOO_LONG)
}

fn extras(content: &Content) -> String {
    let extras = Extras { ext: content.ext.as_deref(), payload: content.payload.as_deref() };
    serde_json::to_string(&extras).unwrap_or_default()
}

/// A notification whose texts are still to be written.
fn notification<'a>(config: &'a Config, content: &'a Content, click_action: Click<'a>) -> Notification<'a> {
    let importance = config.importance(content);
    let badge_class = config.badge_class.as_deref().filter(|_| content.counts_badge);
    Notification {
        title: String::new(),
        body: String::new(),
        importance,
        click_action,
        // The same number overwrites what is shown under it.
        notify_id: key::notify_id(&content.collapse_key),
        group: content
            .thread
            .as_deref()
            .filter(|thread| (1..=limits::GROUP_MAX_BYTES).contains(&thread.len())),
        image: image(content, importance),
        badge: badge_class.map(|badge_class| Badge { add_num: 1, badge_class }),
    }
}

/// Writes title and text into the room that the rest leaves; `None` where it leaves none.
fn fit<'a>(mut message: Message<'a>, content: &Content) -> Option<Message<'a>> {
    const LEAST_BODY: usize = '…'.len_utf8();
    let frame = serde_json::to_vec(&message).ok()?.len();
    let room = limits::LIMITS.payload.max.checked_sub(frame)?;
    if let Some(notification) = &mut message.android.notification {
        // Both are required, so each stands in for the other where it is blank.
        let title = truncate(first_filled([&content.title, &content.body]), limits::LIMITS.title);
        let body = truncate(first_filled([&content.body, &content.title]), limits::LIMITS.body);
        notification.title = fit_json(&title, room.checked_sub(LEAST_BODY)?)?;
        notification.body = fit_json(&body, room - json_len(&notification.title))?;
    }
    Some(message)
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

fn post(
    stage: &'static str,
    config: &Config,
    auth: &Auth,
    now: Timestamp,
    message: &Message<'_>,
) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: format!("/api/v1/{}/sendMessage", config.app_id),
        headers: vec![
            ("content-type", "application/json; charset=UTF-8".to_owned()),
            ("timestamp", now.millis().to_string()),
        ],
        authorization: auth.header.clone(),
        body: serde_json::to_vec(message).unwrap_or_default(),
    }
}
