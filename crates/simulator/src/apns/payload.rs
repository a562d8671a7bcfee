//! The payload: what an iPhone shows of it, and what the app finds in it.

use std::sync::Arc;

use model::Timestamp;
use serde_json::Value;

use super::request::Asked;
use crate::phone::{Alert, BadgeChange, Handover, Opens, Origin, Push};

/// The push as a phone gets it. Only a notification has anything for the system: a background push and a call are the
/// app's alone. Documented.
pub(super) fn push(payload: Value, asked: &Asked<'_>, origin: Origin, now: Timestamp) -> Push {
    let (kept, expires_at) = asked.storage(now);
    let aps = payload.get("aps").filter(|_| asked.push_type.is_shown());
    let member = |name: &str| aps.and_then(|aps| aps.get(name));
    Push {
        origin: Arc::new(origin),
        alert: member("alert").map(alert),
        badge: member("badge")
            .and_then(Value::as_u64)
            .and_then(|badge| u32::try_from(badge).ok())
            .map(BadgeChange::Set),
        hidden: None,
        quiet: member("interruption-level").is_some_and(|level| level == "passive"),
        replace_key: asked.collapse_id.map(str::to_owned),
        repeat_key: None,
        opens: payload.get("click").map_or(Opens::App, opens),
        handover: Handover {
            getter: asked.push_type.getter(),
            ext: own(&payload, "ext"),
            payload: own(&payload, "payload"),
            extras: payload,
        },
        shows_in_foreground: false,
        starts_app: true,
        kept,
        not_before: now,
        expires_at,
    }
}

/// Whether it wakes the app without showing anything. Documented.
pub(super) fn is_content_available(push: &Push) -> bool {
    push.handover.extras.pointer("/aps/content-available").is_some_and(|flag| flag == 1)
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

/// What the app does at a tap. iOS knows nothing of it and always opens the app; the simulated app then does what it
/// finds in its sender's own member `click`: `{"action": "web_page", "target": "https://…"}`, or `app_page`.
fn opens(click: &Value) -> Opens {
    let member = |name: &str| click.get(name).and_then(Value::as_str);
    match (member("action"), member("target")) {
        (Some("web_page"), Some(address)) => Opens::Web(address.to_owned()),
        (Some("app_page"), Some(page)) => Opens::Page(page.to_owned()),
        _ => Opens::App,
    }
}

/// A value of the sender's own, as the app would read it: a text as it is, anything else as JSON.
fn own(payload: &Value, key: &str) -> Option<String> {
    match payload.get(key)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
