//! A message as a sender asks for it: every member checked, at the exact edge of the book's limits.
//!
//! Where the book gives a range and no code for what is outside, the answer is 1005 (assumed). Members that the book
//! does not know, and those it leaves to apps of its own choosing (`vipInfo`, big images, steady speed), are ignored.

mod part;

use std::collections::BTreeMap;

use model::Timestamp;
use serde_json::Value;

use self::part::Part;
use super::{
    dates::parse_moment,
    reply::{Code, Refusal},
};
use crate::phone::{Callback, Opens};

/// Longest title, in characters. Documented; counted as code points (assumed).
const TITLE_MAX_CHARS: usize = 32;
/// Longest text, in characters. Documented; counted as code points (assumed).
const CONTENT_MAX_CHARS: usize = 100;
/// Longest attribute of a click that the app itself handles, in bytes. Documented.
const CUSTOM_MAX_BYTES: usize = 1000;
/// Longest key under which messages replace one another, in characters. Documented.
const NOTIFY_KEY_MAX_CHARS: usize = 8;
/// Longest receipt address, in bytes. Documented.
const CALLBACK_MAX_BYTES: usize = 128;
/// Longest receipt parameter, in bytes. Documented.
const CALLBACK_PARAM_MAX_BYTES: usize = 64;
/// Lifetime of a message that does not say its own, in hours. Documented.
const LIFETIME_HOURS: i64 = 24;
const HOUR_MS: i64 = 3_600_000;

/// A message that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) title: String,
    pub(super) content: String,
    /// What stands there once the notification is pulled open.
    pub(super) expanded: Option<String>,
    /// It says that it is of the private class.
    pub(super) private: bool,
    pub(super) opens: Opens,
    /// String extras of the Intent.
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) quiet: bool,
    /// Of messages with the same key only the last stays in the shade.
    pub(super) notify_key: Option<String>,
    /// Kept for devices out of reach.
    pub(super) kept: bool,
    pub(super) lifetime_ms: i64,
    /// When a task for many is to begin; `None`: now.
    pub(super) starts_at: Option<Timestamp>,
    /// Shown only between these moments.
    pub(super) window: Option<(Timestamp, Timestamp)>,
    pub(super) callback: Option<Callback>,
}

/// Reads and checks the text of `messageJson`.
pub(super) fn read(text: &str) -> Result<Message, Refusal> {
    let message: Value = serde_json::from_str(text).map_err(|_| wrong("messageJson"))?;
    let message = message.as_object().ok_or_else(|| wrong("messageJson"))?;
    let bar = Part::of(message, "noticeBarInfo")?;
    bar.number("noticeBarType", 0, 0..=2)?;
    let (opens, parameters) = click(&Part::of(message, "clickTypeInfo")?)?;
    let time = Part::of(message, "pushTimeInfo")?;
    let kept = time.number("offLine", 1, 0..=1)? == 1;
    let hours = if kept { time.number("validTime", LIFETIME_HOURS, 1..=72)? } else { LIFETIME_HOURS };
    let advance = Part::of(message, "advanceInfo")?;
    Ok(Message {
        title: notice_text(&bar, "title", TITLE_MAX_CHARS)?,
        content: notice_text(&bar, "content", CONTENT_MAX_CHARS)?,
        expanded: expanded(&Part::of(message, "noticeExpandInfo")?)?,
        private: bar.number("noticeMsgType", 0, 0..=1)? == 1,
        opens,
        parameters,
        quiet: quiet(&advance)?,
        notify_key: notify_key(&advance)?,
        kept,
        lifetime_ms: hours * HOUR_MS,
        starts_at: starts_at(&time)?,
        window: window(&advance)?,
        callback: callback(&Part::of(message, "extra")?)?,
    })
}

fn wrong(member: &str) -> Refusal {
    Code::PARAMETER.because(format!("参数错误：{member}"))
}

fn notice_text(bar: &Part<'_>, member: &'static str, max_chars: usize) -> Result<String, Refusal> {
    let text = bar.text(member)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| wrong(member))?;
    if text.chars().count() > max_chars { Err(wrong(member)) } else { Ok(text.into_owned()) }
}

fn expanded(expand: &Part<'_>) -> Result<Option<String>, Refusal> {
    let need = |member| expand.text(member)?.ok_or_else(|| wrong(member));
    match expand.number("noticeExpandType", 0, 0..=2)? {
        1 => Ok(Some(need("noticeExpandContent")?.into_owned())),
        2 => need("noticeExpandImgUrl").map(|_| None),
        _ => Ok(None),
    }
}

/// What a tap opens, and what the app is handed. A click that the app itself handles is taken and brings the app
/// nothing any more: the way is broken from Android 12 on.
fn click(click: &Part<'_>) -> Result<(Opens, BTreeMap<String, String>), Refusal> {
    let need = |member| click.text(member)?.ok_or_else(|| wrong(member));
    let parameters = parameters(click)?;
    match click.number("clickType", 0, 0..=3)? {
        0 => Ok((Opens::App, parameters)),
        1 => Ok((Opens::Page(need("activity")?.into_owned()), parameters)),
        2 => {
            let url = need("url")?.into_owned();
            if url.starts_with("http://") || url.starts_with("https://") {
                Ok((Opens::Web(url), BTreeMap::new()))
            } else {
                Ok((Opens::Page(url), parameters))
            }
        }
        _ if need("customAttribute")?.len() > CUSTOM_MAX_BYTES => Err(wrong("customAttribute")),
        _ => Ok((Opens::App, BTreeMap::new())),
    }
}

/// Members that are no texts become the text of their JSON (assumed).
fn parameters(click: &Part<'_>) -> Result<BTreeMap<String, String>, Refusal> {
    let members = Part::of_member(click, "parameters")?;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(members.filled().map(|(key, value)| (key.to_owned(), text(value))).collect())
}

/// Neither banner nor light nor sound.
fn quiet(advance: &Part<'_>) -> Result<bool, Refusal> {
    let kinds = Part::of_member(advance, "notificationType")?;
    let mut loud = advance.number("suspend", 1, 0..=1)?;
    advance.number("clearNoticeBar", 1, 0..=1)?;
    for kind in ["vibrate", "lights", "sound"] {
        loud += kinds.number(kind, 1, 0..=1)?;
    }
    Ok(loud == 0)
}

fn notify_key(advance: &Part<'_>) -> Result<Option<String>, Refusal> {
    let allowed = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    match advance.text("notifyKey")? {
        Some(key) if key.len() > NOTIFY_KEY_MAX_CHARS || !key.chars().all(allowed) => Err(wrong("notifyKey")),
        key => Ok(key.map(|key| key.into_owned())),
    }
}

fn starts_at(time: &Part<'_>) -> Result<Option<Timestamp>, Refusal> {
    match time.number("pushTimeType", 0, 0..=1)? {
        0 => Ok(None),
        _ => moment(time, "startTime").map(Some),
    }
}

fn window(advance: &Part<'_>) -> Result<Option<(Timestamp, Timestamp)>, Refusal> {
    if advance.number("fixDisplay", 0, 0..=1)? == 0 {
        return Ok(None);
    }
    let window = (moment(advance, "fixStartDisplayTime")?, moment(advance, "fixEndDisplayTime")?);
    if window.0 < window.1 { Ok(Some(window)) } else { Err(wrong("fixEndDisplayTime")) }
}

fn moment(part: &Part<'_>, member: &'static str) -> Result<Timestamp, Refusal> {
    part.text(member)?.and_then(|text| parse_moment(&text)).ok_or_else(|| wrong(member))
}

/// Kinds are the bits 1, delivered, and 2, clicked.
fn callback(extra: &Part<'_>) -> Result<Option<Callback>, Refusal> {
    let param = extra.text("callback.param")?.unwrap_or_default();
    let kinds = extra.number("callback.type", 3, 1..=3)?;
    let Some(url) = extra.text("callback")? else { return Ok(None) };
    let is_url = url.starts_with("http://") || url.starts_with("https://");
    if url.len() > CALLBACK_MAX_BYTES || !is_url {
        return Err(wrong("callback"));
    }
    if param.len() > CALLBACK_PARAM_MAX_BYTES {
        return Err(wrong("callback.param"));
    }
    let kinds = u32::try_from(kinds).unwrap_or_default();
    Ok(Some(Callback { url: url.into_owned(), param: param.into_owned(), kinds }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The code that a message gets whose part has these members.
    fn code(part: &str, members: &Value) -> &'static str {
        let mut message = json!({"noticeBarInfo": {"title": "t", "content": "c"}});
        match (message[part].as_object_mut(), members.as_object()) {
            (Some(own), Some(members)) => own.extend(members.clone()),
            _ => message[part] = members.clone(),
        }
        read(&message.to_string()).map_or_else(|refusal| refusal.code.0, |_| "200")
    }

    #[test]
    fn every_limit_holds_at_its_edge() {
        let long = |count: usize| "好".repeat(count);
        let url = |count: usize| format!("http://a/{}", "x".repeat(count - 9));
        let cases = [
            ("noticeBarInfo", json!({"title": long(32), "content": long(100)}), "200"),
            ("noticeBarInfo", json!({"title": long(33)}), "1005"),
            ("noticeBarInfo", json!({"content": long(101)}), "1005"),
            ("noticeBarInfo", json!({"title": ""}), "1005"),
            ("noticeBarInfo", json!({"content": null}), "1005"),
            ("noticeBarInfo", json!({"noticeMsgType": 2}), "1005"),
            ("noticeBarInfo", json!({"noticeMsgType": "1"}), "200"),
            ("noticeExpandInfo", json!({"noticeExpandType": 1}), "1005"),
            ("noticeExpandInfo", json!({"noticeExpandType": 1, "noticeExpandContent": "e"}), "200"),
            ("clickTypeInfo", json!({"clickType": 1}), "1005"),
            ("clickTypeInfo", json!({"clickType": 2, "activity": "a"}), "1005"),
            ("clickTypeInfo", json!({"clickType": 3, "customAttribute": "x".repeat(1000)}), "200"),
            ("clickTypeInfo", json!({"clickType": 3, "customAttribute": "x".repeat(1001)}), "1005"),
            ("clickTypeInfo", json!({"clickType": 4}), "1005"),
            ("clickTypeInfo", json!({"parameters": "{\"a\":1}"}), "1005"),
            ("clickTypeInfo", json!({"parameters": null}), "200"),
            ("pushTimeInfo", json!({"validTime": 72}), "200"),
            ("pushTimeInfo", json!({"validTime": 73}), "1005"),
            ("pushTimeInfo", json!({"validTime": 0}), "1005"),
            ("pushTimeInfo", json!({"offLine": false, "validTime": 0}), "200"),
            ("pushTimeInfo", json!({"pushTimeType": 1}), "1005"),
            ("advanceInfo", json!({"notifyKey": "aZ_-0189"}), "200"),
            ("advanceInfo", json!({"notifyKey": "aZ_-01890"}), "1005"),
            ("advanceInfo", json!({"notifyKey": "a b"}), "1005"),
            ("advanceInfo", json!({"suspend": 2}), "1005"),
            ("advanceInfo", json!({"fixDisplay": 1}), "1005"),
            ("extra", json!({"callback": url(128)}), "200"),
            ("extra", json!({"callback": url(129)}), "1005"),
            ("extra", json!({"callback": "nowhere"}), "1005"),
            ("extra", json!({"callback": "http://a", "callback.param": "x".repeat(64)}), "200"),
            ("extra", json!({"callback": "http://a", "callback.param": "x".repeat(65)}), "1005"),
            ("extra", json!({"callback": "http://a", "callback.type": 4}), "1005"),
            ("extra", json!("text"), "1005"),
            ("vipInfo", json!({"subtitle": "s"}), "200"),
            ("unknown", json!([1]), "200"),
        ];
        for (part, members, wanted) in cases {
            assert_eq!(code(part, &members), wanted, "{part} {members}");
        }
        for text in ["", "[]", "{}", "null", "{\"noticeBarInfo\":1}"] {
            assert_eq!(read(text).unwrap_err().code, Code::PARAMETER, "{text}");
        }
    }

    #[test]
    fn flags_come_as_numbers_as_booleans_and_as_texts() {
        let quiet = |on: Value| {
            let kinds = json!({"vibrate": on, "lights": on, "sound": on});
            let message = json!({
                "noticeBarInfo": {"title": "t", "content": "c", "noticeMsgType": true},
                "advanceInfo": {"suspend": on, "notificationType": kinds},
            });
            let message = read(&message.to_string()).unwrap();
            assert!(message.private);
            message.quiet
        };
        assert!(quiet(json!(0)) && quiet(json!(false)) && quiet(json!("0")) && quiet(json!(0.0)));
        assert!(!quiet(json!(1)) && !quiet(json!(true)) && !quiet(json!(null)));
    }

    #[test]
    fn a_window_is_read_with_the_blank_that_the_book_prints() {
        let message = json!({
            "noticeBarInfo": {"title": "t", "content": "c"},
            "advanceInfo": {
                "fixDisplay": 1,
                "fixStartDisplayTime": "1970-01-01 08:00:01",
                "fixEndDisplayTime ": "1970-01-01 08:00:02",
            },
        });
        let window = read(&message.to_string()).unwrap().window;
        assert_eq!(window, Some((Timestamp(1000), Timestamp(2000))));
    }
}
