//! The payload: what an iPhone shows of it, and what the app finds in `userInfo`.

use std::sync::Arc;

use model::Timestamp;
use serde_json::Value;

use super::request::Asked;
use crate::phone::{Alert, BadgeChange, Handover, Opens, Origin, Push};

/// How the app reads what was sent: the whole payload is `userInfo`.
const GETTER: &str = r#"response.notification.request.content.userInfo["ext"]"#;

/// The push as a phone gets it.
pub(super) fn push(payload: Value, asked: &Asked<'_>, origin: Origin, now: Timestamp) -> Push {
    let (kept, expires_at) = asked.storage(now);
    let aps = payload.get("aps");
    let shown = asked.push_type.name != "background";
    Push {
        origin: Arc::new(origin),
        alert: aps.and_then(|aps| aps.get("alert")).filter(|_| shown).map(alert),
        badge: aps
            .and_then(|aps| aps.get("badge"))
            .and_then(Value::as_u64)
            .and_then(|badge| u32::try_from(badge).ok())
            .map(BadgeChange::Set),
        hidden: None,
        quiet: aps.and_then(|aps| aps.get("interruption-level")).is_some_and(|level| level == "passive"),
        replace_key: asked.collapse_id.map(str::to_owned),
        repeat_key: None,
        handover: Handover {
            getter: GETTER,
            ext: own(&payload, "ext"),
            payload: own(&payload, "payload"),
            extras: payload,
        },
        opens: Opens::App,
        shows_in_foreground: false,
        kept,
        not_before: now,
        expires_at,
    }
}

/// The text of an alert: a string is the body. Keys of a localised text stand for themselves, as the simulated app
/// has no strings file.
fn alert(alert: &Value) -> Alert {
    if let Value::String(body) = alert {
        return Alert { title: String::new(), body: body.clone() };
    }
    let text = |plain: &str, localised: &str| {
        [plain, localised].iter().find_map(|key| alert.get(key)?.as_str()).unwrap_or_default().to_owned()
    };
    Alert { title: text("title", "title-loc-key"), body: text("body", "loc-key") }
}

/// A value of the sender's own, as the app would read it: a text as it is, anything else as JSON.
fn own(payload: &Value, key: &str) -> Option<String> {
    match payload.get(key)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
