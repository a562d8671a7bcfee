//! A message as a phone gets it.

use std::sync::Arc;

use model::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    app::App,
    intent,
    message::Message,
    notification::{Click, Notification},
    receipt::INTENT_WRONG,
};
use crate::phone::{Handover, Opens, Origin, Push};

/// How the app reads what came with a notification: the extras of the Intent that opened it.
const GETTER_CLICK: &str = r#"getIntent().getStringExtra("ext")"#;
/// How the app reads what came without one, in `HonorMessageService.onMessageReceived`.
const GETTER_THROUGH: &str = r#"new JSONObject(honorPushDataMsg.getData()).optString("ext")"#;

/// The message as each phone gets it; `is_marketing` is what the vendor made of its class.
pub(super) fn push(
    message: &Message,
    is_marketing: bool,
    app: &App,
    origin: &Arc<Origin>,
    now: Timestamp,
) -> Push {
    let shown = message.notification.as_ref();
    let badge = shown
        .and_then(|notification| notification.badge.as_ref())
        .filter(|wish| wish.class == app.badge_class)
        .and_then(|wish| wish.change);
    Push {
        origin: Arc::clone(origin),
        alert: shown.map(|notification| notification.alert.clone()),
        badge,
        hidden: shown.filter(|notification| !may_open(&notification.click, app)).map(|_| INTENT_WRONG),
        quiet: is_marketing,
        replace_key: shown.and_then(replace_key),
        repeat_key: None,
        handover: shown.map_or_else(
            || handed_through(message, origin),
            |notification| handed_at_click(&notification.click, message.own_text.as_deref()),
        ),
        opens: shown.map_or(Opens::App, |notification| opens(&notification.click)),
        // The book has no switch for it: the system shows what comes (assumed).
        shows_in_foreground: true,
        starts_app: true,
        kept: message.ttl_s > 0,
        not_before: now,
        // Without a lifetime it is delivered at once or not at all.
        expires_at: now.plus_ms((message.ttl_s * 1000).max(1)),
    }
}

/// The number before the tag, where a sender gives both (assumed).
fn replace_key(notification: &Notification) -> Option<String> {
    let by_number = notification.notify_id.map(|id| id.to_string());
    by_number.or_else(|| notification.tag.as_ref().map(|tag| format!("tag:{tag}")))
}

/// Whether the phone accepts where the click leads: an intent must be one, and stay in the app. Documented as a reason
/// to drop a message; what exactly is checked is assumed.
fn may_open(click: &Click, app: &App) -> bool {
    match click {
        Click::Intent(uri) => intent::parse(uri).is_some_and(|intent| intent.stays_in(&app.package)),
        Click::Action(_) | Click::Web(_) | Click::App => true,
    }
}

fn opens(click: &Click) -> Opens {
    match click {
        Click::Intent(target) | Click::Action(target) => Opens::Page(target.clone()),
        Click::Web(url) => Opens::Web(url.clone()),
        Click::App => Opens::App,
    }
}

/// The extras of the Intent: the keys of the sender's text (assumed), over them the intent's own (documented).
fn handed_at_click(click: &Click, own_text: Option<&str>) -> Handover {
    let mut extras = Map::new();
    if !matches!(click, Click::Web(_))
        && let Some(Ok(Value::Object(keys))) = own_text.map(serde_json::from_str)
    {
        extras.extend(keys);
    }
    if let Click::Intent(uri) = click {
        let own = intent::parse(uri).unwrap_or_default().extras;
        extras.extend(own.into_iter().map(|(key, value)| (key, Value::String(value))));
    }
    let text = |key: &str| extras.get(key).and_then(Value::as_str).map(str::to_owned);
    Handover { getter: GETTER_CLICK, ext: text("ext"), payload: text("payload"), extras: extras.into() }
}

/// The message object of the SDK. A text that is no JSON with these keys is handed over whole, as the payload.
fn handed_through(message: &Message, origin: &Origin) -> Handover {
    let own_text = message.own_text.as_deref().unwrap_or_default();
    let keys: Value = serde_json::from_str(own_text).unwrap_or_default();
    let text = |key: &str| keys[key].as_str().map(str::to_owned);
    let (ext, payload) = (text("ext"), text("payload"));
    let whole = (ext.is_none() && payload.is_none()).then(|| own_text.to_owned());
    let extras = json!({ "version": 1, "type": 0, "msgId": origin.message_id, "data": own_text });
    Handover { getter: GETTER_THROUGH, ext, payload: payload.or(whole), extras }
}
