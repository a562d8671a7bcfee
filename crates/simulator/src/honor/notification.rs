//! The notification of a message: `notification` and `android.notification`, the inner one before the outer.

use serde_json::Value;

use super::{
    member::{filled, integer, object, text, wrong},
    reply::Refusal,
};
use crate::phone::{Alert, BadgeChange};

/// Longest title, in characters. Observed in one server's comment.
const TITLE_MAX_CHARS: usize = 40;
/// Longest text, in characters. Observed in one server's comment.
const BODY_MAX_CHARS: usize = 256;
/// Most buttons. Documented.
const BUTTONS_MAX: usize = 3;
/// Longest name of a button, in characters. Documented.
const BUTTON_NAME_MAX_CHARS: usize = 40;
/// Longest text of a button, in characters. Documented.
const BUTTON_TEXT_MAX_CHARS: usize = 1024;

/// What is shown, and what a tap does.
#[derive(Debug)]
pub(super) struct Notification {
    pub(super) alert: Alert,
    pub(super) click: Click,
    pub(super) importance: Importance,
    pub(super) badge: Option<BadgeWish>,
    /// Notifications with the same number overwrite one another.
    pub(super) notify_id: Option<i32>,
    /// Of notifications with the same tag only the newest stays.
    pub(super) tag: Option<String>,
}

/// What a tap does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Click {
    /// Opens a page by an intent URI.
    Intent(String),
    /// Opens a page by its Activity's action.
    Action(String),
    /// Opens a web page.
    Web(String),
    /// Opens the app.
    App,
}

/// The class of a message, in the vendor's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Importance {
    /// Information and marketing. Also what a message is that names none (assumed).
    Low,
    /// Service and communication.
    Normal,
}

/// What the badge shall show, if the class is the launcher's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadgeWish {
    pub(super) change: Option<BadgeChange>,
    pub(super) class: String,
}

/// Reads and checks a notification.
pub(super) fn read(outer: &Value, inner: &Value, is_game: bool) -> Result<Notification, Refusal> {
    let alert = Alert {
        title: shown(outer, inner, "title", TITLE_MAX_CHARS)?,
        body: shown(outer, inner, "body", BODY_MAX_CHARS)?,
    };
    let click = click(&inner["clickAction"], is_game)?;
    let importance = match filled(&inner["importance"], "importance")?.as_deref() {
        None | Some("LOW") => Importance::Low,
        Some("NORMAL") => Importance::Normal,
        Some(_) => return Err(wrong("importance", "must be LOW or NORMAL")),
    };
    for image in [&inner["image"], &outer["image"]] {
        if filled(image, "image")?.is_some_and(|url| !is_https(&url)) {
            return Err(wrong("image", "must begin with https://"));
        }
    }
    check_style(inner, &alert)?;
    if filled(&inner["when"], "when")?.is_some_and(|when| !is_utc_time(&when)) {
        return Err(wrong("when", "must be a time in UTC"));
    }
    check_buttons(&inner["buttons"])?;
    Ok(Notification {
        alert,
        click,
        importance,
        badge: badge(object(&inner["badge"], "badge")?)?,
        notify_id: notify_id(&inner["notifyId"])?,
        tag: filled(&inner["tag"], "tag")?,
    })
}

/// Title or text: needed in one of the two places.
fn shown(outer: &Value, inner: &Value, name: &str, max_chars: usize) -> Result<String, Refusal> {
    let own = filled(&inner[name], name)?;
    let shown = own.map_or_else(|| filled(&outer[name], name), |own| Ok(Some(own)))?;
    let shown = shown.ok_or_else(|| wrong(name, "is missing"))?;
    if shown.chars().count() > max_chars {
        return Err(wrong(name, &format!("has more than {max_chars} characters")));
    }
    Ok(shown)
}

fn click(action: &Value, is_game: bool) -> Result<Click, Refusal> {
    if object(action, "clickAction")?.is_null() {
        return Err(wrong("clickAction", "is missing"));
    }
    match integer(&action["type"], "clickAction.type")? {
        Some(1) => {
            let intent = filled(&action["intent"], "clickAction.intent")?.map(Click::Intent);
            let named = filled(&action["action"], "clickAction.action")?.map(Click::Action);
            intent.or(named).ok_or_else(|| wrong("clickAction", "needs intent or action for type 1"))
        }
        Some(2) if is_game => Err(wrong("clickAction.type", "must not be 2 for a game")),
        Some(2) => filled(&action["url"], "clickAction.url")?
            .filter(|url| is_https(url))
            .map(Click::Web)
            .ok_or_else(|| wrong("clickAction.url", "must begin with https:// for type 2")),
        Some(3) => Ok(Click::App),
        _ => Err(wrong("clickAction.type", "must be 1, 2 or 3")),
    }
}

fn is_https(url: &str) -> bool {
    url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty())
}

/// Big text must repeat title and text. Documented.
fn check_style(inner: &Value, alert: &Alert) -> Result<(), Refusal> {
    match integer(&inner["style"], "style")? {
        None | Some(0) => Ok(()),
        Some(1) => {
            let title = text(&inner["bigTitle"], "bigTitle")?;
            let body = text(&inner["bigBody"], "bigBody")?;
            if title.as_ref() == Some(&alert.title) && body.as_ref() == Some(&alert.body) {
                Ok(())
            } else {
                Err(wrong("bigTitle and bigBody", "must equal title and body for style 1"))
            }
        }
        Some(_) => Err(wrong("style", "must be 0 or 1")),
    }
}

/// `None` for no badge; where both numbers are given, the one to set wins (assumed).
fn badge(badge: &Value) -> Result<Option<BadgeWish>, Refusal> {
    if badge.is_null() {
        return Ok(None);
    }
    let class = filled(&badge["badgeClass"], "badge.badgeClass")?;
    let class = class.ok_or_else(|| wrong("badge.badgeClass", "is missing"))?;
    let in_range = |name: &str, least: u32| -> Result<Option<u32>, Refusal> {
        let number = integer(&badge[name], name)?;
        let checked = number.map(|number| {
            u32::try_from(number)
                .ok()
                .filter(|number| (least..=99).contains(number))
                .ok_or_else(|| wrong(&format!("badge.{name}"), &format!("must be {least} to 99")))
        });
        checked.transpose()
    };
    let (set, add) = (in_range("setNum", 0)?, in_range("addNum", 1)?);
    let change = set.map(BadgeChange::Set).or(add.map(BadgeChange::Add));
    Ok(Some(BadgeWish { change, class }))
}

/// Absent and -1 stand for a number of the vendor's choice. Documented.
fn notify_id(value: &Value) -> Result<Option<i32>, Refusal> {
    match integer(value, "notifyId")? {
        None | Some(-1) => Ok(None),
        Some(id) => i32::try_from(id).map(Some).map_err(|_| wrong("notifyId", "must have 32 bits")),
    }
}

fn check_buttons(buttons: &Value) -> Result<(), Refusal> {
    let buttons = match buttons {
        Value::Null => return Ok(()),
        Value::Array(buttons) if buttons.len() <= BUTTONS_MAX => buttons,
        _ => return Err(wrong("buttons", "must be an array of at most 3")),
    };
    buttons.iter().try_for_each(check_button)
}

fn check_button(button: &Value) -> Result<(), Refusal> {
    let name = filled(&object(button, "button")?["name"], "button.name")?;
    if name.is_none_or(|name| name.chars().count() > BUTTON_NAME_MAX_CHARS) {
        return Err(wrong("button.name", "must have 1 to 40 characters"));
    }
    let intent = filled(&button["intent"], "button.intent")?;
    match integer(&button["actionType"], "button.actionType")? {
        Some(0) => (),
        Some(1) => {
            if !matches!(integer(&button["intentType"], "button.intentType")?, Some(0 | 1)) {
                return Err(wrong("button.intentType", "must be 0 or 1 for a page"));
            }
            if intent.is_none() {
                return Err(wrong("button.intent", "is missing for a page"));
            }
        }
        Some(2) if intent.is_none() => return Err(wrong("button.intent", "is missing for a web page")),
        Some(2) => (),
        _ => return Err(wrong("button.actionType", "must be 0, 1 or 2")),
    }
    let own = text(&button["data"], "button.data")?.unwrap_or_default();
    if own.chars().count() > BUTTON_TEXT_MAX_CHARS {
        return Err(wrong("button.data", "has more than 1024 characters"));
    }
    Ok(())
}

/// A time such as `2014-10-02T15:01:23.045123456Z`.
fn is_utc_time(text: &str) -> bool {
    let Some((seconds, fraction)) =
        text.strip_suffix('Z').map(|time| time.split_once('.').unwrap_or((time, "0")))
    else {
        return false;
    };
    let shape_holds = seconds.len() == 19
        && seconds.bytes().zip("dddd-dd-ddTdd:dd:dd".bytes()).all(|(byte, shape)| match shape {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        });
    let fraction_holds =
        (1..=9).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
    shape_holds && fraction_holds
}
