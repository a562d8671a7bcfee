//! A notification as a sender asks for it: every field checked, at the exact edge of the book's limits.
//!
//! Limits: documented. Where texts of different age differ, the newer counts, and the constant says so.

use model::Timestamp;

use super::{
    class::{Standing, judge},
    click::{self, Tap},
    fields::Fields,
    picture::Kind,
    reply::{Code, Refusal},
    rights::Rights,
    template::{self, Texts},
};
use crate::phone::{BadgeChange, Callback};

/// Longest title, in characters; an older text says 32.
const TITLE_MAX_CHARS: usize = 50;
/// Longest second title, in characters.
const SUB_TITLE_MAX_CHARS: usize = 10;
/// Longest content of style 1 and 3, in characters; an older text says 200 for style 1.
const CONTENT_MAX_CHARS: usize = 50;
/// Longest content of style 2, in characters.
const LONG_CONTENT_MAX_CHARS: usize = 128;
/// Longest callback URL, in characters.
const CALLBACK_MAX_CHARS: usize = 200;
/// Longest callback parameter, in characters; an older text says 50.
const CALLBACK_PARAMETER_MAX_CHARS: usize = 100;
/// How long a message is kept where its sender names no time, and at most; more is cut. An older text says 3 days.
const KEPT_S: i64 = 3600;
const KEPT_MAX_S: i64 = 864_000;
/// Largest number that a badge is set to or raised by.
const BADGE_MAX: i64 = 99;

/// How a message finds its readers, which decides what of it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Pictures, windows and speeds are ignored.
    Unicast,
    Broadcast,
}

/// A notification that was accepted.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// The sender's own id, by which a repetition is known.
    pub(super) app_message_id: Option<String>,
    pub(super) texts: Texts,
    pub(super) sub_title: String,
    pub(super) tap: Tap,
    pub(super) standing: Standing,
    pub(super) channel: Option<String>,
    pub(super) notify_id: Option<i32>,
    pub(super) badge: Option<BadgeChange>,
    pub(super) callback: Option<Callback>,
    pub(super) kept: bool,
    pub(super) lifetime_ms: i64,
    /// Shown between these only.
    pub(super) window: Option<(Timestamp, Timestamp)>,
    /// Sent at this time, where it goes to all.
    pub(super) starts_at: Option<Timestamp>,
}

/// Reads and checks a notification. `has_picture` says whether a picture of this kind and id was uploaded.
pub(super) fn read(
    fields: &Fields<'_>,
    mode: Mode,
    rights: &Rights,
    has_picture: impl Fn(Kind, &str) -> bool,
) -> Result<Message, Refusal> {
    let style = fields.within("style", 1..=3)?.unwrap_or(1);
    let texts = texts(fields, style, rights)?;
    let sub_title = fields.short("sub_title", SUB_TITLE_MAX_CHARS)?.unwrap_or_default();
    let tap = click::read(fields)?;
    let kept = fields.flag("off_line")?.unwrap_or(true);
    let lifetime_s = fields.within("off_line_ttl", 1..=i64::MAX)?.unwrap_or(KEPT_S).min(KEPT_MAX_S);
    let (mut window, mut starts_at) = (None, None);
    if mode == Mode::Broadcast {
        window = window_of(fields)?;
        starts_at = start(fields)?;
        speed(fields)?;
        pictures(fields, style, has_picture)?;
    }
    Ok(Message {
        app_message_id: fields.text("app_message_id").map(std::borrow::Cow::into_owned),
        texts,
        sub_title,
        tap,
        callback: callback(fields)?,
        notify_id: notify_id(fields)?,
        badge: badge(fields)?.filter(|_| rights.badge),
        standing: judge(fields, rights)?,
        channel: fields.text("channel_id").map(std::borrow::Cow::into_owned),
        kept,
        lifetime_ms: lifetime_s.saturating_mul(1000),
        window,
        starts_at,
    })
}

/// Title and content, or those of the template that the message fills.
fn texts(fields: &Fields<'_>, style: i64, rights: &Rights) -> Result<Texts, Refusal> {
    let content_max = if style == 2 { LONG_CONTENT_MAX_CHARS } else { CONTENT_MAX_CHARS };
    let title = fields.required_short("title", TITLE_MAX_CHARS)?;
    let content = fields.required_short("content", content_max)?;
    let Some(filled) = template::fill(fields, rights)? else { return Ok(Texts { title, content }) };
    let fits =
        filled.title.chars().count() <= TITLE_MAX_CHARS && filled.content.chars().count() <= content_max;
    if fits { Ok(filled) } else { Err(Code::TEMPLATE.because("the filled template is too long")) }
}

fn callback(fields: &Fields<'_>) -> Result<Option<Callback>, Refusal> {
    let param = fields.short("call_back_parameter", CALLBACK_PARAMETER_MAX_CHARS)?.unwrap_or_default();
    let Some(url) = fields.short("call_back_url", CALLBACK_MAX_CHARS)? else { return Ok(None) };
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Code::INVALID.because("call_back_url must be a URL"));
    }
    // The book has no choice among the kinds of receipts.
    Ok(Some(Callback { url, param, kinds: 0 }))
}

fn notify_id(fields: &Fields<'_>) -> Result<Option<i32>, Refusal> {
    let number = fields.integer("notify_id")?.map(i32::try_from).transpose();
    number.map_err(|_| Code::INVALID.because("notify_id must be a number of 32 bits"))
}

fn badge(fields: &Fields<'_>) -> Result<Option<BadgeChange>, Refusal> {
    let count = fields.within("badge_message_count", 0..=BADGE_MAX)?;
    let Some(operation) = fields.within("badge_operation_type", 0..=1)? else { return Ok(None) };
    let count = count.ok_or_else(|| Code::MISSING.because("badge_message_count is missing"))?;
    let count = u32::try_from(count).unwrap_or_default();
    Ok(Some(if operation == 0 { BadgeChange::Set(count) } else { BadgeChange::Add(count) }))
}

fn window_of(fields: &Fields<'_>) -> Result<Option<(Timestamp, Timestamp)>, Refusal> {
    if fields.within("show_time_type", 0..=1)? != Some(1) {
        return Ok(None);
    }
    let time = |name: &str| {
        fields
            .integer(name)?
            .map(Timestamp)
            .ok_or_else(|| Code::MISSING.because(format!("{name} is missing")))
    };
    let (start, end) = (time("show_start_time")?, time("show_end_time")?);
    if start >= end {
        return Err(Code::INVALID.because("show_start_time must be before show_end_time"));
    }
    Ok(Some((start, end)))
}

fn start(fields: &Fields<'_>) -> Result<Option<Timestamp>, Refusal> {
    if fields.within("push_time_type", 0..=1)? != Some(1) {
        return Ok(None);
    }
    let start = fields.integer("push_start_time")?;
    start
        .map(|start| Some(Timestamp(start)))
        .ok_or_else(|| Code::MISSING.because("push_start_time is missing"))
}

fn speed(fields: &Fields<'_>) -> Result<(), Refusal> {
    fields.within("network_type", 0..=1)?;
    if fields.flag("fix_speed")? == Some(true) && fields.within("fix_speed_rate", 1000..=10_000)?.is_none() {
        return Err(Code::MISSING.because("fix_speed_rate is missing"));
    }
    Ok(())
}

fn pictures(
    fields: &Fields<'_>,
    style: i64,
    has_picture: impl Fn(Kind, &str) -> bool,
) -> Result<(), Refusal> {
    if style == 3 {
        fields.required("big_picture_id")?;
        if fields.flag("fix_speed")? == Some(true) {
            return Err(Code::INVALID.because("style 3 cannot go at a fixed speed"));
        }
    }
    for (name, kind) in [("big_picture_id", Kind::Big), ("small_picture_id", Kind::Small)] {
        if fields.text(name).is_some_and(|id| !has_picture(kind, &id)) {
            return Err(Code::PICTURE.because(format!("{name} was not uploaded or has expired")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn code(mode: Mode, change: &Value) -> i32 {
        let mut message = json!({"title": "阿明", "content": "你好", "channel_id": "im", "category": "IM"});
        for (name, value) in change.as_object().unwrap() {
            message[name] = value.clone();
        }
        let rights = Rights::of_new_app("im");
        let has_picture = |kind: Kind, id: &str| kind == Kind::Big && id == "big";
        read(&Fields::of(&message).unwrap(), mode, &rights, has_picture)
            .map_or_else(|error| error.code.0, |_| 0)
    }

    #[test]
    fn every_limit_holds_at_its_edge() {
        let long = |count: usize| "好".repeat(count);
        let url = |count: usize| format!("http://{}", "x".repeat(count - 7));
        let parameters = |count: usize| json!({"ext": "x".repeat(count - 10)}).to_string();
        for (change, expected) in [
            (json!({"title": long(50)}), 0),
            (json!({"title": long(51)}), 41),
            (json!({"title": null}), 40),
            (json!({"title": ""}), 40),
            (json!({"sub_title": long(10)}), 0),
            (json!({"sub_title": long(11)}), 41),
            (json!({"content": long(50)}), 0),
            (json!({"content": long(51)}), 41),
            (json!({"content": null}), 40),
            (json!({"style": 2, "content": long(128)}), 0),
            (json!({"style": 2, "content": long(129)}), 41),
            (json!({"style": 3, "content": long(51)}), 41),
            (json!({"style": 4}), 41),
            (json!({"style": "x"}), 41),
            (json!({"click_action_type": 4, "click_action_activity": "x".repeat(500)}), 0),
            (json!({"click_action_type": 4, "click_action_activity": "x".repeat(501)}), 41),
            (json!({"click_action_type": 2, "click_action_url": url(2000)}), 0),
            (json!({"click_action_type": 2, "click_action_url": url(2001)}), 41),
            (json!({"action_parameters": parameters(4000)}), 0),
            (json!({"action_parameters": parameters(4001)}), 41),
            (json!({"off_line_ttl": 864_001}), 0),
            (json!({"off_line_ttl": "60"}), 0),
            (json!({"off_line_ttl": 0}), 41),
            (json!({"off_line": "perhaps"}), 41),
            (json!({"call_back_url": url(200)}), 0),
            (json!({"call_back_url": url(201)}), 41),
            (json!({"call_back_url": "push.example.com"}), 41),
            (json!({"call_back_parameter": long(100)}), 0),
            (json!({"call_back_parameter": long(101)}), 41),
            (json!({"notify_id": 2_147_483_647}), 0),
            (json!({"notify_id": 2_147_483_648_i64}), 41),
            (json!({"badge_operation_type": 1, "badge_message_count": 99}), 0),
            (json!({"badge_operation_type": 1, "badge_message_count": 100}), 41),
            (json!({"badge_operation_type": 2, "badge_message_count": 1}), 41),
            (json!({"badge_operation_type": 0}), 40),
            (json!({"auditResponse": {"x": 1}, "unknown": [1]}), 0),
        ] {
            assert_eq!(code(Mode::Unicast, &change), expected, "{change}");
        }
    }

    #[test]
    fn what_is_for_broadcasts_is_checked_there_and_ignored_elsewhere() {
        for (change, expected) in [
            (json!({"style": 3}), 40),
            (json!({"style": 3, "big_picture_id": "big"}), 0),
            (json!({"style": 3, "big_picture_id": "other"}), 51),
            (json!({"style": 3, "big_picture_id": "big", "fix_speed": true, "fix_speed_rate": 1000}), 41),
            (json!({"small_picture_id": "small"}), 51),
            (json!({"fix_speed": true, "fix_speed_rate": 1000}), 0),
            (json!({"fix_speed": true, "fix_speed_rate": 999}), 41),
            (json!({"fix_speed": true, "fix_speed_rate": 10_001}), 41),
            (json!({"fix_speed": true}), 40),
            (json!({"network_type": 2}), 41),
            (json!({"show_time_type": 1, "show_start_time": 1, "show_end_time": 2}), 0),
            (json!({"show_time_type": 1, "show_start_time": 2, "show_end_time": 2}), 41),
            (json!({"show_time_type": 1}), 40),
            (json!({"push_time_type": 1}), 40),
        ] {
            assert_eq!(code(Mode::Broadcast, &change), expected, "{change}");
            assert_eq!(code(Mode::Unicast, &change), 0, "{change}");
        }
    }
}
