//! A message as an Android phone gets it.

use std::sync::Arc;

use model::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    account::Project,
    message::{Message, Notice, Target},
    rights::Importance,
};
use crate::phone::{Alert, BadgeChange, Handover, Opens, Origin, Push};

/// How an app reads the data of a notification that was tapped. Documented: they are extras of the intent.
const TAPPED: &str = r#"getIntent().getExtras().getString("ext")"#;
/// How an app reads the data of a message that shows nothing. Documented.
const HANDED: &str = r#"RemoteMessage.getData().get("ext")"#;
/// The data member by which an app of ours opens a web page; FCM itself knows no such click.
const CLICK_URL: &str = "click_url";
/// Where the lifetime is 0 a message that can be handed over is, however slow this machine is.
const AT_ONCE_MS: i64 = 60_000;

/// Where a message goes.
pub(super) struct Way<'a> {
    pub(super) project: &'a Project,
    /// The app on the phone.
    pub(super) package: &'a str,
    pub(super) origin: Arc<Origin>,
    /// Of the channel the message names.
    pub(super) importance: Importance,
    /// Its texts hold a blocked word.
    pub(super) is_blocked: bool,
    pub(super) now: Timestamp,
    pub(super) not_before: Timestamp,
}

/// The message as a phone gets it.
pub(super) fn push(message: &Message, way: Way<'_>) -> Push {
    let notice = message.notice.as_ref();
    let opens = opens(message, notice);
    let value = |name: &str| match opens {
        Opens::Web(_) => None,
        _ => message.data.get(name).cloned(),
    };
    let handover = Handover {
        getter: if notice.is_some() { TAPPED } else { HANDED },
        ext: value("ext"),
        payload: value("payload"),
        extras: extras(message, &way),
    };
    let life_ms = if message.ttl_s == 0 { AT_ONCE_MS } else { i64::from(message.ttl_s) * 1000 };
    Push {
        alert: notice.map(|notice| Alert { title: notice.title.clone(), body: notice.body.clone() }),
        badge: notice.map(|notice| match notice.count {
            0 => BadgeChange::Add(1),
            count => BadgeChange::Set(count),
        }),
        hidden: hidden(notice, &way),
        quiet: matches!(way.importance, Importance::Min | Importance::Low),
        replace_key: notice.and_then(|notice| notice.tag.clone()),
        repeat_key: None,
        handover,
        opens,
        shows_in_foreground: false,
        starts_app: true,
        kept: message.ttl_s > 0,
        not_before: way.not_before,
        expires_at: way.now.plus_ms(life_ms),
        origin: way.origin,
    }
}

fn hidden(notice: Option<&Notice>, way: &Way<'_>) -> Option<&'static str> {
    match notice {
        Some(_) if way.is_blocked => Some("the text holds a blocked word"),
        Some(_) if way.importance == Importance::None => Some("the notification channel is switched off"),
        _ => None,
    }
}

fn opens(message: &Message, notice: Option<&Notice>) -> Opens {
    if let Some(action) = notice.and_then(|notice| notice.click_action.clone()) {
        return Opens::Page(action);
    }
    let is_web = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    message.data.get(CLICK_URL).filter(is_web).cloned().map_or(Opens::App, Opens::Web)
}

/// The extras of the intent, or what stands in the message object: the data, and what the SDK adds. Observed.
fn extras(message: &Message, way: &Way<'_>) -> Value {
    let priority = if message.is_high { "high" } else { "normal" };
    let from = match &message.target {
        Target::Topic(topic) => format!("/topics/{topic}"),
        _ => way.project.number.clone(),
    };
    let added = [
        ("from", json!(from)),
        ("google.delivered_priority", json!(priority)),
        ("google.message_id", json!(way.origin.message_id)),
        ("google.original_priority", json!(priority)),
        ("google.sent_time", json!(way.now.millis())),
        ("google.ttl", json!(message.ttl_s)),
    ];
    let data = message.data.iter().map(|(name, value)| (name.clone(), json!(value)));
    let added = added.map(|(name, value)| (name.to_owned(), value));
    let collapse_key = message.collapses_as(way.package).map(|key| ("collapse_key".to_owned(), json!(key)));
    data.chain(added).chain(collapse_key).collect::<Map<_, _>>().into()
}
