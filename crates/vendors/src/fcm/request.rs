//! From a notification to one JSON post for one token.

use std::{borrow::Cow, collections::BTreeMap};

use model::{ClickAction, Presentation, Timestamp};
use serde::Serialize;
use serde_json::json;

use super::{
    codes::{self, CODES},
    config::{Config, HIGH},
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
    // Texts and maps of texts always have a JSON form.
    let body = serde_json::to_vec(&BTreeMap::from([("message", message)])).unwrap_or_default();
    Step::Send(post("send", config, auth, body))
}

/// Google checks this as it checks any message and delivers nothing: a bad token is named only to who may send.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let body = json!({ "validate_only": true, "message": { "token": NOBODY } });
    post("probe", config, auth, body.to_string().into_bytes())
}

fn post(stage: &'static str, config: &Config, auth: &Auth, body: Vec<u8>) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: format!("/v1/projects/{}/messages:send", config.account.project),
        headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
        authorization: auth.header.clone(),
        body,
    }
}

/// The characters that tokens have been made of so far; nothing more is promised of them.
fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
}

/// Names and values of one object.
type Texts<'a> = BTreeMap<&'static str, Cow<'a, str>>;

#[derive(Serialize)]
struct Message<'a> {
    #[serde(flatten)]
    to: Texts<'a>,
    #[serde(rename = "data")]
    pairs: Texts<'a>,
    android: Android<'a>,
    #[serde(skip_serializing_if = "Texts::is_empty")]
    fcm_options: Texts<'a>,
}

#[derive(Serialize)]
struct Android<'a> {
    #[serde(flatten)]
    delivery: Texts<'a>,
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

impl<'a> Notification<'a> {
    /// All but title and text.
    fn of(config: &'a Config, content: &'a Content, click: &'a ClickAction, badge: Option<u32>) -> Self {
        let urgent = config.priority(content.class) == HIGH;
        let mut texts = Texts::from([
            ("tag", collapse_key(content)),
            ("sound", content.style.sound.as_deref().unwrap_or("default").into()),
            // How it ranks on phones that have no channels yet (before Android 8).
            ("notification_priority", if urgent { "PRIORITY_HIGH" } else { "PRIORITY_DEFAULT" }.into()),
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
        let count =
            |count: u32| limits::MEMBER_PREFIX_BYTES + "notification_count".len() + count.to_string().len();
        weight(&self.texts, limits::MEMBER_PREFIX_BYTES) + self.notification_count.map_or(0, count)
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
    let mut pairs = passed_on(content, click);
    let mut notification = (content.presentation == Presentation::Alert)
        .then(|| Notification::of(config, content, click, target.badge.filter(|_| content.counts_badge)));
    let used = weight(&pairs, 0) + notification.as_ref().map_or(0, Notification::weight);
    match &mut notification {
        Some(notification) => word(content, used, limits::MEMBER_PREFIX_BYTES, &mut notification.texts)?,
        None => word(content, used, 0, &mut pairs)?,
    }
    // Apps may report an installation id in place of a token; it is far shorter, and has no colon.
    let by_id = target.token.len() == limits::INSTALLATION_ID_BYTES && !target.token.contains(':');
    let label = config.analytics_label.as_deref().map(|label| ("analytics_label", label.into()));
    Some(Message {
        to: Texts::from([(if by_id { "fid" } else { "token" }, (&*target.token).into())]),
        pairs,
        android: Android { delivery: delivery(config, content, now), notification },
        fcm_options: label.into_iter().collect(),
    })
}

/// How the message travels.
fn delivery<'a>(config: &'a Config, content: &'a Content, now: Timestamp) -> Texts<'a> {
    let seconds = content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs();
    let mut delivery = Texts::from([
        ("priority", config.priority(content.class).into()),
        ("ttl", format!("{seconds}s").into()),
    ]);
    // Without one all notifications of an app share a key, while each data message waits on its own.
    let shown = content.presentation == Presentation::Alert;
    delivery.extend(shown.then(|| ("collapse_key", collapse_key(content))));
    delivery.extend(config.package.as_deref().map(|package| ("restricted_package_name", package.into())));
    delivery
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
            let own = [("ext", content.ext.as_deref()), ("payload", content.payload.as_deref())];
            pairs.extend(own.into_iter().filter_map(|(name, text)| Some((name, text?.into()))));
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
