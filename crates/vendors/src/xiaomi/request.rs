//! From a notification to one form post for up to 1000 targets, and from a recall to another.

use std::collections::BTreeMap;

use form_urlencoded::Serializer;
use model::{Class, ClickAction, DEFAULT_PUSH_TITLE, Presentation, TargetVerdict, Timestamp};
use serde_json::json;

use super::{
    codes::CODES,
    config::{self, Config},
    limits,
};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, WireRequest, measure, truncate},
    key,
};

/// Every receipt type there is: the plain sum of 1, 2, 16, 32, 64, 128 and 1024 (documented). A sum with an
/// undefined bit brings no receipts at all (observed).
const EVERY_RECEIPT: &str = "1267";

const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let refuse = |code| Step::done_all(job.len(), &answer::unsent(&CODES, code));
    let tokens: Vec<&str> = tokens(job).filter(|token| is_token(token)).collect();
    if let Job::Notify { content, now, .. } = *job
        && let Some(code) = unsendable(config, content, now)
    {
        return refuse(code);
    }
    if tokens.is_empty() {
        return refuse(answer::BAD_TOKEN);
    }
    let tokens = tokens.join(",");
    Step::Send(match *job {
        Job::Notify { content, now, .. } => {
            post("send", "/v2/message/regid", render(config, content, &tokens, now), auth)
        }
        Job::Recall { collapse_key, .. } => {
            post("recall", "/v1/message/regid/revoke", render_recall(config, collapse_key, &tokens), auth)
        }
    })
}

/// Asks for one day's counters of the package: needs the secret and a package that belongs to it.
pub(super) fn probe(config: &Config, auth: &Auth) -> WireRequest {
    let day = beijing_day(config.opened_at);
    let query = Serializer::new(String::new())
        .append_pair("start_date", &day)
        .append_pair("end_date", &day)
        .append_pair("restricted_package_name", &config.package)
        .finish();
    WireRequest {
        stage: "probe",
        to: None,
        method: "GET",
        path: format!("/v1/stats/message/counters?{query}"),
        headers: Vec::new(),
        authorization: auth.header.clone(),
        body: Vec::new(),
    }
}

/// A job's tokens in its order.
pub(super) fn tokens<'a>(job: &Job<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let (targets, sent) = match *job {
        Job::Notify { targets, .. } => (targets, [].as_slice()),
        Job::Recall { sent, .. } => ([].as_slice(), sent),
    };
    targets.iter().map(|target| &*target.token).chain(sent.iter().map(|sent| &*sent.token))
}

/// Whether a text may stand in the comma list: a token with a comma in it would address other people's phones.
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}

pub(super) fn bad_token() -> TargetVerdict {
    answer::unsent(&CODES, answer::BAD_TOKEN)
}

/// Whether a tap may open this; what it may not opens the app instead.
pub(super) fn can_open(click: &ClickAction) -> bool {
    match click {
        ClickAction::OpenApp => true,
        ClickAction::WebPage(target) | ClickAction::AppPage(target) => {
            (1..=limits::ADDRESS_MAX_BYTES).contains(&target.len())
                && !target.contains(|char: char| char.is_whitespace() || char.is_control())
        }
    }
}

/// What a tap on this opens, as the message says or the certificate.
pub(super) fn click<'a>(config: &'a Config, content: &'a Content) -> &'a ClickAction {
    let click = content.click.as_ref().unwrap_or(&config.click);
    if can_open(click) { click } else { &ClickAction::OpenApp }
}

/// The channel that the message asks for, else the certificate's for its class.
pub(super) fn channel<'a>(config: &'a Config, content: &'a Content) -> Option<&'a str> {
    asked_channel(content).or_else(|| config.channel_of(content.class))
}

fn asked_channel(content: &Content) -> Option<&str> {
    content.style.channel.as_deref().filter(|id| config::is_console_id(id))
}

/// Whether it goes through a private channel, which has no daily amount. That a channel the message itself names is of
/// the same kind as the certificate's is assumed.
pub(super) fn is_private(config: &Config, content: &Content) -> bool {
    config.may_be_private && content.class != Class::Marketing && channel(config, content).is_some()
}

/// How long Xiaomi keeps it for a phone that is offline.
pub(super) fn kept_for(config: &Config, content: &Content) -> std::time::Duration {
    if is_private(config, content) { limits::LIMITS.lifetime } else { limits::PUBLIC_LIFETIME }
}

/// A sound as the vendor names it, from the name of an Android resource or of a file that becomes one.
pub(super) fn sound_uri(config: &Config, content: &Content) -> Option<String> {
    let folder = format!("android.resource://{}/raw/", config.package);
    let asked = content.style.sound.as_deref()?;
    let file = asked.strip_prefix(&folder).or_else(|| asked.strip_prefix("/raw/")).unwrap_or(asked);
    let name = file.split_once('.').map_or(file, |(name, _)| name);
    let is_resource = !file.contains(['/', ':'])
        && name.len() <= 100
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_resource.then(|| folder + name)
}

/// Where receipts go; a longer address is refused, so none are asked for.
pub(super) fn receipt_url(content: &Content) -> Option<&str> {
    content.receipt_url.as_deref().filter(|url| url.len() <= limits::RECEIPT_URL_MAX_BYTES)
}

/// Whether the pairs of the app are longer together than the vendor takes.
pub(super) fn is_too_long(config: &Config, content: &Content) -> bool {
    let ext = limits::LIMITS.ext;
    let used: usize = own_pairs(content, click(config, content))
        .map(|(key, value)| measure(key, ext.unit) + measure(value, ext.unit))
        .sum();
    used > ext.max
}

/// A template's value as the vendor takes it: on one line, without pictographs, not blank, not too long. Which
/// characters count as symbols is not said: emoji, arrows and dingbats are taken out (assumed).
pub(super) fn template_value(text: &str) -> String {
    let line = text.chars().map(|char| if char.is_control() { ' ' } else { char });
    let plain: String = line.filter(|char| !is_symbol(*char)).collect();
    truncate(first_filled([&plain, ""]), limits::TEMPLATE_VALUE)
}

const fn is_symbol(char: char) -> bool {
    matches!(char,
        '\u{200d}' | '\u{20e3}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '©' | '®' | '\u{fe00}'..='\u{fe0f}' | '\u{1f000}'..='\u{1faff}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// What a push says, and the template it says it by.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) template: Option<(String, BTreeMap<String, String>)>,
}

/// The message's own template leaves its texts as they are; the certificate's is filled with them, and where its
/// wording is known, title and text read exactly as the filled template (documented for 2026, in one page).
pub(super) fn words(config: &Config, content: &Content) -> Words {
    // The vendor refuses a blank title or description, so each stands in for the other.
    let title = truncate(first_filled([&content.title, &content.body]), limits::LIMITS.title);
    let description = truncate(first_filled([&content.body, &content.title]), limits::LIMITS.body);
    if let Some(own) = content.style.template.as_ref().filter(|_| channel(config, content).is_some()) {
        let places = own.title.iter().chain(&own.body);
        let parameters = places.map(|(name, value)| (name.clone(), template_value(value))).collect();
        return Words { title, description, template: Some((own.id.clone(), parameters)) };
    }
    let of_certificate = is_private(config, content) && asked_channel(content).is_none();
    let Some(id) = config.template_of(content.class).filter(|_| of_certificate) else {
        return Words { title, description, template: None };
    };
    let (parameters, [wording, text]) =
        config.places.fill(&template_value(&title), &template_value(&description));
    Words {
        title: wording.unwrap_or(title),
        description: text.unwrap_or(description),
        template: Some((id.to_owned(), parameters)),
    }
}

/// The code under which a content is given up before anything is sent. Data messages (`pass_through` 1) were switched
/// off for third parties on 2022-09-12 (documented), and there is nothing that rings.
fn unsendable(config: &Config, content: &Content, now: Timestamp) -> Option<&'static str> {
    if content.presentation != Presentation::Alert {
        return Some(answer::NOT_SUPPORTED);
    }
    if content.expires_at <= now {
        return Some(answer::EXPIRED);
    }
    is_too_long(config, content).then_some(answer::EXT_TOO_LONG)
}

/// The pairs that reach the app in the message's extra map; none travel with a web page (row G5).
fn own_pairs<'a>(content: &'a Content, click: &ClickAction) -> impl Iterator<Item = (&'static str, &'a str)> {
    let travels = !matches!(click, ClickAction::WebPage(_));
    [("ext", &content.ext), ("payload", &content.payload)]
        .into_iter()
        .filter_map(move |(key, value)| value.as_deref().filter(|_| travels).map(|value| (key, value)))
}

fn post(stage: &'static str, path: &str, body: String, auth: &Auth) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: path.to_owned(),
        headers: vec![("content-type", FORM.to_owned())],
        authorization: auth.header.clone(),
        body: body.into_bytes(),
    }
}

fn render(config: &Config, content: &Content, tokens: &str, now: Timestamp) -> String {
    let words = words(config, content);
    let click = click(config, content);
    let lifetime = content.expires_at.after(now).min(kept_for(config, content));
    let mut form = Serializer::new(String::new());
    form.append_pair("restricted_package_name", &config.package)
        .append_pair("pass_through", "0")
        .append_pair("title", &words.title)
        .append_pair("description", &words.description)
        .append_pair("notify_type", "-1")
        // Without one, all messages of an app overwrite each other.
        .append_pair("notify_id", &key::notify_id(&content.collapse_key).to_string())
        .append_pair("time_to_live", &lifetime.as_millis().to_string());
    match click {
        ClickAction::OpenApp => form.append_pair("extra.notify_effect", "1"),
        ClickAction::AppPage(intent) => {
            form.append_pair("extra.notify_effect", "2").append_pair("extra.intent_uri", intent)
        }
        ClickAction::WebPage(url) => {
            form.append_pair("extra.notify_effect", "3").append_pair("extra.web_uri", url)
        }
    };
    if let Some(channel) = channel(config, content) {
        form.append_pair("extra.channel_id", channel);
    }
    if let Some((id, parameters)) = &words.template {
        form.append_pair("extra.template_id", id);
        if !parameters.is_empty() {
            form.append_pair("extra.template_param", &json!(parameters).to_string());
        }
    }
    if let Some(sound) = sound_uri(config, content) {
        form.append_pair("extra.sound_uri", &sound);
    }
    // A phone drops repeats of the same key, which is the nearest thing to idempotency there is.
    form.append_pair("extra.jobkey", &key::dedupe_key(content.message, content.purpose));
    if let Some(url) = receipt_url(content) {
        form.append_pair("extra.callback", url)
            .append_pair("extra.callback.param", &content.message.to_string())
            .append_pair("extra.callback.type", EVERY_RECEIPT);
    }
    for (key, value) in own_pairs(content, click) {
        form.append_pair(&format!("extra.{key}"), value);
    }
    form.append_pair("registration_id", tokens);
    form.finish()
}

/// By notify id, which takes a list of phones. Recalling by the vendor's message id would reach every phone that shared
/// the request.
fn render_recall(config: &Config, collapse_key: &str, tokens: &str) -> String {
    Serializer::new(String::new())
        .append_pair("restricted_package_name", &config.package)
        .append_pair("notify_id", &key::notify_id(collapse_key).to_string())
        .append_pair("registration_ids", tokens)
        .finish()
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

const UTC_PLUS_8_MS: i64 = 8 * 3_600_000;

/// The day as `yyyyMMdd` where the vendor counts it.
fn beijing_day(now: Timestamp) -> String {
    now.plus_ms(UTC_PLUS_8_MS).to_string().chars().take(10).filter(char::is_ascii_digit).collect()
}
