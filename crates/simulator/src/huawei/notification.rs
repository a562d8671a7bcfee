//! The notification part of a message: `message.notification` and `message.android.notification`.

use serde_json::{Value, json};

use super::{
    click::{self, Click},
    fields::{array, filled, flag, illegal, number, object, seconds_ms, short, text, texts, word},
    reply::Refusal,
};
use crate::phone::BadgeChange;

/// Items of a vibration pattern. Documented.
const VIBRATIONS_MAX: usize = 10;
/// Longest step of a vibration pattern. Documented.
const VIBRATION_MAX_MS: i64 = 60_000;
/// Buttons. Documented.
const BUTTONS_MAX: usize = 3;
/// Longest name of a button, in characters. Documented.
const BUTTON_NAME_MAX_CHARS: usize = 40;
/// Longest data of a button, in characters. Documented.
const BUTTON_DATA_MAX_CHARS: usize = 1024;
/// Lines of the inbox style. Documented.
const LINES_MAX: usize = 5;
/// Longest line of the inbox style, in characters. Documented.
const LINE_MAX_CHARS: usize = 1024;
/// Languages of a localised text. Documented.
const LANGUAGES_MAX: usize = 3;
/// Longest profile id, in characters. Documented.
const PROFILE_ID_MAX_CHARS: usize = 64;

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notification {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) click: Click,
    /// `importance` LOW: in the bar only, without a sound.
    pub(super) low: bool,
    pub(super) notify_id: Option<i64>,
    pub(super) tag: Option<String>,
    pub(super) badge: Option<Badge>,
    pub(super) foreground_show: bool,
    pub(super) profile_id: Option<String>,
}

/// What it does to the badge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Badge {
    /// The launcher activity it is for.
    pub(super) class: String,
    pub(super) change: BadgeChange,
}

/// Reads and checks both parts; the Android part overrides the common one.
pub(super) fn read(common: Option<&Value>, android: Option<&Value>) -> Result<Notification, Refusal> {
    let nothing = json!({});
    let (common, android) = (common.unwrap_or(&nothing), android.unwrap_or(&nothing));
    let either = |name: &str, localised: &str| -> Result<String, Refusal> {
        let found = filled(android, name)?.or(filled(common, name)?).or(filled(android, localised)?);
        found.ok_or_else(|| illegal(name, "must not be missing"))
    };
    let title = either("title", "title_loc_key")?;
    let body = either("body", "body_loc_key")?;
    for part in [common, android] {
        if filled(part, "image")?.is_some_and(|image| !image.starts_with("https://")) {
            return Err(illegal("image", "must begin with https://"));
        }
    }
    let click = click::read(android)?;
    let importance = word(android, "importance", &["NORMAL", "LOW", "HIGH"])?;
    if flag(android, "default_sound")? == Some(false) && filled(android, "sound")?.is_none() {
        return Err(illegal("sound", "must not be missing when default_sound is false"));
    }
    check_look(android)?;
    check_style(android)?;
    check_light_and_vibration(android)?;
    check_buttons(android)?;
    Ok(Notification {
        title,
        body,
        click,
        low: importance == Some("LOW"),
        notify_id: number(android, "notify_id", -1..=i32::MAX.into())?.filter(|&id| id >= 0),
        tag: filled(android, "tag")?,
        badge: badge(android)?,
        foreground_show: flag(android, "foreground_show")?.unwrap_or(true),
        profile_id: short(android, "profile_id", PROFILE_ID_MAX_CHARS)?,
    })
}

fn badge(android: &Value) -> Result<Option<Badge>, Refusal> {
    let Some(badge) = object(android, "badge")? else { return Ok(None) };
    let add = number(badge, "add_num", 1..=99)?;
    let set = number(badge, "set_num", 0..=99)?;
    let class = filled(badge, "class")?.ok_or_else(|| illegal("badge", "needs class"))?;
    let count = |number: i64| u32::try_from(number).unwrap_or_default();
    let change = match (set, add) {
        (Some(set), _) => BadgeChange::Set(count(set)),
        (None, add) => BadgeChange::Add(count(add.unwrap_or(1))),
    };
    Ok(Some(Badge { class, change }))
}

fn check_look(android: &Value) -> Result<(), Refusal> {
    for name in ["channel_id", "group", "icon", "ticker", "notify_summary", "when"] {
        text(android, name)?;
    }
    for name in ["use_default_vibrate", "use_default_light", "auto_cancel"] {
        flag(android, name)?;
    }
    word(android, "visibility", &["PRIVATE", "PUBLIC", "SECRET", "VISIBILITY_UNSPECIFIED"])?;
    let is_colour = |text: &String| {
        let digits = text.strip_prefix('#').unwrap_or_default();
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    if filled(android, "color")?.is_some_and(|color| !is_colour(&color)) {
        return Err(illegal("color", "must have the form #RRGGBB"));
    }
    for name in ["title_loc_args", "body_loc_args"] {
        texts(android, name)?;
    }
    let languages = object(android, "multi_lang_key")?.and_then(Value::as_object);
    let too_many = |keys: &serde_json::Map<String, Value>| {
        keys.values().filter_map(Value::as_object).any(|languages| languages.len() > LANGUAGES_MAX)
    };
    if languages.is_some_and(too_many) {
        return Err(illegal("multi_lang_key", "holds more than 3 languages"));
    }
    Ok(())
}

fn check_style(android: &Value) -> Result<(), Refusal> {
    match number(android, "style", 0..=3)? {
        Some(1) => {
            for name in ["big_title", "big_body"] {
                filled(android, name)?.ok_or_else(|| illegal(name, "must not be missing when style is 1"))?;
            }
            Ok(())
        }
        Some(2) => Err(illegal("style", "must be 0, 1 or 3")),
        Some(3) => {
            let lines = texts(android, "inbox_content")?.unwrap_or_default();
            let fits = (1..=LINES_MAX).contains(&lines.len())
                && lines.iter().all(|line| line.chars().count() <= LINE_MAX_CHARS);
            fits.then_some(())
                .ok_or_else(|| illegal("inbox_content", "needs 1 to 5 lines of 1024 characters"))
        }
        _ => Ok(()),
    }
}

fn check_light_and_vibration(android: &Value) -> Result<(), Refusal> {
    let steps = texts(android, "vibrate_config")?.unwrap_or_default();
    let is_step = |step: &String| seconds_ms(step).is_some_and(|ms| (1..=VIBRATION_MAX_MS).contains(&ms));
    if steps.len() > VIBRATIONS_MAX || !steps.iter().all(is_step) {
        return Err(illegal("vibrate_config", "needs at most 10 steps, each over 0 and up to 60 s"));
    }
    let Some(light) = object(android, "light_settings")? else { return Ok(()) };
    let color = object(light, "color")?.ok_or_else(|| illegal("light_settings", "needs color"))?;
    for name in ["alpha", "red", "green", "blue"] {
        let part = &color[name];
        let number = part.as_f64().or_else(|| part.as_str()?.parse().ok());
        if !part.is_null() && !number.is_some_and(|number| (0.0..=1.0).contains(&number)) {
            return Err(illegal(name, "value ranges from 0 to 1"));
        }
    }
    for name in ["light_on_duration", "light_off_duration"] {
        if filled(light, name)?.is_none_or(|text| seconds_ms(&text).is_none()) {
            return Err(illegal(name, "must be a span such as 3.5s"));
        }
    }
    Ok(())
}

fn check_buttons(android: &Value) -> Result<(), Refusal> {
    let buttons = array(android, "buttons")?.unwrap_or_default();
    if buttons.len() > BUTTONS_MAX {
        return Err(illegal("buttons", "holds more than 3 buttons"));
    }
    for button in buttons {
        short(button, "name", BUTTON_NAME_MAX_CHARS)?
            .ok_or_else(|| illegal("buttons", "needs a name for each"))?;
        number(button, "action_type", 0..=4)?
            .ok_or_else(|| illegal("buttons", "needs an action_type for each"))?;
        number(button, "intent_type", 0..=1)?;
        short(button, "data", BUTTON_DATA_MAX_CHARS)?;
    }
    Ok(())
}
