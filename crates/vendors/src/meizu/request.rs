//! From a notification to one signed form for up to 100 push ids.

use model::{ClickAction, DEFAULT_PUSH_TITLE, Interruption, Presentation, TargetVerdict, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    auth,
    codes::CODES,
    config::{self, Config, MessageType},
    limits,
};
use crate::{
    answer,
    contract::{Content, Job, Step, WireRequest, truncate},
    key,
    text::json_len,
};

/// Where the vendor's day and its dates are counted (assumed).
pub(super) const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;

const PUSH: &str = "/garcia/api/server/push/varnished/pushByPushId";
const STATISTICS: &str = "/garcia/api/server/push/statistics/dailyPushStatics";
const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

/// Arrived and clicked, which is all there is (documented).
const EVERY_RECEIPT: u8 = 3;

pub(super) fn begin(config: &Config, job: &Job<'_>) -> Step {
    let Job::Notify { content, targets, now } = *job else {
        return Step::done_all(job.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
    let click = content.click.as_ref().unwrap_or(&config.click);
    if let Some(code) = unsendable(content, click, now) {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, code));
    }
    let ids: Vec<&str> =
        targets.iter().map(|target| &*target.token).filter(|token| is_token(token)).collect();
    if ids.is_empty() {
        return Step::done_all(targets.len(), &bad_token());
    }
    // Signed and sent as one text, because the signature is over its very bytes.
    let message = render(config, content, click, now).to_string();
    let fields = [("pushIds", &*ids.join(",")), ("messageJson", &*message)];
    Step::Send(post(config, "send", PUSH, &fields))
}

/// Asks for one day's numbers of the app: needs the AppId and the AppSecret that belongs to it.
pub(super) fn probe(config: &Config) -> WireRequest {
    let day = beijing_day(config.opened_at);
    post(config, "probe", STATISTICS, &[("startTime", &*day), ("endTime", &*day)])
}

fn post(config: &Config, stage: &'static str, path: &str, fields: &[(&str, &str)]) -> WireRequest {
    WireRequest {
        stage,
        to: None,
        method: "POST",
        path: path.to_owned(),
        headers: vec![("content-type", FORM.to_owned())],
        authorization: None,
        body: auth::signed_form(config, fields).into_bytes(),
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

/// As the message asks, otherwise as the certificate says of its class. What names no type is public to the vendor
/// (documented), so it is never left out.
pub(super) fn message_type(config: &Config, content: &Content) -> MessageType {
    let asked = content.style.category.as_deref().and_then(MessageType::parse);
    asked.unwrap_or_else(|| config.message_types.of(content.class))
}

/// Whole hours that the vendor may keep it for an offline phone. A part of an hour is left off, so that nothing is
/// shown after its time.
pub(super) fn stored_hours(content: &Content, now: Timestamp) -> u64 {
    content.expires_at.after(now).min(limits::LIMITS.lifetime).as_secs() / limits::LIFETIME_STEP.as_secs()
}

/// The code under which a content is given up before anything is sent.
fn unsendable(content: &Content, click: &ClickAction, now: Timestamp) -> Option<&'static str> {
    if content.presentation != Presentation::Alert {
        return Some(answer::NOT_SUPPORTED);
    }
    if content.expires_at <= now {
        return Some(answer::EXPIRED);
    }
    let used: usize = own_pairs(content, click).map(|(_, value)| json_len(value)).sum();
    (used > limits::LIMITS.ext.max).then_some(answer::EXT_TOO_LONG)
}

/// What reaches the opened Activity as string extras of its intent; nothing travels with a web page (row G5).
fn own_pairs<'a>(content: &'a Content, click: &ClickAction) -> impl Iterator<Item = (&'static str, &'a str)> {
    let travels = !matches!(click, ClickAction::WebPage(_));
    [("ext", &content.ext), ("payload", &content.payload)]
        .into_iter()
        .filter_map(move |(key, value)| value.as_deref().filter(|_| travels).map(|value| (key, value)))
}

/// The vendor's `messageJson`.
fn render(config: &Config, content: &Content, click: &ClickAction, now: Timestamp) -> Value {
    // The vendor wants both, so each stands in for the other.
    let title = first_filled([&content.title, &content.body]);
    let text = first_filled([&content.body, &content.title]);
    let mut message = json!({
        "noticeBarInfo": {
            "noticeMsgType": message_type(config, content) as u8,
            "title": truncate(title, limits::LIMITS.title),
            "content": truncate(text, limits::LIMITS.body),
        },
        "clickTypeInfo": click_info(content, click),
        "pushTimeInfo": match stored_hours(content, now) {
            0 => json!({ "offLine": 0 }),
            hours => json!({ "offLine": 1, "validTime": hours }),
        },
        // Eight characters at most; only the last notification with the same key stays in the shade.
        "advanceInfo": { "notifyKey": format!("{:08x}", key::notify_id(&content.collapse_key)) },
    });
    if content.style.interruption == Some(Interruption::Passive) {
        message["advanceInfo"]["suspend"] = json!(0);
        message["advanceInfo"]["notificationType"] = json!({ "vibrate": 0, "lights": 0, "sound": 0 });
    }
    if let Some(url) = receipt_address(config, content) {
        // The names hold dots; they are not nested.
        message["extra"] = json!({
            "callback": url,
            "callback.param": content.message.to_string(),
            "callback.type": EVERY_RECEIPT,
        });
    }
    message
}

fn click_info(content: &Content, click: &ClickAction) -> Value {
    let mut info = match click {
        ClickAction::OpenApp => json!({ "clickType": 0 }),
        ClickAction::AppPage(page) if !config::is_uri(page) => json!({ "clickType": 1, "activity": page }),
        ClickAction::AppPage(uri) | ClickAction::WebPage(uri) => json!({ "clickType": 2, "url": uri }),
    };
    let own: Map<_, _> =
        own_pairs(content, click).map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
    if !own.is_empty() {
        info["parameters"] = Value::Object(own);
    }
    info
}

/// An address that is not registered at the vendor costs every offline phone its push (one aggregator's warning), so
/// receipts are asked for only once the operator has entered the token that comes with registering.
fn receipt_address<'a>(config: &Config, content: &'a Content) -> Option<&'a str> {
    config.receipt_token.as_ref()?;
    content.receipt_url.as_deref().filter(|url| url.len() <= limits::RECEIPT_URL_MAX_BYTES)
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

/// The day as `yyyyMMdd` where the vendor counts it.
fn beijing_day(now: Timestamp) -> String {
    now.plus_ms(BEIJING_OFFSET_MS).to_string().chars().take(10).filter(char::is_ascii_digit).collect()
}
