//! A message as a sender asks for it: every field checked, at the exact edge of the book's limits.

use std::collections::BTreeMap;

use model::Timestamp;

use super::{
    app::Registered,
    channel::{self, Amount, Placement},
    filter::{self, Filter},
    form::Form,
    reply::{Code, Refusal},
};
use crate::phone::{Callback, Opens};

/// A title must be shorter than this, in characters. Documented.
const TITLE_BELOW_CHARS: usize = 50;
/// A description must be shorter than this, in characters. Documented.
const DESCRIPTION_BELOW_CHARS: usize = 128;
/// A payload must be shorter than this, in bytes. Documented as 4 KB.
const PAYLOAD_BELOW_BYTES: usize = 4096;
/// Most pairs of a sender's own. Documented.
const OWN_PAIRS_MAX: usize = 10;
/// Longest keys and values of all own pairs together, in characters. Documented.
const OWN_PAIRS_MAX_CHARS: usize = 1024;
/// Longest callback URL, in bytes. An older page.
const CALLBACK_MAX_BYTES: usize = 128;
/// Longest callback parameter, in bytes; an older page says 64.
const CALLBACK_PARAM_MAX_BYTES: usize = 256;
/// Longest jobkey, in characters. Documented.
const JOBKEY_MAX_CHARS: usize = 20;
/// Every kind of receipt there is; a sum with another bit yields no receipts at all. Observed.
pub(super) const RECEIPT_KINDS: u32 = 1 + 2 + 16 + 32 + 64 + 128 + 1024;
/// Kinds that are reported where the sender names none. Documented.
const RECEIPT_KINDS_DEFAULT: u32 = 1 + 2;

const DAY_MS: i64 = 24 * 3_600_000;
/// Longest lifetime that is taken at all; an older page. What a channel keeps is less.
const LIFETIME_MAX_MS: i64 = 14 * DAY_MS;
/// Farthest a send can be scheduled. Documented; another page says 30 days.
const SCHEDULE_MAX_MS: i64 = 7 * DAY_MS;

/// Extras that steer the vendor; all others are the sender's own pairs.
const STEERING: &[&str] = &[
    "channel_id",
    "channel_name",
    "channel_description",
    "template_id",
    "template_param",
    "notify_effect",
    "intent_uri",
    "web_uri",
    "notify_foreground",
    "sound_uri",
    "ticker",
    "callback",
    "callback.param",
    "callback.type",
    "jobkey",
    "only_send_once",
    "flow_control",
    "locale",
    "locale_not_in",
    "model",
    "model_not_in",
    "app_version",
    "app_version_not_in",
    "connpt",
    "badge",
    "notification_style_type",
    "notification_bigPic_uri",
    "notification_large_icon_uri",
];
/// Extras whose names begin so are buttons of a notification style.
const STEERING_PREFIX: &str = "notification_style_button_";

/// A message that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) payload: Option<String>,
    pub(super) notify_id: Option<u32>,
    pub(super) jobkey: Option<String>,
    pub(super) callback: Option<Callback>,
    pub(super) opens: Opens,
    pub(super) shows_in_foreground: bool,
    pub(super) kept: bool,
    pub(super) not_before: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) placement: Placement,
    pub(super) filters: Vec<Filter>,
    /// The click was not said, which the vendor asks for since 2024-09-30 but still takes.
    pub(super) click_missing: bool,
    pub(super) own: BTreeMap<String, String>,
}

/// Reads and checks a message.
pub(super) fn read(form: &Form<'_>, app: &Registered, now: Timestamp) -> Result<Message, Refusal> {
    check_package(form, app)?;
    match number::<u32>(form.filled("pass_through"), "pass_through", 0, 0..=1)? {
        0 => (),
        _ => return Err(Code::FORBIDDEN.because("pass_through messages are switched off")),
    }
    let title = text(form, "title", TITLE_BELOW_CHARS)?;
    let description = text(form, "description", DESCRIPTION_BELOW_CHARS)?;
    let payload = form.get("payload").map(str::to_owned);
    if payload.as_ref().is_some_and(|payload| payload.len() >= PAYLOAD_BELOW_BYTES) {
        return Err(Code::MESSAGE_TOO_LONG.because("payload must be below 4096 bytes"));
    }
    number::<i32>(form.filled("notify_type"), "notify_type", -1, -1..=7)?;
    let notify_id = notify_id(form.filled("notify_id"))?;
    let extras: BTreeMap<&str, &str> = form.extras().collect();
    let (opens, click_missing) = click(&extras)?;
    let placement = channel::place(&extras, &app.rights)?;
    let jobkey = jobkey(extras.get("jobkey").copied())?;
    let callback = callback(&extras)?;
    let own = own_pairs(&extras)?;
    let (not_before, expires_at) = span(form, placement.amount, now)?;
    Ok(Message {
        title,
        description,
        payload,
        notify_id,
        jobkey,
        callback,
        opens,
        shows_in_foreground: extras.get("notify_foreground") != Some(&"0"),
        kept: extras.get("only_send_once") != Some(&"1"),
        not_before,
        expires_at,
        placement,
        filters: filter::read(&extras),
        click_missing,
        own,
    })
}

/// Checks that the packages named belong to the app; a v3 request may join several by commas.
pub(super) fn check_package(form: &Form<'_>, app: &Registered) -> Result<(), Refusal> {
    let mut named = form.list("restricted_package_name").peekable();
    if named.peek().is_none() {
        return Err(Code::MISSING.because("restricted_package_name is missing"));
    }
    match named.find(|package| !app.owns(package)) {
        Some(_) => Err(Code::PACKAGE.because("restricted_package_name is not of this app")),
        None => Ok(()),
    }
}

fn text(form: &Form<'_>, field: &str, below_chars: usize) -> Result<String, Refusal> {
    let text = form.get(field).ok_or_else(|| Code::MISSING.because(format!("{field} is missing")))?;
    if text.trim().is_empty() {
        return Err(Code::FORMAT.because(format!("{field} must not be blank")));
    }
    if text.chars().count() >= below_chars {
        return Err(Code::FORMAT.because(format!("{field} must be below {below_chars} characters")));
    }
    Ok(text.to_owned())
}

fn number<T: std::str::FromStr + PartialOrd + Copy>(
    text: Option<&str>,
    field: &str,
    default: T,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, Refusal> {
    let Some(text) = text else { return Ok(default) };
    text.trim()
        .parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| Code::ILLEGAL.because(format!("{field} is out of range")))
}

/// A notify id as the book has it: 0 to 2147483647.
pub(super) fn notify_id(text: Option<&str>) -> Result<Option<u32>, Refusal> {
    text.map(|text| {
        text.trim()
            .parse::<u32>()
            .ok()
            .filter(|&id| i32::try_from(id).is_ok())
            .ok_or_else(|| Code::NOTIFY_ID.because("notify_id must be 0 to 2147483647"))
    })
    .transpose()
}

fn click(extras: &BTreeMap<&str, &str>) -> Result<(Opens, bool), Refusal> {
    let target = |field: &str| {
        extras
            .get(field)
            .filter(|target| !target.trim().is_empty())
            .map(|target| (*target).to_owned())
            .ok_or_else(|| Code::ILLEGAL.because(format!("extra.{field} is missing for this notify_effect")))
    };
    match extras.get("notify_effect").copied() {
        None | Some("") => Ok((Opens::App, true)),
        Some("1") => Ok((Opens::App, false)),
        Some("2") => Ok((Opens::Page(target("intent_uri")?), false)),
        Some("3") => {
            let url = target("web_uri")?;
            if url.starts_with("http://") || url.starts_with("https://") {
                Ok((Opens::Web(url), false))
            } else {
                Err(Code::ILLEGAL.because("extra.web_uri must begin with http:// or https://"))
            }
        }
        Some(_) => Err(Code::ILLEGAL.because("extra.notify_effect must be 1, 2 or 3")),
    }
}

fn jobkey(jobkey: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(jobkey) = jobkey.filter(|jobkey| !jobkey.is_empty()) else { return Ok(None) };
    let fits = jobkey.chars().count() <= JOBKEY_MAX_CHARS
        && !jobkey.starts_with('_')
        && jobkey.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-');
    if fits {
        Ok(Some(jobkey.to_owned()))
    } else {
        Err(Code::ILLEGAL.because("extra.jobkey must be at most 20 of 0-9 A-Z a-z _ - and not begin with _"))
    }
}

fn callback(extras: &BTreeMap<&str, &str>) -> Result<Option<Callback>, Refusal> {
    let param = extras.get("callback.param").copied().unwrap_or_default();
    if param.len() > CALLBACK_PARAM_MAX_BYTES {
        return Err(Code::CALLBACK_PARAM.because("extra.callback.param is too long"));
    }
    let Some(url) = extras.get("callback").filter(|url| !url.is_empty()) else { return Ok(None) };
    if url.len() > CALLBACK_MAX_BYTES {
        return Err(Code::CALLBACK_URL_LONG.because("extra.callback is too long"));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Code::CALLBACK_URL.because("extra.callback must be a URL"));
    }
    let kinds = match extras.get("callback.type").filter(|sum| !sum.is_empty()) {
        None => RECEIPT_KINDS_DEFAULT,
        Some(sum) => sum.trim().parse::<u32>().ok().filter(|sum| sum & !RECEIPT_KINDS == 0).unwrap_or(0),
    };
    Ok((kinds != 0).then(|| Callback { url: (*url).to_owned(), param: param.to_owned(), kinds }))
}

fn own_pairs(extras: &BTreeMap<&str, &str>) -> Result<BTreeMap<String, String>, Refusal> {
    let own: BTreeMap<String, String> = extras
        .iter()
        .filter(|(key, _)| !STEERING.contains(key) && !key.starts_with(STEERING_PREFIX))
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    if own.len() > OWN_PAIRS_MAX {
        return Err(Code::PAIRS.because("more than 10 own pairs"));
    }
    let chars: usize = own.iter().map(|(key, value)| key.chars().count() + value.chars().count()).sum();
    if chars > OWN_PAIRS_MAX_CHARS {
        return Err(Code::PAIRS_TOO_LONG.because("own pairs are over 1024 characters"));
    }
    Ok(own)
}

/// When it may be delivered first, and when no longer. A lifetime over what the channel keeps is cut to that.
fn span(form: &Form<'_>, amount: Amount, now: Timestamp) -> Result<(Timestamp, Timestamp), Refusal> {
    let kept_ms = match amount {
        Amount::Public => DAY_MS,
        Amount::Unlimited => 10 * DAY_MS,
        Amount::Default => LIFETIME_MAX_MS,
    };
    let lifetime = number::<i64>(form.filled("time_to_live"), "time_to_live", kept_ms, 1..=LIFETIME_MAX_MS)?
        .min(kept_ms);
    let latest = now.plus_ms(SCHEDULE_MAX_MS).millis();
    let not_before = number::<i64>(form.filled("time_to_send"), "time_to_send", now.millis(), 0..=latest)?;
    let not_before = Timestamp(not_before).max(now);
    Ok((not_before, not_before.plus_ms(lifetime)))
}
