//! A message as a phone gets it.

use std::{collections::BTreeMap, sync::Arc};

use model::Timestamp;

use super::{
    class::Class,
    intent,
    message::{Click, Message},
    withhold::Withheld,
};
use crate::phone::{Alert, BadgeChange, Handover, Origin, Push};

/// How the app reads what was sent: since client SDK 3.0.0.0 the pairs are string extras of the intent that opens
/// the activity (observed; no callback of a tap is left).
const GETTER: &str = r#"getIntent().getStringExtra("ext")"#;

/// The message as a phone gets it, in the class the vendor gave it.
pub(super) fn push(
    message: &Message,
    class: Class,
    withheld: Option<Withheld>,
    origin: &Arc<Origin>,
    now: Timestamp,
) -> Push {
    let extras = extras(message);
    let (not_before, expires_at) = message.span.of(now);
    Push {
        origin: Arc::clone(origin),
        alert: Some(Alert { title: message.title.clone(), body: message.content.clone() }),
        badge: message.adds_badge.then_some(BadgeChange::Add(1)),
        hidden: withheld.map(Withheld::reason),
        quiet: class == Class::Operational,
        replace_key: message.notify_id.map(|id| id.to_string()),
        repeat_key: None,
        handover: Handover {
            getter: GETTER,
            ext: extras.get("ext").cloned(),
            payload: extras.get("payload").cloned(),
            extras: serde_json::to_value(&extras).unwrap_or_default(),
        },
        opens: message.click.opens(),
        shows_in_foreground: message.shows_in_foreground,
        starts_app: true,
        kept: !message.online_only || message.span.is_delayed(),
        not_before,
        expires_at,
    }
}

/// The string extras of the intent: the pairs, and for a page also those of its URI. A pair wins (assumed).
fn extras(message: &Message) -> BTreeMap<String, String> {
    let mut extras = match &message.click {
        Click::App => BTreeMap::new(),
        Click::Page(uri) => intent::parse(uri).map(|intent| intent.extras).unwrap_or_default(),
        Click::Web(_) | Click::Own => return BTreeMap::new(),
    };
    extras.extend(message.pairs.clone());
    extras
}

/// Whether the page of a message can be opened in this package. The link is looked at on the phone (documented by
/// the receipts it yields).
pub(super) fn link_fault(message: &Message, package: &str) -> Option<Withheld> {
    let Click::Page(uri) = &message.click else { return None };
    match intent::parse(uri) {
        None => Some(Withheld::BadLink),
        Some(intent) => intent.package.is_some_and(|own| own != package).then_some(Withheld::NoPage),
    }
}
