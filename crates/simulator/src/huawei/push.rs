//! A message as a phone gets it.

use std::sync::Arc;

use model::Timestamp;

use super::{
    app::App,
    click,
    message::Message,
    notification::{Badge, Notification},
};
use crate::phone::{Alert, Opens, Origin, Push};

/// How long a message with no lifetime at all may take to a phone that is within reach.
const MOMENT_MS: i64 = 1000;

/// Makes the push for a phone of an app; `hidden` says why nobody gets to see it.
pub(super) fn of_message(
    message: &Message,
    app: &App,
    origin: Arc<Origin>,
    hidden: Option<&'static str>,
    now: Timestamp,
) -> Push {
    let shown = message.notification.as_ref();
    let marketing = app.rights.is_marketing(message.category.as_deref());
    let opens = shown.map_or(Opens::App, |shown| shown.click.opens.clone());
    let data = message.data.as_deref();
    let own_badge = |badge: &&Badge| badge.class == app.badge_class;
    Push {
        origin,
        alert: shown.map(|shown| Alert { title: shown.title.clone(), body: shown.body.clone() }),
        // A class that is not the launcher's has no icon to bear a number.
        badge: shown.and_then(|shown| shown.badge.as_ref()).filter(own_badge).map(|badge| badge.change),
        hidden,
        quiet: shown.is_some_and(|shown| marketing || shown.low),
        replace_key: shown.and_then(replace_key),
        repeat_key: None,
        handover: match shown {
            Some(_) => click::of_notification(&opens, data),
            None => click::of_data(data.unwrap_or_default()),
        },
        opens,
        shows_in_foreground: shown.is_none_or(|shown| shown.foreground_show),
        starts_app: message.urgent,
        kept: message.ttl_ms > 0,
        not_before: now,
        expires_at: now.plus_ms(message.ttl_ms.max(MOMENT_MS)),
    }
}

fn replace_key(shown: &Notification) -> Option<String> {
    let tag = || shown.tag.as_ref().map(|tag| format!("tag:{tag}"));
    shown.notify_id.map(of_notify_id).or_else(tag)
}

/// The replace key of a notification with an id of its own, by which it is also taken back.
pub(super) fn of_notify_id(notify_id: i64) -> String {
    format!("id:{notify_id}")
}
