//! From a notification to requests: one for a single phone, two for a list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{ClickAction, DEFAULT_PUSH_TITLE, MessageId, Presentation, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    codes::{self, CODES},
    config::{self, Config},
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Sent, Step, Target, WireRequest, measure, truncate},
    key,
};

/// Stores a message that is to go to a list.
pub(super) const SAVE: &str = "save";
/// Sends a stored message to a list.
pub(super) const LIST: &str = "list";

/// Of the old form, and no phone's (assumed).
const NOBODY: &str = "00000000000000000000000";

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    match *job {
        Job::Notify { content, targets, now } => notify(config, content, targets, now, auth),
        Job::Recall { sent, .. } => match tasks(sent).first() {
            Some(task) => Step::Send(recall(config, task, sent, auth)),
            None => Step::done_all(sent.len(), &answer::unsent(&CODES, codes::TASK_UNKNOWN)),
        },
    }
}

fn notify(config: &Config, content: &Content, targets: &[Target], now: Timestamp, auth: &Auth) -> Step {
    let click = content.click.as_ref().unwrap_or(&config.click);
    if let Some(code) = unsendable(content, click, now) {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    }
    let (stage, path, single) = match tokens(targets)[..] {
        [] => return Step::done_all(targets.len(), &answer::unsent(&CODES, answer::BAD_TOKEN)),
        [token] => ("send", "/message/send", Some(token)),
        [..] => (SAVE, "/message/saveListPayload", None),
    };
    Step::Send(post(stage, path, Some(auth), &render(config, content, click, now, single)))
}

/// The second step of a list: to whom the stored message goes.
pub(super) fn list(config: &Config, id: MessageId, task: &str, to: &[Target], auth: &Auth) -> WireRequest {
    let body = json!({
        "appId": config.app_id,
        "taskId": task,
        "requestId": request_id(id, &[task]),
        "regIds": tokens(to),
    });
    post(LIST, "/message/pushToList", Some(auth), &body)
}

/// Takes back one task. An empty list might mean everybody, so its phones are always named.
pub(super) fn recall(config: &Config, task: &str, sent: &[Sent], auth: &Auth) -> WireRequest {
    let of_task = sent.iter().filter(|push| push.vendor_message_id.as_deref() == Some(task));
    let tokens: Vec<&str> = of_task.map(|push| &*push.token).collect();
    let body = json!({ "appId": config.app_id, "taskId": task, "userType": 1, "userIds": tokens });
    post("recall", "/message/recycle", Some(auth), &body)
}

/// Asks whether a regId that is no phone's is valid.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let body = json!({ "appId": config.app_id, "userType": 1, "userIds": [NOBODY] });
    post("probe", "/invalidUser/check", Some(auth), &body)
}

/// The access token travels in a header of vivo's own.
pub(super) fn post(stage: &'static str, path: &str, auth: Option<&Auth>, body: &Value) -> WireRequest {
    let token = auth.and_then(|auth| auth.header.as_ref()).map(|token| ("authtoken", token.expose().clone()));
    let kind = ("content-type", "application/json;charset=UTF-8".to_owned());
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: path.to_owned(),
        headers: std::iter::once(kind).chain(token).collect(),
        authorization: None,
        body: body.to_string().into_bytes(),
    }
}

/// The tasks of what was sent, each once, sorted.
pub(super) fn tasks(sent: &[Sent]) -> Vec<&str> {
    let mut tasks: Vec<&str> = sent.iter().filter_map(|push| push.vendor_message_id.as_deref()).collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks
}

/// The charset of regIds is not written down, so only what no list or header could carry is refused. Receipts name
/// their phones in a comma list.
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}

fn tokens(targets: &[Target]) -> Vec<&str> {
    targets.iter().map(|target| &*target.token).filter(|token| is_token(token)).collect()
}

/// The code under which a content is given up before anything is sent.
fn unsendable(content: &Content, click: &ClickAction, now: Timestamp) -> Option<&'static str> {
    let ext = limits::LIMITS.ext;
    let own = own_pairs(content, click);
    let used: usize = own.iter().map(|(key, value)| measure(key, ext.unit) + measure(value, ext.unit)).sum();
    if content.expires_at <= now {
        Some(answer::EXPIRED)
    } else if content.presentation != Presentation::Alert {
        Some(answer::NOT_SUPPORTED)
    } else if config::click_fault(click).is_some() {
        Some(codes::CLICK_REFUSED)
    } else {
        (used > ext.max).then_some(answer::EXT_TOO_LONG)
    }
}

/// The pairs that reach the app as string extras of the intent; none travel with a web page (row G5).
fn own_pairs<'a>(content: &'a Content, click: &ClickAction) -> Vec<(&'static str, &'a str)> {
    let travels = !matches!(click, ClickAction::WebPage(_));
    let own = [("ext", &content.ext), ("payload", &content.payload)].into_iter();
    own.filter_map(|(key, value)| value.as_deref().filter(|_| travels).map(|value| (key, value))).collect()
}

/// One of our own for every call: vivo is not known to merge repeats, and a repeat after a fault must not be refused as
/// one. It begins with the message's id, so that vivo's people can be asked about it.
fn request_id(message: MessageId, call: &[&str]) -> String {
    let digest = Sha256::digest(call.join(" "));
    format!("{message}-{}", URL_SAFE_NO_PAD.encode(&digest[..12]))
}

/// A message, as both ways of sending take it; only a single one names its phone.
fn render(
    config: &Config,
    content: &Content,
    click: &ClickAction,
    now: Timestamp,
    to: Option<&str>,
) -> Value {
    let (skip_type, skip_content) = match click {
        ClickAction::OpenApp => (1, None),
        ClickAction::WebPage(url) => (2, Some(url)),
        ClickAction::AppPage(intent) => (4, Some(intent)),
    };
    let is_operational = config.is_operational(content);
    let left = content.expires_at.after(now);
    let mut body = json!({
        "appId": config.app_id,
        "regId": to,
        "requestId": request_id(content.message, &[to.unwrap_or(SAVE), &now.to_string()]),
        "pushMode": u8::from(config.is_test),
        "category": config.category(content),
        // Its default differs between editions of the book.
        "classification": u8::from(!is_operational),
        // vivo refuses a blank title or text, so each stands in for the other.
        "title": truncate(first_filled([&content.title, &content.body]), limits::LIMITS.title),
        "content": truncate(first_filled([&content.body, &content.title]), limits::LIMITS.body),
        "notifyType": if is_operational { 1 } else { 4 },
        "notifyId": key::notify_id(&content.collapse_key),
        "timeToLive": left.clamp(limits::SHORTEST_LIFETIME, limits::LIMITS.lifetime).as_secs(),
        // What may not wait for the shortest lifetime may only go to phones that are online now.
        "sendOnline": (left < limits::SHORTEST_LIFETIME).then_some(true),
        "foregroundShow": config.shows_in_front,
        "addBadge": (config.counts_badge && content.counts_badge).then_some(true),
        "skipType": skip_type,
        "skipContent": skip_content,
        "clientCustomMap": texts(own_pairs(content, click)),
        "extra": texts(receipt_wishes(config, content, to.is_some())),
    });
    if let Value::Object(members) = &mut body {
        members.retain(|_, value| !value.is_null());
    }
    body
}

/// Lists take a callback ID only (documented); it wins over an address.
fn receipt_wishes(config: &Config, content: &Content, is_single: bool) -> Vec<(&'static str, String)> {
    let to = match (&content.receipt_url, &config.callback_id) {
        (Some(_), Some(id)) => ("callback.id", id.clone()),
        (Some(url), None) if is_single && url.len() <= limits::RECEIPT_URL_MAX_BYTES => {
            ("callback", url.to_string())
        }
        _ => return Vec::new(),
    };
    vec![to, ("callback.param", content.message.to_string())]
}

/// Pairs as an object; nothing where there are none.
fn texts<T: Into<Value>>(pairs: Vec<(&str, T)>) -> Option<Value> {
    let any = !pairs.is_empty();
    any.then(|| pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}
