//! From a notification, a call or data to one JSON post for up to 1000 targets.

use model::{Class, ClickAction, Presentation, Timestamp};
use serde_json::{Value, json};

use super::{
    codes::{self, CODES},
    config::{Config, MARKETING},
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Sent, Step, Target, WireRequest, truncate},
    key,
    text::{fit_json, json_len},
};

pub(super) const SEND: &str = "send";
const SEND_WITHOUT_IMAGE: &str = "send_without_image";

/// No device's, so that a probe reaches nobody: it is refused after the signature and the project were looked at.
pub(super) const NOBODY: &str = "posthouse-probe-no-device";

/// What a notification job holds.
type Notify<'a> = (&'a Content, &'a [Target], Timestamp);

/// What the phone does: it shows a notification, gives the app data, or rings in the app. The numbers are those of the
/// header `push-type` (documented).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Alert = 0,
    Background = 6,
    Call = 10,
}

/// A call rings where the right to that is granted, unless it asks for a category, such as a missed call's. `None`: it
/// must ring and may not.
pub(super) fn kind_of(config: &Config, content: &Content) -> Option<Kind> {
    match content.presentation {
        Presentation::Data => Some(Kind::Background),
        Presentation::Voip => config.calls_ring.then_some(Kind::Call),
        Presentation::Alert => {
            let rings = content.class == Class::Call && config.calls_ring && content.style.category.is_none();
            Some(if rings { Kind::Call } else { Kind::Alert })
        }
    }
}

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    match *job {
        Job::Notify { content, targets, now } => notify(config, (content, targets, now), SEND, auth),
        Job::Recall { collapse_key, sent, .. } => recall(config, collapse_key, sent, auth),
    }
}

/// The same once more without its picture, which the vendor has refused.
pub(super) fn without_image(config: &Config, (content, targets, now): Notify<'_>, auth: &Auth) -> Step {
    let mut content = content.clone();
    content.style.image = None;
    notify(config, (&content, targets, now), SEND_WITHOUT_IMAGE, auth)
}

fn notify(config: &Config, (content, targets, now): Notify<'_>, stage: &'static str, auth: &Auth) -> Step {
    let refuse = |code| Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    if content.expires_at <= now {
        return refuse(answer::EXPIRED);
    }
    let Some(kind) = kind_of(config, content) else { return refuse(codes::CALL_RIGHT_MISSING) };
    let tokens = sendable(targets.iter().map(|target| &*target.token));
    if tokens.is_empty() {
        return refuse(answer::BAD_TOKEN);
    }
    let Some(body) = render(config, content, kind, &tokens, now) else { return refuse(answer::EXT_TOO_LONG) };
    Step::Send(post(stage, send_path(config), kind, auth, &body))
}

/// Takes back what is shown under a collapse key; only notifications can be (documented).
fn recall(config: &Config, collapse_key: &str, sent: &[Sent], auth: &Auth) -> Step {
    let refuse = |code| Step::done_all(sent.len(), &answer::unsent(&CODES, code));
    let Some(client_id) = &config.client_id else { return refuse(codes::CLIENT_ID_MISSING) };
    let tokens = sendable(sent.iter().map(|sent| &*sent.token));
    if tokens.is_empty() {
        return refuse(answer::BAD_TOKEN);
    }
    let body = json!({ "notifyId": key::notify_id(collapse_key), "token": tokens });
    let path = format!("/v1/{client_id}/messages:revoke");
    Step::Send(post("recall", path, Kind::Alert, auth, &body))
}

/// A push to nobody: its token is refused where the service account is good, the account where it is not.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let (title, click) = ("Posthouse", json!({ "actionType": 0 }));
    let body = json!({
        "payload": { "notification": { "category": MARKETING, "title": title, "body": title, "clickAction": click } },
        "target": { "token": [NOBODY] },
        "pushOptions": { "ttl": 1 },
    });
    post("probe", send_path(config), Kind::Alert, auth, &body)
}

fn send_path(config: &Config) -> String {
    format!("/v3/{}/messages:send", config.account.project_id)
}

fn post(stage: &'static str, path: String, kind: Kind, auth: &Auth, body: &Value) -> WireRequest {
    let push_type = (kind as u8).to_string();
    let content_type = "application/json; charset=UTF-8".to_owned();
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path,
        headers: vec![("content-type", content_type), ("push-type", push_type)],
        authorization: auth.header.clone(),
        body: body.to_string().into_bytes(),
    }
}

fn sendable<'a>(tokens: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    tokens.filter(|token| is_token(token)).collect()
}

/// The vendor warns against assuming a form; visible characters are in every one seen.
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::PUSH_TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Pictures are fetched over https only (documented).
pub(super) fn is_image(address: &str) -> bool {
    address.starts_with("https://")
        && !address.contains(|char: char| char.is_whitespace() || char.is_control())
}

/// The body; `None` where `ext` and `payload` leave no room in what the vendor counts, which is all but the tokens.
fn render(config: &Config, content: &Content, kind: Kind, tokens: &[&str], now: Timestamp) -> Option<Value> {
    let payload = match kind {
        Kind::Alert => json!({ "notification": notification(config, content) }),
        Kind::Background | Kind::Call => json!({ "extraData": extra(content, kind).to_string() }),
    };
    let options = options(config, content, kind, now);
    let body = json!({ "payload": payload, "target": { "token": [] }, "pushOptions": options });
    let mut body = without_gaps(body);
    let room = limits::LIMITS.payload.max.checked_sub(body.to_string().len())?;
    if let Some(notification) = body.pointer_mut("/payload/notification") {
        let (title, text) = fit(content, room)?;
        notification["title"] = title.into();
        notification["body"] = text.into();
    }
    body["target"]["token"] = tokens.into();
    Some(body)
}

/// An object without the members that hold nothing.
fn without_gaps(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let nothing = Value::Object(serde_json::Map::new());
    let filled = members.into_iter().map(|(name, value)| (name, without_gaps(value)));
    filled.filter(|(_, value)| !value.is_null() && *value != nothing).collect()
}

/// Title and text cut to the room there is. Both are required, so the title stands in for a blank text, and leaves
/// room for at least the text's ellipsis.
fn fit(content: &Content, room: usize) -> Option<(String, String)> {
    let text = if content.body.trim().is_empty() { &content.title } else { &content.body };
    let least = json_len(text).min('…'.len_utf8());
    let title = fit_json(&content.title, room.checked_sub(least)?)?;
    let left = room - json_len(&title);
    Some((title, fit_json(text, left)?))
}

/// Its title and text are fitted to the room that is left. A device shows the first push with an `appMessageId` and
/// drops the others for a day (documented).
fn notification(config: &Config, content: &Content) -> Value {
    let category = config.category(content).name;
    json!({
        "category": category,
        "title": "",
        "body": "",
        "clickAction": click(config, content),
        "notifyId": key::notify_id(&content.collapse_key),
        "appMessageId": key::dedupe_key(content.message, content.purpose),
        "badge": content.counts_badge.then(|| json!({ "addNum": 1 })),
        "image": content.style.image.as_deref().filter(|image| is_image(image)),
        "sound": content.style.sound.as_deref().filter(|sound| category != MARKETING && !sound.is_empty()),
        "foregroundShow": config.foreground_show,
    })
}

/// 0 opens the app, 1 a page of it by `action` or `uri`; what matches no page opens the app (documented). What is in
/// `data` reaches the app in `want.parameters`.
fn click(config: &Config, content: &Content) -> Value {
    let data = json!({ "ext": content.ext, "payload": content.payload });
    match content.click.as_ref().unwrap_or(&config.click) {
        ClickAction::OpenApp => json!({ "actionType": 0, "data": data }),
        ClickAction::AppPage(page) if page.contains("://") => {
            json!({ "actionType": 1, "uri": page, "data": data })
        }
        ClickAction::AppPage(page) => json!({ "actionType": 1, "action": page, "data": data }),
        // The system opens no web page: the app is given the address and, by row G5, nothing else.
        ClickAction::WebPage(url) => json!({ "actionType": 0, "data": { "url": url } }),
    }
}

/// What the app receives with data; with calls also who is calling.
fn extra(content: &Content, kind: Kind) -> Value {
    let is_call = kind == Kind::Call;
    let shown = |text: &str| is_call.then(|| truncate(text, limits::CALL_TEXT));
    without_gaps(json!({
        "message": content.message.to_string(),
        "title": shown(&content.title),
        "body": shown(&content.body),
        "ext": content.ext,
        "payload": content.payload,
    }))
}

fn options(config: &Config, content: &Content, kind: Kind, now: Timestamp) -> Value {
    let longest = if kind == Kind::Call { limits::CALL_LIFETIME } else { limits::LIMITS.lifetime };
    json!({
        // Zero seconds would be in the past on arrival.
        "ttl": content.expires_at.after(now).min(longest).as_secs().max(1),
        // Comes back in receipts, and so finds the message again.
        "biTag": content.message.to_string(),
        "receiptId": config.receipt_id.as_deref().filter(|_| content.receipt_url.is_some()),
        "testMessage": config.test_messages.then_some(true),
    })
}
