//! From a notification to one sealed request for one subscription.

use std::sync::Arc;

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Class, ClickAction, Interruption, MessageId, Presentation, Timestamp};
use serde::Serialize;

use super::{
    codes::{self, CODES},
    config::Config,
    limits,
};
use crate::{
    answer,
    contract::{Content, Job, Origin, Protocol, Step, Target, WireRequest},
    subscription::{OVERHEAD_BYTES, Recipient, Subscription},
    text::{fit_json, json_len},
};

/// The push service that is asked at saving; a key is known to no push service more than to another.
pub(super) const PROBED: Origin = Origin::of("updates.push.services.mozilla.com", Protocol::Http2);

/// Well formed, and no subscription's.
const NOBODY: &str = "/wpush/v2/posthouse";

/// How large a message may be.
struct Size {
    stage: &'static str,
    message_max_bytes: usize,
}

const FULL: Size = Size { stage: "send", message_max_bytes: limits::LIMITS.payload.max };

/// After a 413: what even a push service behind another takes.
const BRIDGED: Size = Size { stage: "send_shorter", message_max_bytes: limits::BRIDGED_MESSAGE_MAX_BYTES };

pub(super) fn begin(config: &Config, job: &Job<'_>) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let [target] = targets else {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, codes::ONE_TARGET));
    };
    match push(config, content, target, now, &FULL) {
        Ok(request) => Step::Send(request),
        Err(code) => Step::done_all(1, &answer::unsent(&CODES, code)),
    }
}

/// The same push with less text, where it was larger than what every push service takes.
pub(super) fn shorter(
    config: &Config,
    content: &Content,
    target: &Target,
    now: Timestamp,
    refused: &WireRequest,
) -> Option<WireRequest> {
    let was_larger = refused.body.len() > BRIDGED.message_max_bytes + OVERHEAD_BYTES;
    (refused.stage == FULL.stage && was_larger)
        .then(|| push(config, content, target, now, &BRIDGED).ok())
        .flatten()
}

/// A signed request to no subscription: it shows that the key signs and that push services are reached.
pub(super) fn probe(config: &Config) -> WireRequest {
    WireRequest {
        stage: "probe",
        to: None,
        method: "POST",
        path: NOBODY.to_owned(),
        headers: vec![("ttl", "0".to_owned())],
        authorization: config.vapid.header(&PROBED, config.opened_at),
        body: Vec::new(),
    }
}

fn push(
    config: &Config,
    content: &Content,
    target: &Target,
    now: Timestamp,
    size: &Size,
) -> Result<WireRequest, &'static str> {
    if content.expires_at <= now {
        return Err(answer::EXPIRED);
    }
    if content.presentation == Presentation::Voip {
        return Err(answer::NOT_SUPPORTED);
    }
    let subscription = Subscription::read(&target.token).ok_or(answer::BAD_TOKEN)?;
    let click = content.click.as_ref().unwrap_or(&config.click);
    let message = render(content, click, target.badge.filter(|_| content.counts_badge), size)
        .ok_or(answer::EXT_TOO_LONG)?;
    let padding_bytes = padded(message.len()).min(size.message_max_bytes) - message.len();
    let body = subscription.recipient.seal(&message, padding_bytes).ok_or(answer::BAD_TOKEN)?;
    Ok(WireRequest {
        stage: size.stage,
        method: "POST",
        path: subscription.path,
        headers: vec![
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
            ("topic", topic(&content.collapse_key, &subscription.recipient)),
            ("ttl", content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs().to_string()),
            ("urgency", urgency(config, content).to_owned()),
        ],
        authorization: config.vapid.header(&subscription.origin, now),
        to: Some(Arc::new(subscription.origin)),
        body,
    })
}

/// How soon it must wake the phone: as the message says, else as the certificate says of its class.
pub(super) fn urgency(config: &Config, content: &Content) -> &'static str {
    match content.style.interruption {
        Some(Interruption::TimeSensitive | Interruption::Critical) => "high",
        Some(Interruption::Passive) => "low",
        Some(Interruption::Active) => "normal",
        None if content.presentation == Presentation::Data => "low",
        None => config.urgency(content.class),
    }
}

/// A push that waits is replaced by a later one of the same topic. The push service reads the topic, so the collapse
/// key, which may name people, is hashed with the secret of the subscription.
fn topic(collapse_key: &str, recipient: &Recipient) -> String {
    let key = hmac::Key::new(HMAC_SHA256, &recipient.auth);
    let mut topic = URL_SAFE_NO_PAD.encode(hmac::sign(&key, collapse_key.as_bytes()));
    topic.truncate(limits::TOPIC_MAX_CHARS);
    topic
}

const fn padded(len: usize) -> usize {
    len.next_multiple_of(limits::PADDING_STEP_BYTES)
}

/// What the service worker receives, or the app behind `UnifiedPush`.
#[derive(Serialize)]
struct Message<'a> {
    message: MessageId,
    class: Class,
    #[serde(skip_serializing_if = "is_alert")]
    presentation: Presentation,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    tag: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sound: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    silent: bool,
    click: &'a ClickAction,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

fn is_alert(presentation: &Presentation) -> bool {
    *presentation == Presentation::Alert
}

/// The message, with title and text cut to the room that everything else leaves; `None` where there is none.
fn render(content: &Content, click: &ClickAction, badge: Option<u32>, size: &Size) -> Option<Vec<u8>> {
    // With a web page nothing of the app's travels (row G5).
    let travels = !matches!(click, ClickAction::WebPage(_));
    let mut message = Message {
        message: content.message,
        class: content.class,
        presentation: content.presentation,
        title: String::new(),
        body: (!content.body.trim().is_empty()).then(String::new),
        tag: &content.collapse_key,
        thread: content.thread.as_deref(),
        badge,
        image: content.style.image.as_deref(),
        sound: content.style.sound.as_deref(),
        channel: content.style.channel.as_deref(),
        silent: content.style.interruption == Some(Interruption::Passive),
        click,
        ext: content.ext.as_deref().filter(|_| travels),
        payload: content.payload.as_deref().filter(|_| travels),
    };
    let frame = serde_json::to_vec(&message).ok()?.len();
    let room = size.message_max_bytes.checked_sub(frame)?;
    let title = fit_json(&content.title, room)?;
    let left = room - json_len(&title);
    message.title = title;
    message.body = message.body.and_then(|_| fit_json(&content.body, left));
    serde_json::to_vec(&message).ok()
}
