//! From a notification to one request for one device.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Class, MessageId};
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
    text::{fit_json, json_len},
};

/// Well formed, and no device's: it is refused after the credential was looked at.
const NOBODY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

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
    let Some(body) = render(content, target.badge) else {
        return refuse(answer::EXT_TOO_LONG);
    };
    let storage_ends = now.plus_ms(limits::LIMITS.lifetime.as_millis().try_into().unwrap_or(i64::MAX));
    Step::Send(WireRequest {
        stage: "send",
        to: None,
        method: "POST",
        path: format!("/3/device/{}", target.token),
        headers: vec![
            ("apns-topic", config.topic.clone()),
            ("apns-push-type", "alert".to_owned()),
            ("apns-priority", if content.class == Class::Marketing { "5" } else { "10" }.to_owned()),
            ("apns-expiration", content.expires_at.min(storage_ends).secs().to_string()),
            ("apns-collapse-id", collapse_id(&content.collapse_key)),
            ("apns-id", push_id(content.message, target).to_string()),
        ],
        authorization: auth.header.clone(),
        body,
    })
}

/// A push to nobody: refused as a bad token where the credential is good, as a bad credential where it is not.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    WireRequest {
        stage: "probe",
        to: None,
        method: "POST",
        path: format!("/3/device/{NOBODY}"),
        headers: vec![
            ("apns-topic", config.topic.clone()),
            ("apns-push-type", "alert".to_owned()),
            ("apns-priority", "5".to_owned()),
            ("apns-expiration", "0".to_owned()),
        ],
        authorization: auth.header.clone(),
        body: br#"{"aps":{"alert":"Posthouse"}}"#.to_vec(),
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

/// The same for every try of one message to one device, so that Apple's log shows repeats as repeats.
fn push_id(message: MessageId, target: &Target) -> Uuid {
    let digest =
        Sha256::new().chain_update(message.0.as_bytes()).chain_update(target.token.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// What the app receives: Apple's part under `aps`, ours beside it.
#[derive(Serialize)]
struct Payload<'a> {
    aps: Aps<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

#[derive(Serialize)]
struct Aps<'a> {
    alert: Alert,
    #[serde(skip_serializing_if = "Option::is_none")]
    badge: Option<u32>,
    sound: &'static str,
    #[serde(rename = "thread-id", skip_serializing_if = "Option::is_none")]
    thread_id: Option<&'a str>,
}

#[derive(Serialize, Default)]
struct Alert {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

/// The body, with title and text cut to the room that `ext` and `payload` leave; `None` where they leave none.
fn render(content: &Content, badge: Option<u32>) -> Option<Vec<u8>> {
    let mut notification = Payload {
        aps: Aps {
            alert: Alert { title: String::new(), body: (!content.body.trim().is_empty()).then(String::new) },
            badge,
            sound: "default",
            thread_id: content.thread.as_deref(),
        },
        ext: content.ext.as_deref(),
        payload: content.payload.as_deref(),
    };
    let frame = serde_json::to_vec(&notification).ok()?.len();
    let room = limits::LIMITS.payload.max.checked_sub(frame)?;
    let title = fit_json(&content.title, room)?;
    let left = room - json_len(&title);
    notification.aps.alert.title = title;
    notification.aps.alert.body = notification.aps.alert.body.and_then(|_| fit_json(&content.body, left));
    serde_json::to_vec(&notification).ok()
}
