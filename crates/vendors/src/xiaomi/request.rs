//! From a notification to one form post for up to 1000 targets.

use form_urlencoded::Serializer;
use model::{Class, ClickAction, DEFAULT_PUSH_TITLE, Presentation, TargetVerdict, Timestamp};

use super::{codes::CODES, config::Config, limits};
use crate::{
    answer,
    contract::{Auth, Content, Job, Step, Target, WireRequest, measure, truncate},
    key,
};

/// Every receipt type there is: the plain sum of 1, 2, 16, 32, 64, 128 and 1024 (documented). A sum with an
/// undefined bit brings no receipts at all (observed).
const EVERY_RECEIPT: &str = "1267";

const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

pub(super) fn begin(config: &Config, job: &Job<'_>, auth: &Auth) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let click = content.click.as_ref().unwrap_or(&config.click);
    if let Some(code) = unsendable(content, click, now) {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    }
    if !targets.iter().any(|target| is_token(&target.token)) {
        return Step::Done(targets.iter().map(|_| bad_token()).collect());
    }
    Step::Send(WireRequest {
        stage: "send",
        to: None,
        method: "POST",
        path: "/v2/message/regid".to_owned(),
        headers: vec![("content-type", FORM.to_owned())],
        authorization: auth.header.clone(),
        body: render(config, content, click, targets, now).into_bytes(),
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

/// Whether a text may stand in the comma list: a token with a comma in it would address other people's phones.
pub(super) fn is_token(token: &str) -> bool {
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',')
}

pub(super) fn bad_token() -> TargetVerdict {
    answer::unsent(&CODES, answer::BAD_TOKEN)
}

/// The code under which a content is given up before anything is sent.
fn unsendable(content: &Content, click: &ClickAction, now: Timestamp) -> Option<&'static str> {
    if content.presentation != Presentation::Alert {
        return Some(answer::NOT_SUPPORTED);
    }
    if content.expires_at <= now {
        return Some(answer::EXPIRED);
    }
    let ext = limits::LIMITS.ext;
    let used: usize =
        own_pairs(content, click).map(|(key, value)| measure(key, ext.unit) + measure(value, ext.unit)).sum();
    (used > ext.max).then_some(answer::EXT_TOO_LONG)
}

/// The pairs that reach the app in the message's extra map; none travel with a web page (row G5).
fn own_pairs<'a>(content: &'a Content, click: &ClickAction) -> impl Iterator<Item = (&'static str, &'a str)> {
    let travels = !matches!(click, ClickAction::WebPage(_));
    [("ext", &content.ext), ("payload", &content.payload)]
        .into_iter()
        .filter_map(move |(key, value)| value.as_deref().filter(|_| travels).map(|value| (key, value)))
}

fn render(
    config: &Config,
    content: &Content,
    click: &ClickAction,
    targets: &[Target],
    now: Timestamp,
) -> String {
    // The vendor refuses a blank title or description, so each stands in for the other.
    let title = first_filled([&content.title, &content.body]);
    let description = first_filled([&content.body, &content.title]);
    let mut form = Serializer::new(String::new());
    form.append_pair("restricted_package_name", &config.package)
        .append_pair("pass_through", "0")
        .append_pair("title", &truncate(title, limits::LIMITS.title))
        .append_pair("description", &truncate(description, limits::LIMITS.body))
        .append_pair("notify_type", "-1")
        // Without one, all messages of an app overwrite each other.
        .append_pair("notify_id", &key::notify_id(&content.collapse_key).to_string());
    let channel = config.channel_id.as_deref().filter(|_| content.class != Class::Marketing);
    form.append_pair(
        "time_to_live",
        &time_to_live_ms(content.expires_at, now, channel.is_some()).to_string(),
    );
    match click {
        ClickAction::OpenApp => form.append_pair("extra.notify_effect", "1"),
        ClickAction::AppPage(intent) => {
            form.append_pair("extra.notify_effect", "2").append_pair("extra.intent_uri", intent)
        }
        ClickAction::WebPage(url) => {
            form.append_pair("extra.notify_effect", "3").append_pair("extra.web_uri", url)
        }
    };
    if let Some(channel) = channel {
        form.append_pair("extra.channel_id", channel);
    }
    // A phone drops repeats of the same key, which is the nearest thing to idempotency there is.
    form.append_pair("extra.jobkey", &key::dedupe_key(content.message));
    if let Some(url) = content.receipt_url.as_deref().filter(|url| url.len() <= limits::RECEIPT_URL_MAX_BYTES)
    {
        form.append_pair("extra.callback", url)
            .append_pair("extra.callback.param", &content.message.to_string())
            .append_pair("extra.callback.type", EVERY_RECEIPT);
    }
    for (key, value) in own_pairs(content, click) {
        form.append_pair(&format!("extra.{key}"), value);
    }
    let tokens: Vec<&str> =
        targets.iter().map(|target| &*target.token).filter(|token| is_token(token)).collect();
    form.append_pair("registration_id", &tokens.join(","));
    form.finish()
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

fn time_to_live_ms(expires_at: Timestamp, now: Timestamp, in_channel: bool) -> u128 {
    let longest = if in_channel { limits::LIMITS.lifetime } else { limits::PUBLIC_LIFETIME };
    expires_at.after(now).min(longest).as_millis()
}

/// The day as `yyyyMMdd` where the vendor counts it.
fn beijing_day(now: Timestamp) -> String {
    const UTC_PLUS_8_MS: i64 = 8 * 3_600_000;
    now.plus_ms(UTC_PLUS_8_MS).to_string().chars().take(10).filter(char::is_ascii_digit).collect()
}
