//! From a notification to one JSON post for one token.

use std::{borrow::Cow, collections::BTreeMap};

use model::{Class, ClickAction, Presentation, Timestamp};
use serde::Serialize;

use super::{
    codes::{self, CODES},
    config::Config,
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Length, Step, Target, WireRequest, truncate},
    key,
};

/// Shaped like a token, and no device's: it is refused after the access token and the project were looked at.
const NOBODY: &str = "posthouse-has-no-phone:APA91b";

/// Most that `notification_count` can hold.
const BADGE_MAX: u32 = i32::MAX.unsigned_abs();

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let [target] = targets else {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, codes::ONE_TARGET));
    };
    let refuse = |code| Step::done_all(1, &answer::unsent(&CODES, code));
    if content.presentation == Presentation::Voip {
        return refuse(answer::NOT_SUPPORTED);
    }
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    if !is_token(&target.token) {
        return refuse(answer::BAD_TOKEN);
    }
    let Some(message) = render(config, content, target, now) else {
        return refuse(answer::EXT_TOO_LONG);
    };
    Step::Send(post("send", config, auth, &Body { validate_only: false, message }))
}

/// Google checks this as it checks any message and delivers nothing: a bad token is named only to who may send.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let message = Message { token: Some(NOBODY), ..Message::default() };
    post("probe", config, auth, &Body { validate_only: true, message })
}

fn post(stage: &'static str, config: &Config, auth: &Auth, body: &Body<'_>) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: format!("/v1/projects/{}/messages:send", config.account.project),
        headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
        authorization: auth.header.clone(),
        // Texts and maps of texts always have a JSON form.
        body: serde_json::to_vec(body).unwrap_or_default(),
    }
}

/// The characters that tokens have been made of so far; nothing more is promised of them.
fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
}

/// Apps may report an installation id in place of a token; it is far shorter, and has no colon.
fn is_installation_id(token: &str) -> bool {
    token.len() == limits::INSTALLATION_ID_BYTES && !token.contains(':')
}

#[derive(Serialize)]
struct Body<'a> {
    validate_only: bool,
    message: Message<'a>,
}

/// Names and values that reach the phone.
type Texts<'a> = BTreeMap<&'static str, Cow<'a, str>>;

#[derive(Serialize, Default)]
struct Message<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fid: Option<&'a str>,
    #[serde(rename = "data", skip_serializing_if = "BTreeMap::is_empty")]
    pairs: Texts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    android: Option<Android<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fcm_options: Option<Options<'a>>,
}

#[derive(Serialize)]
struct Android<'a> {
    priority: &'static str,
    ttl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    collapse_key: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restricted_package_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    #[serde(flatten)]
    texts: Texts<'a>,
    /// Absent: a launcher that counts adds one by itself, and so it does for 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_count: Option<u32>,
}

#[derive(Serialize)]
struct Options<'a> {
    analytics_label: &'a str,
}

impl<'a> Notification<'a> {
    /// All but title and text.
    fn of(config: &'a Config, content: &'a Content, click: &'a ClickAction, badge: Option<u32>) -> Self {
        let mut texts = Texts::from([
            ("tag", collapse_key(content)),
            ("sound", content.style.sound.as_deref().unwrap_or("default").into()),
            ("notification_priority", display_priority(content.class).into()),
        ]);
        let channel = content.style.channel.as_deref().or_else(|| config.channel(content.class));
        texts.extend(channel.map(|id| ("channel_id", id.into())));
        let image = content.style.image.as_deref().filter(|url| url.starts_with("https://"));
        texts.extend(image.map(|url| ("image", url.into())));
        if let ClickAction::AppPage(action) = click {
            texts.insert("click_action", action.into());
        }
        let notification_count = badge.filter(|badge| *badge > 0).map(|badge| badge.min(BADGE_MAX));
        Self { texts, notification_count }
    }

    fn weight(&self) -> usize {
        let count = self.notification_count.map(|count| count.to_string().into());
        let count = count.map(|count| ("notification_count", count)).into_iter().collect();
        weight(&self.texts, limits::MEMBER_PREFIX_BYTES) + weight(&count, limits::MEMBER_PREFIX_BYTES)
    }
}

/// The message, with title and text cut to the room that everything else leaves; `None` where it leaves none.
fn render<'a>(
    config: &'a Config,
    content: &'a Content,
    target: &'a Target,
    now: Timestamp,
) -> Option<Message<'a>> {
    let click = content.click.as_ref().unwrap_or(&config.click);
    let shown = content.presentation == Presentation::Alert;
    let mut pairs = passed_on(content, click);
    let mut notification = shown.then(|| Notification::of(config, content, click, target.badge));
    let used = weight(&pairs, 0) + notification.as_ref().map_or(0, Notification::weight);
    match &mut notification {
        Some(notification) => word(content, used, limits::MEMBER_PREFIX_BYTES, &mut notification.texts)?,
        None => word(content, used, 0, &mut pairs)?,
    }
    let by_id = is_installation_id(&target.token);
    Some(Message {
        token: (!by_id).then_some(&*target.token),
        fid: by_id.then_some(&*target.token),
        pairs,
        android: Some(Android {
            priority: config.priority(content.class).as_str(),
            ttl: format!("{}s", content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs()),
            // Without one all notifications of an app share a key, while each data message waits on its own.
            collapse_key: shown.then(|| collapse_key(content)),
            restricted_package_name: config.package.as_deref(),
            notification,
        }),
        fcm_options: config.analytics_label.as_deref().map(|analytics_label| Options { analytics_label }),
    })
}

/// The pairs that the app reads (row G8). Google opens no web page, so the app gets its address, and none of `ext` and
/// `payload` with it (row G5).
fn passed_on<'a>(content: &'a Content, click: &'a ClickAction) -> Texts<'a> {
    let mut pairs = Texts::from([("mid", content.message.to_string().into())]);
    match click {
        ClickAction::WebPage(url) if content.presentation == Presentation::Alert => {
            pairs.insert("click_url", url.into());
        }
        _ => {
            pairs.extend(content.ext.as_deref().map(|ext| ("ext", ext.into())));
            pairs.extend(content.payload.as_deref().map(|payload| ("payload", payload.into())));
        }
    }
    pairs
}

/// Adds title and text to the texts they belong to, cut to what is left of the payload; `None` where nothing of the
/// title has room.
fn word(content: &Content, used: usize, prefix_bytes: usize, texts: &mut Texts<'_>) -> Option<()> {
    let fit = |name: &str, text: &str, used: usize| {
        let payload = limits::LIMITS.payload;
        let max = payload.max.checked_sub(used + prefix_bytes + name.len())?;
        Some(truncate(text, Length { max, ..payload })).filter(|text| !text.trim().is_empty())
    };
    let title = fit("title", &content.title, used)?;
    let used = used + prefix_bytes + "title".len() + title.len();
    texts.insert("title", title.into());
    texts.extend(fit("body", &content.body, used).map(|body| ("body", body.into())));
    Some(())
}

/// What Google counts: names and values, without the signs of JSON around them (documented).
fn weight(texts: &Texts<'_>, prefix_bytes: usize) -> usize {
    texts.iter().map(|(name, value)| prefix_bytes + name.len() + value.len()).sum()
}

/// A later notification with the same key takes the place of a waiting one, and of a shown one. A key that is empty,
/// long or no line of text is hashed.
fn collapse_key(content: &Content) -> Cow<'_, str> {
    let key = &content.collapse_key;
    let fits = (1..=limits::COLLAPSE_KEY_MAX_BYTES).contains(&key.len()) && !key.contains(char::is_control);
    if fits { key.into() } else { key::notify_id(key).to_string().into() }
}

/// How a notification ranks on phones that have no channels yet (before Android 8).
const fn display_priority(class: Class) -> &'static str {
    match class {
        Class::Call => "PRIORITY_MAX",
        Class::Chat => "PRIORITY_HIGH",
        Class::System => "PRIORITY_DEFAULT",
        Class::Marketing => "PRIORITY_LOW",
    }
}
