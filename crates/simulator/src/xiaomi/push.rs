//! A message as a phone gets it.

use std::sync::Arc;

use serde_json::json;

use super::message::Message;
use crate::phone::{Alert, Handover, Origin, Push};

/// How the app reads what was sent (rows G6 and G8 of the seed documents: `getExtra()` of the message object): of the
/// intent by which the system opened it, as the sender said.
const OPENED: &str =
    r#"((MiPushMessage) intent.getSerializableExtra(PushMessageHelper.KEY_MESSAGE)).getExtra().get("ext")"#;
/// Of the callback, where the sender left the click to the app, as senders did before 2024-09-30.
const CALLED_BACK: &str = r#"onNotificationMessageClicked(context, message): message.getExtra().get("ext")"#;
/// Why a text is shown to nobody.
const BLOCKED: &str = "the text holds a blocked word";

/// The message as a phone gets it. Without a notify id all messages of an app overwrite each other (documented).
pub(super) fn push(message: &Message, origin: &Arc<Origin>, is_blocked: bool) -> Push {
    let notify_id = message.notify_id.unwrap_or(0);
    Push {
        origin: Arc::clone(origin),
        alert: Some(Alert { title: message.title.clone(), body: message.description.clone() }),
        badge: None,
        hidden: is_blocked.then_some(BLOCKED),
        quiet: message.placement.is_reclassified,
        replace_key: Some(notify_id.to_string()),
        repeat_key: message.jobkey.clone(),
        handover: Handover {
            getter: if message.click_missing { CALLED_BACK } else { OPENED },
            ext: message.own.get("ext").cloned(),
            payload: message.own.get("payload").cloned(),
            extras: json!({
                "messageId": origin.message_id,
                "content": message.payload.clone().unwrap_or_default(),
                "title": message.title,
                "description": message.description,
                "notifyId": notify_id,
                "extra": message.own,
            }),
        },
        opens: message.opens.clone(),
        shows_in_foreground: message.shows_in_foreground,
        starts_app: true,
        kept: message.kept,
        not_before: message.not_before,
        expires_at: message.expires_at,
    }
}
