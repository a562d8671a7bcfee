//! What a message counts as: communication and service (formerly private), or content and marketing (formerly public).
//!
//! Categories and levels: documented, valid since 2024-11-20. A message without a category counts as its channel is
//! registered, as before (documented as being phased out). What is not granted is toned down silently, or refused with
//! 67 where the app's right `strict` says so: the book has both.

use super::{
    fields::Fields,
    reply::{Code, Refusal},
    rights::{Channel, Rights},
};

/// Categories of communication and service. Documented.
const SERVICE: [&str; 6] = ["IM", "ACCOUNT", "TODO", "DEVICE_REMINDER", "ORDER", "SUBSCRIPTION"];
/// Categories of content and marketing. Documented.
const CONTENT: [&str; 4] = ["NEWS", "CONTENT", "MARKETING", "SOCIAL"];
/// The category that is held back at night. Documented.
const MARKETING: &str = "MARKETING";
/// Longest time in the shade, in seconds, by class. Documented; older texts have other ranges.
const SHOWN_MAX_S: [(Class, i64); 2] = [(Class::Service, 86_400), (Class::Content, 43_200)];

/// What a message counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// 通讯与服务: free of amounts.
    Service,
    /// 内容与营销: so many a day, for the app and for each device.
    Content,
}

/// How much a notification draws the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// 1: in the shade only.
    Shade,
    /// 2: on the lock screen too.
    LockScreen,
    /// 16: with banner, vibration and sound.
    Strong,
}

/// What the vendor makes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) class: Class,
    pub(super) level: Level,
    /// It is held back at night.
    pub(super) rests_at_night: bool,
}

/// Judges a message by its category, level and channel, and by its app's rights.
pub(super) fn judge(fields: &Fields<'_>, rights: &Rights) -> Result<Standing, Refusal> {
    let category = fields.text("category");
    let category = category.as_deref().map(str::trim);
    let claimed = claimed(category, fields.text("channel_id").as_deref(), rights)?;
    let wanted = wanted_level(fields)?;
    if wanted.is_some() && category.is_none() {
        return Err(Code::LEVEL.because("notify_level needs category"));
    }
    if claimed == Class::Content && wanted > Some(Level::Shade) {
        return Err(Code::LEVEL.because("notify_level 2 and 16 are for communication and service"));
    }
    let shown_max_s = SHOWN_MAX_S.iter().find_map(|(class, max)| (*class == claimed).then_some(*max));
    fields.within("show_ttl", 0..=shown_max_s.unwrap_or_default())?;
    let rests_at_night = category == Some(MARKETING);
    if claimed == Class::Content || !rights.grants_service() {
        if claimed == Class::Service && rights.strict {
            return Err(Code::LEVEL.because("communication and service messages are not granted"));
        }
        return Ok(Standing { class: Class::Content, level: Level::Shade, rests_at_night });
    }
    let level = match wanted.unwrap_or(Level::LockScreen) {
        Level::Strong if !rights.level_16 && rights.strict => {
            return Err(Code::LEVEL.because("notify_level 16 is not granted"));
        }
        Level::Strong if !rights.level_16 => Level::LockScreen,
        level => level,
    };
    Ok(Standing { class: Class::Service, level, rests_at_night })
}

fn claimed(category: Option<&str>, channel: Option<&str>, rights: &Rights) -> Result<Class, Refusal> {
    match category {
        None => match channel.and_then(|channel| rights.channels.get(channel)) {
            Some(Channel::Private) => Ok(Class::Service),
            Some(Channel::Public) | None => Ok(Class::Content),
        },
        Some(category) if SERVICE.contains(&category) => Ok(Class::Service),
        Some(category) if CONTENT.contains(&category) => Ok(Class::Content),
        Some(_) => Err(Code::CATEGORY.because("category is not in the list")),
    }
}

fn wanted_level(fields: &Fields<'_>) -> Result<Option<Level>, Refusal> {
    match fields.integer("notify_level")? {
        None => Ok(None),
        Some(1) => Ok(Some(Level::Shade)),
        Some(2) => Ok(Some(Level::LockScreen)),
        Some(16) => Ok(Some(Level::Strong)),
        Some(_) => Err(Code::INVALID.because("notify_level must be 1, 2 or 16")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn judged(message: Value, change: Value) -> Result<(Class, Level), i32> {
        let rights = Rights::of_new_app("im").changed(&change).unwrap();
        judge(&Fields::of(&message).unwrap(), &rights)
            .map(|standing| (standing.class, standing.level))
            .map_err(|refusal| refusal.code.0)
    }

    #[test]
    fn category_level_and_rights_make_the_standing() {
        use Class::{Content, Service};
        use Level::{LockScreen, Shade, Strong};
        let cases = [
            (json!({"category": "IM"}), json!({}), Ok((Service, LockScreen))),
            (json!({"category": "IM", "notify_level": "1"}), json!({}), Ok((Service, Shade))),
            (json!({"category": "IM", "notify_level": 16}), json!({}), Ok((Service, Strong))),
            (
                json!({"category": "IM", "notify_level": 16}),
                json!({"level_16": false}),
                Ok((Service, LockScreen)),
            ),
            (
                json!({"category": "IM", "notify_level": 16}),
                json!({"level_16": false, "strict": true}),
                Err(67),
            ),
            (json!({"category": "IM", "notify_level": 2}), json!({"private": false}), Ok((Content, Shade))),
            (json!({"category": "IM"}), json!({"private": false, "strict": true}), Err(67)),
            (json!({"category": "ORDER"}), json!({"in_store": false}), Ok((Content, Shade))),
            (json!({"category": "NEWS"}), json!({}), Ok((Content, Shade))),
            (json!({"category": "NEWS", "notify_level": 1}), json!({}), Ok((Content, Shade))),
            (json!({"category": "NEWS", "notify_level": 2}), json!({}), Err(67)),
            (json!({"category": "im"}), json!({}), Err(59)),
            (json!({"notify_level": 2}), json!({}), Err(67)),
            (json!({"category": "IM", "notify_level": 3}), json!({}), Err(41)),
            (json!({"channel_id": "im"}), json!({}), Ok((Service, LockScreen))),
            (json!({"channel_id": "other"}), json!({}), Ok((Content, Shade))),
            (json!({}), json!({}), Ok((Content, Shade))),
            (json!({"category": "IM", "show_ttl": 86_400}), json!({"private": false}), Ok((Content, Shade))),
            (json!({"category": "IM", "show_ttl": 86_401}), json!({}), Err(41)),
            (json!({"category": "NEWS", "show_ttl": 43_200}), json!({}), Ok((Content, Shade))),
            (json!({"category": "NEWS", "show_ttl": 43_201}), json!({}), Err(41)),
        ];
        for (message, change, expected) in cases {
            assert_eq!(judged(message.clone(), change.clone()), expected, "{message} {change}");
        }
    }
}
