//! From a notification to one request for one device.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Class, ClickAction, Interruption, MessageId, Presentation, Purpose};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    codes::{self, CODES},
    config::Config,
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, Target, WireRequest},
    key,
    text::{fit_json, json_len},
};

/// Well formed, and no device's: it is refused after the credential was looked at.
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Room for a body as most are.
const USUAL_BYTES: usize = 512;

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let [target] = targets else {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, codes::ONE_TARGET));
    };
    let refuse = |code| Step::done_all(1, &answer::unsent(&CODES, code));
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    if !is_token(&target.token) {
        return refuse(answer::BAD_TOKEN);
    }
    let Some(body) = render(config, content, target.badge) else {
        return refuse(answer::EXT_TOO_LONG);
    };
    let storage_ends = now.plus_ms(limits::LIMITS.lifetime.as_millis().try_into().unwrap_or(i64::MAX));
    let until = || content.expires_at.min(storage_ends).secs().to_string();
    let mut headers = match content.presentation {
        Presentation::Alert => {
            let priority = if content.class == Class::Marketing { "5" } else { "10" };
            delivery(config.topic.clone(), "alert", priority, until())
        }
        Presentation::Data => delivery(config.topic.clone(), "background", "5", until()),
        // A call that rings later is no call: one attempt, never stored.
        Presentation::Voip => delivery(config.voip_topic(), "voip", "10", "0".to_owned()),
    };
    if content.presentation == Presentation::Alert {
        headers.push(("apns-collapse-id", collapse_id(&content.collapse_key)));
    }
    headers.push(("apns-id", push_id(content, target).to_string()));
    Step::Send(post("send", &target.token, headers, auth, body))
}

/// A push to nobody: refused as a bad token where the credential is good, as a bad credential where it is not.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let kind = if config.is_voip_alone() { "voip" } else { "alert" };
    let headers = delivery(config.topic.clone(), kind, "5", "0".to_owned());
    post("probe", NOBODY, headers, auth, br#"{"aps":{"alert":"Posthouse"}}"#.to_vec())
}

type Headers = Vec<(&'static str, String)>;

fn delivery(topic: String, kind: &str, priority: &str, expiration: String) -> Headers {
    let mut headers = Vec::with_capacity(6);
    headers.extend([
        ("apns-topic", topic),
        ("apns-push-type", kind.to_owned()),
        ("apns-priority", priority.to_owned()),
        ("apns-expiration", expiration),
    ]);
    headers
}

fn post(stage: &'static str, token: &str, headers: Headers, auth: &Auth, body: Vec<u8>) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: format!("/3/device/{token}"),
        headers,
        authorization: auth.header.clone(),
        body,
    }
}

/// Hex digits of any length: Apple warns against assuming a size.
fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_CHARS).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A later push with the same id replaces the shown one. A key that is no header text, or too long, is hashed.
fn collapse_id(key: &str) -> String {
    let fits = (1..=limits::COLLAPSE_ID_MAX_BYTES).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { key.to_owned() } else { URL_SAFE_NO_PAD.encode(Sha256::digest(key)) }
}

/// The same for every try of one message to one device, so that Apple's log shows repeats as repeats; another one for
/// what takes its notification's place.
fn push_id(content: &Content, target: &Target) -> Uuid {
    let mut hasher = Sha256::new().chain_update(content.message.0.as_bytes()).chain_update(&*target.token);
    if content.purpose != Purpose::Notify {
        hasher.update(key::word(content.purpose));
    }
    let digest = hasher.finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What the app receives: Apple's part under `aps`, ours beside it.
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    aps: Option<Aps<'a>>,
    /// The message's id, where the app is to show it by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<MessageId>,
    /// Its title and text, likewise.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    words: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<&'a ClickAction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Aps<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sound: Option<Sound<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interruption_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    relevance_score: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutable_content: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_available: Option<u8>,
}

#[derive(Serialize, Default)]
struct Words {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Sound<'a> {
    Named(&'a str),
    /// Plays although the phone is muted.
    Critical {
        critical: u8,
        name: &'a str,
        volume: u8,
    },
}

impl<'a> Payload<'a> {
    /// All but title and text.
    fn of(config: &'a Config, content: &'a Content, badge: Option<u32>) -> Self {
        let words = Words { body: (!content.body.trim().is_empty()).then(String::new), ..Words::default() };
        let whole = Self {
            aps: None,
            message: None,
            words: None,
            ext: content.ext.as_deref(),
            payload: content.payload.as_deref(),
            click: None,
            image: None,
        };
        let for_app = Self { message: Some(content.message), words: Some(words), ..whole };
        match content.presentation {
            Presentation::Voip => for_app,
            Presentation::Data => {
                let aps = Aps { content_available: Some(1), ..Aps::default() };
                Self { aps: Some(aps), ..for_app }
            }
            Presentation::Alert => {
                let click = content.click.as_ref().unwrap_or(&config.manner.click);
                let reaches_app = !matches!(click, ClickAction::WebPage(_));
                Self {
                    aps: Some(Aps { alert: for_app.words, ..Aps::of(config, content, badge) }),
                    message: None,
                    words: None,
                    // Nothing travels with a web page (row G5).
                    ext: for_app.ext.filter(|_| reaches_app),
                    payload: for_app.payload.filter(|_| reaches_app),
                    click: (*click != ClickAction::OpenApp).then_some(click),
                    image: image(content),
                }
            }
        }
    }

    fn words(&mut self) -> Option<&mut Words> {
        self.words.as_mut().or_else(|| self.aps.as_mut()?.alert.as_mut())
    }
}

impl<'a> Aps<'a> {
    /// All of a notification but its words.
    fn of(config: &'a Config, content: &'a Content, badge: Option<u32>) -> Self {
        let (style, manner) = (&content.style, &config.manner);
        let level = interruption(config, content);
        let name = style.sound.as_deref().unwrap_or_else(|| manner.sound(content.class));
        let critical = Sound::Critical { critical: 1, name, volume: 1 };
        let mutable = manner.mutable || image(content).is_some();
        Self {
            // Absent leaves the app's badge as it is.
            badge: badge.filter(|_| content.counts_badge),
            sound: Some(if level == Interruption::Critical { critical } else { Sound::Named(name) }),
            thread_id: content.thread.as_deref(),
            category: style.category.as_deref().or_else(|| manner.category(content.class)),
            interruption_level: (level != Interruption::Active).then_some(level.as_str()),
            relevance_score: manner.ranks.then(|| relevance(content.class)),
            mutable_content: mutable.then_some(1),
            ..Self::default()
        }
    }
}

pub(super) fn interruption(config: &Config, content: &Content) -> Interruption {
    content.style.interruption.unwrap_or_else(|| config.manner.interruption(content.class))
}

/// A picture's address; iOS loads nothing that is not https.
fn image(content: &Content) -> Option<&str> {
    content.style.image.as_deref().filter(|address| address.starts_with("https://"))
}

/// Where it stands in the notification summary, from 0 to 1 (ours).
const fn relevance(class: Class) -> f32 {
    match class {
        Class::Call => 1.0,
        Class::Chat => 0.75,
        Class::System => 0.5,
        Class::Marketing => 0.0,
    }
}

/// The body, with title and text cut to the room that all else leaves; `None` where it leaves none.
fn render(config: &Config, content: &Content, badge: Option<u32>) -> Option<Vec<u8>> {
    // Almost every push fits as it is, and then nothing has to be measured.
    let whole = whole(config, content, badge)?;
    if whole.len() <= most_bytes(content) {
        return Some(whole);
    }
    let (mut payload, room) = measure(config, content, badge)?;
    let title = fit_json(&content.title, room)?;
    let left = room - json_len(&title);
    let words = payload.words()?;
    words.body = words.body.take().and_then(|_| fit_json(&content.body, left));
    words.title = title;
    serde_json::to_vec(&payload).ok()
}

/// The body with title and text as they are.
fn whole(config: &Config, content: &Content, badge: Option<u32>) -> Option<Vec<u8>> {
    let mut payload = Payload::of(config, content, badge);
    let words = payload.words()?;
    content.title.clone_into(&mut words.title);
    words.body = words.body.take().map(|_| content.body.clone());
    let mut body = Vec::with_capacity(USUAL_BYTES);
    serde_json::to_writer(&mut body, &payload).ok()?;
    Some(body)
}

const fn most_bytes(content: &Content) -> usize {
    match content.presentation {
        Presentation::Voip => limits::VOIP_PAYLOAD_MAX_BYTES,
        Presentation::Alert | Presentation::Data => limits::LIMITS.payload.max,
    }
}

/// A payload without title and text, and how many bytes are left for them; `None` where it is too long already.
fn measure<'a>(config: &'a Config, content: &'a Content, badge: Option<u32>) -> Option<(Payload<'a>, usize)> {
    let payload = Payload::of(config, content, badge);
    let frame = serde_json::to_vec(&payload).ok()?.len();
    Some((payload, most_bytes(content).checked_sub(frame)?))
}

/// What becomes of title and text, told before a push is made.
pub(super) enum Fit {
    Whole,
    Cut,
    /// Nothing of the title has room, so nothing is sent.
    None,
}

pub(super) fn fit(config: &Config, content: &Content) -> Fit {
    match measure(config, content, None) {
        Some((_, room)) if json_len(&content.title) + json_len(&content.body) <= room => Fit::Whole,
        Some((_, room)) if fit_json(&content.title, room).is_some() => Fit::Cut,
        _ => Fit::None,
    }
}
