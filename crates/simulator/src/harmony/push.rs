//! A message as a phone gets it, and what its app reads of it.

use std::sync::Arc;

use model::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    message::{Content, PushType},
    notification::Notification,
    request::Request,
};
use crate::phone::{Alert, Handover, Opens, Origin, Push};

/// How the app reads what a tap hands it: both in `onCreate` and in `onNewWant`.
const TAP_GETTER: &str = r#"want.parameters["ext"]"#;
/// How the app in the foreground receives a notification that is not shown.
const FOREGROUND_GETTER: &str = r#"pushService.receiveMessage("DEFAULT")"#;
/// How the app reads a background message.
const BACKGROUND_GETTER: &str = r#"pushService.receiveMessage("BACKGROUND"): JSON.parse(payload.data).ext"#;
/// How the app reads a call.
const CALL_GETTER: &str = r#"pushService.receiveMessage("VoIP"): JSON.parse(payload.data).ext"#;

/// How a message comes up at one phone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Taken by the vendor and not shown, for this reason.
    pub(super) hidden: Option<&'static str>,
    /// Taken for marketing: in the bar only.
    pub(super) quiet: bool,
    /// The app is in the foreground and receives it instead.
    pub(super) to_foreground: bool,
}

/// The push to a phone; `None`: of this kind nothing comes to the app.
pub(super) fn push(
    request: &Request<'_>,
    origin: &Arc<Origin>,
    manner: Manner,
    now: Timestamp,
) -> Option<Push> {
    let expires_at = now.plus_ms(request.options.ttl_ms);
    match &request.content {
        Content::Notification(shown) => Some(Push {
            alert: (!manner.to_foreground).then(|| alert(shown)),
            badge: shown.badge,
            hidden: manner.hidden,
            quiet: manner.quiet,
            replace_key: shown.notify_id.map(replace_key),
            repeat_key: shown.app_message_id.as_deref().map(str::to_owned),
            handover: tap_handover(shown, manner.to_foreground),
            opens: shown.opens.clone(),
            shows_in_foreground: shown.foreground_show,
            starts_app: true,
            ..silent(origin, now, expires_at)
        }),
        Content::Data(data) => Some(Push {
            hidden: manner.hidden,
            handover: data_handover(request.push_type, data),
            ..silent(origin, now, expires_at)
        }),
        Content::Card(_) | Content::LiveView => None,
    }
}

/// What a recall finds a notification by.
pub(super) fn replace_key(notify_id: i64) -> String {
    notify_id.to_string()
}

/// A push of which nothing is seen.
fn silent(origin: &Arc<Origin>, now: Timestamp, expires_at: Timestamp) -> Push {
    Push {
        origin: Arc::clone(origin),
        alert: None,
        badge: None,
        hidden: None,
        quiet: false,
        replace_key: None,
        repeat_key: None,
        handover: Handover { getter: TAP_GETTER, ext: None, payload: None, extras: Value::Null },
        opens: Opens::App,
        shows_in_foreground: false,
        starts_app: true,
        kept: true,
        not_before: now,
        expires_at,
    }
}

/// Style 3 shows its lines in place of the text.
fn alert(shown: &Notification<'_>) -> Alert {
    let body = if shown.lines.is_empty() { shown.body.to_string() } else { shown.lines.join("\n") };
    Alert { title: shown.title.to_string(), body }
}

fn tap_handover(shown: &Notification<'_>, to_foreground: bool) -> Handover {
    let data = shown.data.cloned().unwrap_or_default();
    let reaches_app = !matches!(shown.opens, Opens::Web(_));
    let read = |name| text_of(&data, name).filter(|_| reaches_app);
    Handover {
        getter: if to_foreground { FOREGROUND_GETTER } else { TAP_GETTER },
        ext: read("ext"),
        payload: read("payload"),
        extras: json!({ "parameters": data }),
    }
}

/// `extraData` is the sender's own; where it is a JSON object the app finds `ext` and `payload` in it.
fn data_handover(push_type: PushType, data: &str) -> Handover {
    let members = serde_json::from_str::<Map<String, Value>>(data).unwrap_or_default();
    Handover {
        getter: if push_type == PushType::Call { CALL_GETTER } else { BACKGROUND_GETTER },
        ext: text_of(&members, "ext"),
        payload: text_of(&members, "payload"),
        extras: json!({ "data": data }),
    }
}

/// A member as text: what is none is read as its JSON text.
fn text_of(members: &Map<String, Value>, name: &str) -> Option<String> {
    match members.get(name)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
