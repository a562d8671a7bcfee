//! From a notification to one signed form for up to 100 push ids.

use model::{ClickAction, DEFAULT_PUSH_TITLE, Interruption, Presentation, TargetVerdict, Timestamp};
use serde::Serialize;

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
    let Ok(message) = serde_json::to_string(&Message::of(config, content, click, now)) else {
        return Step::done_all(targets.len(), &answer::unsent(&CODES, answer::NOT_SUPPORTED));
    };
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
    let Parameters { ext, payload } = Parameters::of(content, click);
    let used: usize = [ext, payload].into_iter().flatten().map(json_len).sum();
    (used > limits::LIMITS.ext.max).then_some(answer::EXT_TOO_LONG)
}

/// The vendor's `messageJson`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Message<'a> {
    notice_bar_info: NoticeBar,
    click_type_info: ClickType<'a>,
    push_time_info: PushTime,
    advance_info: Advance,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Extra<'a>>,
}

impl<'a> Message<'a> {
    fn of(config: &Config, content: &'a Content, click: &'a ClickAction, now: Timestamp) -> Self {
        // The vendor wants both, so each stands in for the other.
        let title = first_filled([&content.title, &content.body]);
        let text = first_filled([&content.body, &content.title]);
        Self {
            notice_bar_info: NoticeBar {
                notice_msg_type: match message_type(config, content) {
                    MessageType::Public => 0,
                    MessageType::Private => 1,
                },
                title: truncate(title, limits::LIMITS.title),
                content: truncate(text, limits::LIMITS.body),
            },
            click_type_info: ClickType::of(content, click),
            push_time_info: PushTime::of(content, now),
            advance_info: Advance::of(content),
            extra: Extra::of(config, content),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoticeBar {
    notice_msg_type: u8,
    title: String,
    content: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClickType<'a> {
    click_type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Parameters::is_empty")]
    parameters: Parameters<'a>,
}

impl<'a> ClickType<'a> {
    fn of(content: &'a Content, click: &'a ClickAction) -> Self {
        let (click_type, activity, url) = match click {
            ClickAction::OpenApp => (0, None, None),
            ClickAction::AppPage(page) if !config::is_uri(page) => (1, Some(page.as_str()), None),
            ClickAction::AppPage(uri) | ClickAction::WebPage(uri) => (2, None, Some(uri.as_str())),
        };
        Self { click_type, activity, url, parameters: Parameters::of(content, click) }
    }
}

/// What reaches the opened Activity as string extras of its intent; nothing travels with a web page (row G5).
#[derive(Serialize, Default)]
struct Parameters<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    ext: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn of(content: &'a Content, click: &ClickAction) -> Self {
        if matches!(click, ClickAction::WebPage(_)) {
            return Self::default();
        }
        Self { ext: content.ext.as_deref(), payload: content.payload.as_deref() }
    }

    const fn is_empty(&self) -> bool {
        self.ext.is_none() && self.payload.is_none()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PushTime {
    off_line: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_time: Option<u64>,
}

impl PushTime {
    fn of(content: &Content, now: Timestamp) -> Self {
        match stored_hours(content, now) {
            0 => Self { off_line: 0, valid_time: None },
            hours => Self { off_line: 1, valid_time: Some(hours) },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Advance {
    /// Only the last notification with the same key stays in the shade.
    notify_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspend: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_type: Option<NotificationType>,
}

impl Advance {
    fn of(content: &Content) -> Self {
        let quiet = content.style.interruption == Some(Interruption::Passive);
        Self {
            // Eight characters at most.
            notify_key: format!("{:08x}", key::notify_id(&content.collapse_key)),
            suspend: quiet.then_some(0),
            notification_type: quiet.then_some(NotificationType { vibrate: 0, lights: 0, sound: 0 }),
        }
    }
}

#[derive(Serialize)]
struct NotificationType {
    vibrate: u8,
    lights: u8,
    sound: u8,
}

/// What makes the vendor send receipts. The names hold dots; they are not nested.
#[derive(Serialize)]
struct Extra<'a> {
    callback: &'a str,
    #[serde(rename = "callback.param")]
    param: String,
    #[serde(rename = "callback.type")]
    kinds: u8,
}

impl<'a> Extra<'a> {
    /// An address that is not registered at the vendor costs every offline phone its push (one aggregator's warning),
    /// so receipts are asked for only once the operator has entered the token that comes with registering.
    fn of(config: &Config, content: &'a Content) -> Option<Self> {
        config.receipt_token.as_ref()?;
        let url = content.receipt_url.as_deref().filter(|url| url.len() <= limits::RECEIPT_URL_MAX_BYTES)?;
        Some(Self { callback: url, param: content.message.to_string(), kinds: EVERY_RECEIPT })
    }
}

fn first_filled(texts: [&str; 2]) -> &str {
    texts.into_iter().map(str::trim).find(|text| !text.is_empty()).unwrap_or(DEFAULT_PUSH_TITLE)
}

/// The day as `yyyyMMdd` where the vendor counts it.
fn beijing_day(now: Timestamp) -> String {
    now.plus_ms(BEIJING_OFFSET_MS).to_string().chars().take(10).filter(char::is_ascii_digit).collect()
}
