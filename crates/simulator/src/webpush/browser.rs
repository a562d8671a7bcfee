//! The browser behind a subscription: it opens the body, and the product's service worker shows what is inside.
//!
//! The clear text is a convention between the product's server and its page, in JSON: `message`, `class`, `title`,
//! `tag`, `click` (`{"action":"open_app"|"web_page"|"app_page","target":…}`), and where wanted `presentation` (`data`:
//! nothing is shown), `body`, `thread`, `badge`, `image`, `sound`, `channel`, `silent`, `ext`, `payload`.

use std::sync::Arc;

use model::Timestamp;
use serde_json::{Value, json};

use super::{sealed, subscription::BrowserKeys};
use crate::phone::{Alert, BadgeChange, Handover, Opens, Origin, Push};

/// How the service worker reads what was sent, at a click.
const GETTER: &str = "event.notification.data.ext";
/// A browser that cannot open a body does not wake the service worker.
const NOT_OPENED: &str = "the browser could not decrypt it";
const NOT_READ: &str = "the service worker could not read it";
/// Row E11.
pub(super) const BLOCKED: &str = "the text holds a blocked word";

/// What a browser made of a body.
#[derive(Debug, PartialEq)]
pub(super) enum Opened {
    /// There was none: the service worker is woken and told nothing.
    Empty,
    /// The members of the clear JSON.
    Clear(Value),
    /// It is shown to nobody, for this reason.
    Unreadable(&'static str),
}

/// Opens a body.
pub(super) fn open(body: &[u8], keys: &BrowserKeys) -> Opened {
    if body.is_empty() {
        return Opened::Empty;
    }
    match sealed::open(body, keys) {
        None => Opened::Unreadable(NOT_OPENED),
        Some(text) => match serde_json::from_slice(&text) {
            Ok(clear @ Value::Object(_)) => Opened::Clear(clear),
            _ => Opened::Unreadable(NOT_READ),
        },
    }
}

impl Opened {
    /// The product's own id of the message: the same when it is sent again.
    pub(super) fn message(&self) -> Option<String> {
        match self {
            Self::Clear(clear) => text(&clear["message"]),
            _ => None,
        }
    }

    /// The texts that are shown.
    pub(super) fn texts(&self) -> [String; 2] {
        let shown = |name: &str| match self {
            Self::Clear(clear) => text(&clear[name]).unwrap_or_default(),
            _ => String::new(),
        };
        [shown("title"), shown("body")]
    }
}

/// The push as the phone gets it.
pub(super) fn push(opened: &Opened, origin: Arc<Origin>, ttl_s: i64, now: Timestamp) -> Push {
    let nothing = Value::Null;
    let clear = if let Opened::Clear(clear) = opened { clear } else { &nothing };
    let [title, body] = opened.texts();
    let is_data = *opened == Opened::Empty || clear["presentation"] == "data";
    let opens = opens(&clear["click"]);
    let travels = |name: &str| if matches!(opens, Opens::Web(_)) { None } else { text(&clear[name]) };
    Push {
        origin,
        alert: (!is_data).then(|| Alert { title: title.clone(), body: body.clone() }),
        badge: badge(&clear["badge"]),
        hidden: if let Opened::Unreadable(reason) = opened { Some(reason) } else { None },
        quiet: truth(&clear["silent"]),
        replace_key: text(&clear["tag"]).filter(|tag| !tag.is_empty()),
        repeat_key: None,
        handover: Handover {
            getter: GETTER,
            ext: travels("ext"),
            payload: travels("payload"),
            extras: json!({
                "action": "",
                "notification": { "title": title, "body": body, "tag": clear["tag"], "data": clear },
            }),
        },
        opens,
        // The service worker shows every push: a browser takes the permission away otherwise (documented).
        shows_in_foreground: true,
        starts_app: true,
        kept: ttl_s > 0,
        not_before: now,
        // A lifetime of 0 means: now or never.
        expires_at: now.plus_ms(ttl_s.saturating_mul(1000).max(1)),
    }
}

fn opens(click: &Value) -> Opens {
    let target = || text(&click["target"]).unwrap_or_default();
    match click["action"].as_str() {
        Some("web_page") => Opens::Web(target()),
        Some("app_page") => Opens::Page(target()),
        _ => Opens::App,
    }
}

/// The Badging API sets a number; 0 takes the badge away (documented).
fn badge(badge: &Value) -> Option<BadgeChange> {
    let number = badge.as_u64().or_else(|| badge.as_str().and_then(|text| text.parse().ok()))?;
    Some(BadgeChange::Set(u32::try_from(number).unwrap_or(u32::MAX)))
}

fn truth(value: &Value) -> bool {
    *value == true || *value == "true" || *value == 1
}

/// A string as it is, and any other value as its JSON.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use model::Vendor;

    use super::*;

    fn shown(clear: Value) -> Push {
        let origin = Arc::new(Origin {
            vendor: Vendor::Webpush,
            app: "com.example.im".to_owned(),
            message_id: "m".to_owned(),
            jobkey: String::new(),
            callback: None,
        });
        push(&Opened::Clear(clear), origin, 60, Timestamp(1000))
    }

    #[test]
    fn each_click_action_opens_its_place_and_a_web_page_is_handed_nothing() {
        let with =
            |click: Value| shown(json!({"title": "t", "ext": "e", "payload": {"a": 1}, "click": click}));
        let app = with(json!({"action": "open_app"}));
        assert_eq!(app.opens, Opens::App);
        assert_eq!(app.handover.ext.as_deref(), Some("e"));
        assert_eq!(app.handover.payload.as_deref(), Some(r#"{"a":1}"#));
        let page = with(json!({"action": "app_page", "target": "/chat/1"}));
        assert_eq!(page.opens, Opens::Page("/chat/1".to_owned()));
        let web = with(json!({"action": "web_page", "target": "https://example.com/a"}));
        assert_eq!(web.opens, Opens::Web("https://example.com/a".to_owned()));
        assert_eq!((web.handover.ext, web.handover.payload), (None, None));
    }

    #[test]
    fn data_shows_nothing_and_the_rest_follows_the_members() {
        assert!(shown(json!({"presentation": "data", "payload": "p"})).alert.is_none());
        let push = shown(json!({"title": "t", "badge": "3", "silent": true, "tag": "c-1"}));
        assert_eq!(push.alert, Some(Alert { title: "t".to_owned(), body: String::new() }));
        assert_eq!(push.badge, Some(BadgeChange::Set(3)));
        assert!(push.quiet && push.kept && push.hidden.is_none());
        assert_eq!(push.replace_key.as_deref(), Some("c-1"));
    }
}
