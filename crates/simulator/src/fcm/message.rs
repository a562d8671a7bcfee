//! A message, once its names and types fit: what it says, and whether it may say so.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    condition::Condition,
    reply::{Refusal, Violation},
    schema::nanoseconds,
    topics::is_topic,
};

/// Bytes of a message to one target. Documented.
const PAYLOAD_MAX_BYTES: usize = 4096;
/// Bytes of a message to a topic or a condition. Documented on the error page only.
const TOPIC_PAYLOAD_MAX_BYTES: usize = 2048;
/// Longest lifetime, in seconds: 28 days. It is also the default. Documented.
const TTL_MAX_S: u32 = 2_419_200;
/// Longest statistics label. Documented.
const LABEL_MAX_CHARS: usize = 50;

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) target: Target,
    pub(super) data: BTreeMap<String, String>,
    pub(super) notice: Option<Notice>,
    pub(super) collapse_key: Option<String>,
    pub(super) is_high: bool,
    /// Whole seconds; 0: now or never.
    pub(super) ttl_s: u32,
    pub(super) package: Option<String>,
    pub(super) label: String,
}

/// Whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Token(String),
    Fid(String),
    Topic(String),
    Condition(Condition),
}

/// What the phone shows by itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Notice {
    pub(super) title: String,
    pub(super) body: String,
    pub(super) channel: Option<String>,
    pub(super) tag: Option<String>,
    pub(super) click_action: Option<String>,
    /// 0: the launcher counts up by one.
    pub(super) count: u32,
}

impl Message {
    /// Reads the message of a request whose names and types fit.
    ///
    /// # Errors
    /// The first thing it must not say.
    pub(super) fn read(message: &Value) -> Result<Self, Refusal> {
        let android = &message["android"];
        let target = target(message)?;
        for (place, data) in [("message.data", &message["data"]), ("message.android.data", &android["data"])]
        {
            check_keys(place, data)?;
        }
        check_fields(message)?;
        let ttl_s = ttl(android)?;
        let data = [&android["data"], &message["data"]].into_iter().find_map(texts).unwrap_or_default();
        let shown = shown(message);
        let is_wide = matches!(target, Target::Topic(_) | Target::Condition(_));
        let limit = if is_wide { TOPIC_PAYLOAD_MAX_BYTES } else { PAYLOAD_MAX_BYTES };
        if size(&data, shown.as_ref()) > limit {
            return Err(Refusal::of_field("message", "Android message is too big"));
        }
        let is_high = match android["priority"].as_str() {
            Some(priority) => priority == "HIGH",
            None => shown.is_some(),
        };
        let label = [android, message].map(|at| text(&at["fcm_options"], "analytics_label"));
        Ok(Self {
            target,
            data,
            notice: shown.as_ref().map(notice),
            collapse_key: text(android, "collapse_key"),
            is_high,
            ttl_s,
            package: text(android, "restricted_package_name"),
            label: label.into_iter().flatten().next().unwrap_or_default(),
        })
    }

    /// The key under which a phone out of reach keeps only the newest; `None`: all are kept. Documented: a message
    /// that shows something always has one, at least the app's package name.
    pub(super) fn collapses_as<'a>(&'a self, package: &'a str) -> Option<&'a str> {
        self.collapse_key.as_deref().or_else(|| self.notice.as_ref().map(|_| package))
    }
}

/// A text that is not empty.
fn text(object: &Value, name: &str) -> Option<String> {
    object[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn texts(map: &Value) -> Option<BTreeMap<String, String>> {
    let pair = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    map.as_object().filter(|map| !map.is_empty()).map(|map| map.iter().filter_map(pair).collect())
}

/// Exactly one target. That a second is the front end's error is observed.
fn target(message: &Value) -> Result<Target, Refusal> {
    let given = |name: &'static str| message[name].as_str().map(|value| (name, value));
    let mut given = ["token", "fid", "topic", "condition"].into_iter().filter_map(given);
    let Some((name, value)) = given.next() else {
        return Err(Refusal::of_field("message", "Recipient of the message is not set."));
    };
    if let Some((second, _)) = given.next() {
        let description = format!(
            "Invalid value at 'message' (oneof), oneof field 'target' is already set. Cannot set '{second}'"
        );
        return Err(Refusal::of_form(vec![Violation { field: "message".to_owned(), description }]));
    }
    match name {
        "token" => Ok(Target::Token(value.to_owned())),
        "fid" => Ok(Target::Fid(value.to_owned())),
        "topic" if is_topic(value) => Ok(Target::Topic(value.to_owned())),
        "topic" => Err(Refusal::of_field("message.topic", "Malformed topic name")),
        _ => Condition::read(value)
            .map(Target::Condition)
            .ok_or_else(|| Refusal::of_field("message.condition", "Invalid condition expression provided.")),
    }
}

/// Keys that a sender may not use. Documented.
fn check_keys(place: &str, data: &Value) -> Result<(), Refusal> {
    let reserved = |key: &str| {
        matches!(key, "from" | "message_type")
            || key.starts_with("google.")
            || key.starts_with("gcm.notification.")
    };
    let keys = data.as_object().into_iter().flat_map(Map::keys).enumerate();
    match keys.into_iter().find(|(_, key)| reserved(key)) {
        Some((index, key)) => Err(Refusal::of_field(
            &format!("{place}[{index}].key"),
            format!("Invalid data payload key: {key}"),
        )),
        None => Ok(()),
    }
}

/// Statistics labels, colours and links. Documented; the texts are assumed.
fn check_fields(message: &Value) -> Result<(), Refusal> {
    for block in ["", ".android", ".apns", ".webpush"] {
        let at = if block.is_empty() { message } else { &message[&block[1..]] };
        if let Some(label) = at["fcm_options"]["analytics_label"].as_str()
            && !is_label(label)
        {
            let field = format!("message{block}.fcm_options.analytics_label");
            return Err(Refusal::of_field(&field, "Invalid analytics label."));
        }
    }
    if let Some(color) = text(&message["android"]["notification"], "color")
        && !is_color(&color)
    {
        return Err(Refusal::of_field(
            "message.android.notification.color",
            "Invalid color, must be #rrggbb.",
        ));
    }
    match text(&message["webpush"]["fcm_options"], "link") {
        Some(link) if !link.starts_with("https://") => {
            Err(Refusal::of_field("message.webpush.fcm_options.link", "The link must be an HTTPS URL."))
        }
        _ => Ok(()),
    }
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
    label.is_empty() || (label.len() <= LABEL_MAX_CHARS && label.bytes().all(allowed))
}

fn is_color(color: &str) -> bool {
    let digits = color.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Lifetime in whole seconds, rounded down. Documented; that the limit holds before rounding is assumed.
fn ttl(android: &Value) -> Result<u32, Refusal> {
    let Some(given) = android["ttl"].as_str().and_then(nanoseconds) else { return Ok(TTL_MAX_S) };
    let max = i128::from(TTL_MAX_S) * 1_000_000_000;
    if !(0..=max).contains(&given) {
        return Err(Refusal::of_field("message.android.ttl", "Invalid ttl, must be from 0s to 2419200s."));
    }
    Ok(u32::try_from(given / 1_000_000_000).unwrap_or(TTL_MAX_S))
}

/// What an Android phone shows: the general part with Android's own members over it.
fn shown(message: &Value) -> Option<Map<String, Value>> {
    let parts = [&message["notification"], &message["android"]["notification"]];
    let mut parts = parts.into_iter().filter_map(Value::as_object);
    let mut shown = parts.next()?.clone();
    shown.extend(parts.flatten().map(|(name, value)| (name.clone(), value.clone())));
    Some(shown)
}

fn notice(shown: &Map<String, Value>) -> Notice {
    let text = |name: &str| shown.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let owned = |name: &str| text(name).map(str::to_owned);
    let count = shown.get("notification_count").and_then(Value::as_i64);
    Notice {
        title: owned("title").unwrap_or_default(),
        body: owned("body").unwrap_or_default(),
        channel: owned("channel_id"),
        tag: owned("tag"),
        click_action: owned("click_action"),
        count: count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
    }
}

/// Bytes of names and values, in data and in what is shown. Documented that both count, assumed how.
fn size(data: &BTreeMap<String, String>, shown: Option<&Map<String, Value>>) -> usize {
    let of_value = |value: &Value| value.as_str().map_or_else(|| value.to_string().len(), str::len);
    let data: usize = data.iter().map(|(name, value)| name.len() + value.len()).sum();
    let shown = shown.into_iter().flatten().map(|(name, value)| name.len() + of_value(value));
    data + shown.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(message: Value) -> String {
        Message::read(&message).unwrap_err().message.into_owned()
    }

    #[test]
    fn a_message_has_exactly_one_target() {
        assert_eq!(refused(json!({})), "Recipient of the message is not set.");
        assert!(refused(json!({ "token": "t", "fid": "f" })).contains("Cannot set 'fid'"));
        assert!(Message::read(&json!({ "topic": "news" })).is_ok());
        assert!(Message::read(&json!({ "topic": "/topics/news" })).is_err());
    }

    #[test]
    fn reserved_keys_are_refused_in_both_places() {
        for key in ["from", "message_type", "google.x", "gcm.notification.title"] {
            assert!(refused(json!({ "token": "t", "data": { key: "1" } })).ends_with(key));
            assert!(refused(json!({ "token": "t", "android": { "data": { key: "1" } } })).ends_with(key));
        }
        assert!(Message::read(&json!({ "token": "t", "data": { "googles": "1", "gcm": "1" } })).is_ok());
    }

    #[test]
    fn the_lifetime_is_rounded_down_and_ends_at_28_days() {
        let ttl = |ttl: &str| {
            Message::read(&json!({ "token": "t", "android": { "ttl": ttl } })).map(|read| read.ttl_s)
        };
        assert_eq!(ttl("3.5s").unwrap(), 3);
        assert_eq!(ttl("2419200s").unwrap(), 2_419_200);
        assert_eq!(ttl("0s").unwrap(), 0);
        assert!(ttl("2419201s").is_err() && ttl("-1s").is_err());
        assert_eq!(Message::read(&json!({ "token": "t" })).unwrap().ttl_s, 2_419_200);
    }

    #[test]
    fn the_size_counts_names_and_values_to_the_last_byte() {
        let of = |target: &str, bytes: usize| {
            Message::read(&json!({ target: "t", "data": { "key": "x".repeat(bytes - 3) } })).is_ok()
        };
        assert!(of("token", 4096) && !of("token", 4097));
        assert!(of("topic", 2048) && !of("topic", 2049));
        let full = json!({ "token": "t", "data": { "key": "x".repeat(4086) },
            "notification": { "title": "ab" } });
        assert!(Message::read(&full).is_ok());
        assert!(
            refused(json!({ "token": "t", "data": { "key": "x".repeat(4087) },
            "notification": { "title": "ab" } }))
            .contains("too big")
        );
    }

    #[test]
    fn androids_own_members_go_over_the_general_ones() {
        let read = Message::read(&json!({
            "token": "t", "data": { "a": "1" }, "notification": { "title": "T", "body": "B" },
            "android": { "data": { "b": "2" }, "notification": { "body": "C", "notification_count": -1 } },
        }))
        .unwrap();
        let notice = read.notice.clone().unwrap();
        assert_eq!((notice.title.as_str(), notice.body.as_str(), notice.count), ("T", "C", 0));
        assert_eq!(read.data.keys().collect::<Vec<_>>(), ["b"]);
        assert!(read.is_high);
        assert_eq!(read.collapses_as("com.example"), Some("com.example"));
    }
}
