//! From a notification to one form post: `unicast` for one phone, `unicast_batch` for a list of them. Both know a
//! repeat by its `app_message_id`, phone by phone; saving once and broadcasting does not.

use std::{collections::BTreeMap, sync::Arc};

use form_urlencoded::Serializer;
use model::{Class, ClickAction, DEFAULT_PUSH_TITLE, Presentation, Template, Timestamp};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};

use super::{
    codes::CODES,
    config::{CONTENT_CATEGORIES, Config, SERVICE_CATEGORIES},
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Origin, Protocol, Step, Target, WireRequest, measure, truncate},
    key,
};

/// Where the day's counters are asked for in mainland China.
const FEEDBACK: Origin = Origin::of("feedback.push.oppomobile.com", Protocol::Http1);

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let refuse = |code| Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    let parameters = action_parameters(config, content);
    if let Some(code) = unsendable(content, parameters.as_deref(), now) {
        return refuse(code);
    }
    let notification = render(config, content, parameters, now).to_string();
    let messages: Vec<String> = sendable(targets).map(|regid| message(regid, &notification)).collect();
    let (path, field, json) = match &messages[..] {
        [] => return refuse(answer::BAD_TOKEN),
        [message] => ("unicast", "message", message.clone()),
        list => ("unicast_batch", "messages", format!("[{}]", list.join(","))),
    };
    let body = Serializer::new(String::new())
        .append_pair("auth_token", access_token(auth))
        .append_pair(field, &json)
        .finish();
    Step::Send(post("send", format!("/server/v1/message/notification/{path}"), body))
}

/// The access token travels in the form, as the current book has it; nothing is in the authentication header.
pub(super) fn post(stage: &'static str, path: String, form: String) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path,
        headers: vec![("content-type", "application/x-www-form-urlencoded;charset=UTF-8".to_owned())],
        authorization: None,
        body: form.into_bytes(),
    }
}

/// Asks how much of the day's amount is left. Overseas the counters' host is not known, so the certificate's own is
/// asked (assumed); the exchange before it has proved the certificate already.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    WireRequest {
        to: config.is_mainland().then(|| Arc::new(FEEDBACK)),
        method: "GET",
        headers: vec![("auth_token", access_token(auth).to_owned())],
        ..post("probe", "/server/v1/feedback/fetch_push_permit".to_owned(), String::new())
    }
}

fn access_token(auth: &Auth) -> &str {
    auth.header.as_deref().map_or("", |token| token.expose())
}

/// Lists of regids are parted by semicolons and commas, so neither can be in one.
pub(super) fn is_token(token: &str) -> bool {
    is_id(token) && !token.contains([';', ','])
}

/// Visible ASCII without blanks, as a console or a phone gives IDs out.
pub(super) fn is_id(text: &str) -> bool {
    (1..=limits::ID_MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The regids of a job that are sent, in its order.
pub(super) fn sendable(targets: &[Target]) -> impl Iterator<Item = &str> {
    targets.iter().map(|target| &*target.token).filter(|token| is_token(token))
}

/// What a tap opens: `click_action_type`, and the page where it names one.
pub(super) type Tap<'a> = (u8, &'a str);

const APP: u8 = 0;
const ACTION: u8 = 1;
pub(super) const WEB_PAGE: u8 = 2;
const ACTIVITY: u8 = 4;
pub(super) const URL: u8 = 5;

/// `None` where OPPO would refuse the page. One in the app with a colon in it is a URL.
pub(super) fn tap(click: &ClickAction, pages_by_action: bool) -> Option<Tap<'_>> {
    let (kind, page, max_chars) = match click {
        ClickAction::OpenApp => return Some((APP, "")),
        ClickAction::WebPage(url) => (WEB_PAGE, url, limits::URL_MAX_CHARS),
        ClickAction::AppPage(page) if page.contains(':') => (URL, page, limits::URL_MAX_CHARS),
        ClickAction::AppPage(page) => {
            (if pages_by_action { ACTION } else { ACTIVITY }, page, limits::PAGE_MAX_CHARS)
        }
    };
    is_address(page, max_chars).then_some((kind, page))
}

/// What a tap on this opens, as the message says or the certificate.
pub(super) fn tap_of<'a>(config: &'a Config, content: &'a Content) -> Option<Tap<'a>> {
    tap(content.click.as_ref().unwrap_or(&config.click), config.pages_by_action)
}

fn is_address(text: &str, max_chars: usize) -> bool {
    (1..=max_chars).contains(&text.chars().count())
        && !text.contains(|char: char| char.is_whitespace() || char.is_control())
}

/// The channel the message asks for, else the certificate's.
pub(super) fn channel<'a>(config: &'a Config, content: &'a Content) -> Option<&'a str> {
    let asked = content.style.channel.as_deref().filter(|channel| is_id(channel));
    asked.or_else(|| config.channel_of(content.class))
}

/// A category of OPPO's by its word.
pub(super) fn known_category(word: &str) -> Option<&'static str> {
    SERVICE_CATEGORIES.into_iter().chain(CONTENT_CATEGORIES).find(|category| *category == word)
}

pub(super) fn is_service(category: &str) -> bool {
    SERVICE_CATEGORIES.contains(&category)
}

/// The category that the message asks for, else the certificate's, and whether it is granted: where it is not, OPPO
/// would refuse it or count it as marketing, so marketing's is sent.
pub(super) fn category(config: &Config, content: &Content) -> (&'static str, bool) {
    let asked = content.style.category.as_deref().and_then(known_category);
    let wanted = asked.unwrap_or_else(|| config.category_of(content.class));
    let is_granted = config.may_serve || !is_service(wanted);
    (if is_granted { wanted } else { config.category_of(Class::Marketing) }, is_granted)
}

/// `ext` as a JSON object's members, untouched; `None` where it is no object, which OPPO does not take (row E4).
pub(super) fn members(ext: &str) -> Option<BTreeMap<String, Box<RawValue>>> {
    serde_json::from_str(ext).ok()
}

/// The JSON object whose members reach the opened page as extras, or a URL as its query: those of `ext`, and `payload`
/// under its own name (rows G7, G8). `None` where there is nothing, or nothing may travel (row G5).
fn action_parameters(config: &Config, content: &Content) -> Option<String> {
    let leaves_app = tap_of(config, content).is_some_and(|(kind, _)| kind == WEB_PAGE);
    if leaves_app || content.ext.is_none() && content.payload.is_none() {
        return None;
    }
    let raw = |text: &str| to_raw_value(text).expect("a text is always JSON");
    let mut parameters = content.ext.as_deref().map_or_else(BTreeMap::new, |ext| {
        members(ext).unwrap_or_else(|| BTreeMap::from([("ext".to_owned(), raw(ext))]))
    });
    parameters.extend(content.payload.as_deref().map(|payload| ("payload".to_owned(), raw(payload))));
    Some(serde_json::to_string(&parameters).expect("members with texts for names are always JSON"))
}

/// The code under which a content is given up before anything is sent.
fn unsendable(content: &Content, parameters: Option<&str>, now: Timestamp) -> Option<&'static str> {
    let ext = limits::LIMITS.ext;
    if content.presentation != Presentation::Alert {
        Some(answer::NOT_SUPPORTED)
    } else if content.expires_at <= now {
        Some(answer::EXPIRED)
    } else {
        parameters.is_some_and(|text| measure(text, ext.unit) > ext.max).then_some(answer::EXT_TOO_LONG)
    }
}

/// One phone's push: target type 2 is a regid, and the phone drops what is for an id that is no longer its own.
fn message(regid: &str, notification: &str) -> String {
    let regid = Value::from(regid);
    format!(
        r#"{{"target_type":2,"target_value":{regid},"verify_registration_id":true,"notification":{notification}}}"#
    )
}

/// The vendor's notification; what is null is left out.
fn render(config: &Config, content: &Content, action_parameters: Option<String>, now: Timestamp) -> Value {
    // Both are required, so each stands in for the other where it is blank.
    let title = truncate(first_filled([&content.title, &content.body]), limits::LIMITS.title);
    let text = truncate(first_filled([&content.body, &content.title]), limits::LIMITS.body);
    let (kind, page) = tap_of(config, content).unwrap_or((APP, ""));
    let (category, _) = category(config, content);
    let is_loud = config.may_alert && matches!(content.class, Class::Chat | Class::Call);
    let storage = stored_for_secs(content, now);
    let receipt_url = receipt_url(content);
    let template = template(config, content, &title, &text);
    let filled = |places: &BTreeMap<String, String>| (!places.is_empty()).then(|| json!(places).to_string());
    let badge = (content.counts_badge && config.may_badge).then_some(1);
    let mut notification = json!({
        "app_message_id": key::dedupe_key(content.message, content.purpose),
        "style": if text.chars().count() <= limits::SHORT_TEXT_MAX_CHARS { 1 } else { 2 },
        "title": title,
        "content": text,
        "click_action_type": kind,
        "click_action_activity": matches!(kind, ACTION | ACTIVITY).then_some(page),
        "click_action_url": matches!(kind, WEB_PAGE | URL).then_some(page),
        "action_parameters": action_parameters,
        "off_line": storage.is_some(),
        "off_line_ttl": storage,
        "call_back_url": receipt_url,
        "call_back_parameter": receipt_url.map(|_| content.message.to_string()),
        "channel_id": channel(config, content),
        "notify_id": key::notify_id(&content.collapse_key),
        "category": category,
        // 16 is banner, vibration and sound; left out, the category's own: 2, the lock screen, for IM.
        "notify_level": (is_loud && is_service(category)).then_some(16),
        "private_msg_template_id": template.as_ref().map(|template| &template.id),
        // JSON as text by the book; one client sends objects.
        "private_title_parameters": template.as_ref().and_then(|template| filled(&template.title)),
        "private_content_parameters": template.as_ref().and_then(|template| filled(&template.body)),
        // Type 1 adds.
        "badge_operation_type": badge,
        "badge_message_count": badge,
    });
    if let Some(fields) = notification.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    notification
}

/// Whole seconds that OPPO keeps it for a phone that is offline; `None` where it would be kept for longer than it
/// lives, so that it must be shown now or not at all.
pub(super) fn stored_for_secs(content: &Content, now: Timestamp) -> Option<u64> {
    let left = content.expires_at.after(now);
    (left >= limits::SHORTEST_LIFETIME).then(|| left.min(limits::LIMITS.lifetime).as_secs())
}

/// Where receipts go; a longer address is refused, so none are asked for.
pub(super) fn receipt_url(content: &Content) -> Option<&str> {
    content.receipt_url.as_deref().filter(|url| is_address(url, limits::RECEIPT_URL_MAX_CHARS))
}

/// The message's template; else the certificate's for service categories, whose places title and text fill.
pub(super) fn template(config: &Config, content: &Content, title: &str, text: &str) -> Option<Template> {
    content.style.template.clone().or_else(|| {
        let mut own = config.template.clone().filter(|_| is_service(category(config, content).0))?;
        own.title.values_mut().for_each(|place| title.clone_into(place));
        own.body.values_mut().for_each(|place| text.clone_into(place));
        Some(own)
    })
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}
