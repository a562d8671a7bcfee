//! The head of a push request: headers and path, checked at the exact edge of the book's limits.
//!
//! The book does not give an order of checks. Ours (assumed): repeated headers, id, method, topic, collapse id,
//! expiration, push type, priority, topic against push type, path; then authentication; only then everything about the
//! token, because a stranger must not learn about tokens; then the payload.

use http::{HeaderMap, Method, request::Parts};
use model::Timestamp;

use super::reason::Reason;

/// Longest collapse id, in bytes. Documented.
const COLLAPSE_ID_MAX_BYTES: usize = 64;
/// Longest device token, in hexadecimal digits. Tokens have 64 today; longer ones were announced (observed).
const TOKEN_MAX_DIGITS: usize = 400;
/// Largest payload, in bytes. Documented.
const PAYLOAD_MAX_BYTES: usize = 4096;
/// Largest payload of a VoIP push, in bytes. Documented.
const PAYLOAD_VOIP_MAX_BYTES: usize = 5120;
/// Longest storage. Documented as 30 days.
const STORAGE_MAX_MS: i64 = 30 * 24 * 3_600_000;

/// A push type with the end its topic must have. Documented; the complication's end is doubtful.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PushType {
    pub(super) name: &'static str,
    pub(super) topic_end: &'static str,
}

const PUSH_TYPES: &[PushType] = &[
    PushType { name: "alert", topic_end: "" },
    PushType { name: "background", topic_end: "" },
    PushType { name: "voip", topic_end: ".voip" },
    PushType { name: "liveactivity", topic_end: ".push-type.liveactivity" },
    PushType { name: "pushtotalk", topic_end: ".voip-ptt" },
    PushType { name: "complication", topic_end: ".complication" },
    PushType { name: "fileprovider", topic_end: ".pushkit.fileprovider" },
    PushType { name: "location", topic_end: ".location-query" },
    PushType { name: "widgets", topic_end: ".push-type.widgets" },
    PushType { name: "controls", topic_end: ".push-type.controls" },
    PushType { name: "mdm", topic_end: "" },
];

impl PushType {
    /// Largest payload, in bytes.
    pub(super) fn payload_max_bytes(&self) -> usize {
        if self.is_call() { PAYLOAD_VOIP_MAX_BYTES } else { PAYLOAD_MAX_BYTES }
    }

    /// Whether it goes to the token for calls.
    pub(super) fn is_call(&self) -> bool {
        self.name == "voip"
    }

    /// Whether it wakes the app and nothing else.
    pub(super) fn is_background(&self) -> bool {
        self.name == "background"
    }

    /// Whether the system shows it, rather than handing it to the app.
    pub(super) fn is_shown(&self) -> bool {
        !self.is_call() && !self.is_background()
    }

    /// How the app reads what was sent.
    pub(super) fn getter(&self) -> &'static str {
        match self.name {
            "voip" => r#"payload.dictionaryPayload["ext"]"#,
            "background" => r#"userInfo["ext"]"#,
            _ => r#"response.notification.request.content.userInfo["ext"]"#,
        }
    }

    /// Whether it may be sent with a priority. Documented for background pushes and Live Activities.
    fn takes(&self, priority: Option<&str>) -> bool {
        match self.name {
            "background" => priority == Some("5"),
            "liveactivity" => matches!(priority, None | Some("10" | "5")),
            _ => matches!(priority, None | Some("10" | "5" | "1")),
        }
    }
}

/// Whether a client certificate is not enough for a topic. Documented for locations, seen with Live Activities.
pub(super) fn needs_provider_token(topic: &str) -> bool {
    [".location-query", ".push-type.liveactivity"].iter().any(|end| topic.ends_with(end))
}

/// Whether a topic is a bundle's, alone or with the end of a push type.
pub(super) fn topic_belongs_to(topic: &str, bundle: &str) -> bool {
    topic
        .strip_prefix(bundle)
        .is_some_and(|end| end.is_empty() || PUSH_TYPES.iter().any(|kind| kind.topic_end == end))
}

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// `None`: as the client certificate says.
    pub(super) topic: Option<&'a str>,
    pub(super) push_type: &'static PushType,
    pub(super) collapse_id: Option<&'a str>,
    pub(super) expiration: Option<i64>,
    /// The path's last part, not yet looked at.
    pub(super) token: &'a str,
}

impl Asked<'_> {
    /// Whether it is kept for a phone out of reach, and until when.
    pub(super) fn storage(&self, now: Timestamp) -> (bool, Timestamp) {
        let longest = now.plus_ms(STORAGE_MAX_MS);
        match self.expiration {
            None => (true, longest),
            // One attempt, at once.
            Some(0) => (false, longest),
            Some(at) => (true, Timestamp::from_secs(at).min(longest)),
        }
    }
}

/// The id a sender gave, if it is one.
pub(super) fn sender_id(headers: &HeaderMap) -> Result<Option<&str>, Reason> {
    let Some(value) = headers.get("apns-id") else { return Ok(None) };
    let id = value.to_str().map_err(|_| Reason::BadMessageId)?;
    // 8-4-4-4-12 only: the parser alone would take other spellings.
    if id.len() == 36 && uuid::Uuid::try_parse(id).is_ok() { Ok(Some(id)) } else { Err(Reason::BadMessageId) }
}

/// Reads and checks a request's head, up to the path.
pub(super) fn read(head: &Parts, certificate_topic: bool) -> Result<Asked<'_>, Reason> {
    let headers = &head.headers;
    if headers.len() != headers.keys_len() {
        return Err(Reason::DuplicateHeaders);
    }
    sender_id(headers)?;
    if head.method != Method::POST {
        return Err(Reason::MethodNotAllowed);
    }
    let text = |name: &str, bad: Reason| match headers.get(name) {
        None => Ok(None),
        Some(value) => value.to_str().map(Some).map_err(|_| bad),
    };
    let topic = text("apns-topic", Reason::BadTopic)?.filter(|topic| !topic.is_empty());
    if topic.is_none() && !certificate_topic {
        return Err(Reason::MissingTopic);
    }
    let collapse_id = text("apns-collapse-id", Reason::BadCollapseId)?;
    if collapse_id.is_some_and(|id| id.len() > COLLAPSE_ID_MAX_BYTES) {
        return Err(Reason::BadCollapseId);
    }
    let expiration = text("apns-expiration", Reason::BadExpirationDate)?
        .map(|text| text.parse::<i64>().ok().filter(|at| *at >= 0).ok_or(Reason::BadExpirationDate))
        .transpose()?;
    let priority = text("apns-priority", Reason::BadPriority)?;
    let push_type = match text("apns-push-type", Reason::InvalidPushType)? {
        None => unnamed_type(topic),
        Some(name) => PUSH_TYPES.iter().find(|kind| kind.name == name).ok_or(Reason::InvalidPushType)?,
    };
    if !push_type.takes(priority) {
        return Err(Reason::BadPriority);
    }
    if topic.is_some_and(|topic| !topic.ends_with(push_type.topic_end)) {
        return Err(Reason::BadTopic);
    }
    let token = head.uri.path().strip_prefix("/3/device/").ok_or(Reason::BadPath)?;
    if token.contains('/') {
        return Err(Reason::BadPath);
    }
    Ok(Asked { topic, push_type, collapse_id, expiration, token })
}

/// Senders from before the header tell a call by its topic alone; anything else is a notification. Assumed.
fn unnamed_type(topic: Option<&str>) -> &'static PushType {
    let is_call = topic.is_some_and(|topic| topic.ends_with(".voip"));
    PUSH_TYPES.iter().find(|kind| kind.is_call() == is_call).unwrap_or(&PUSH_TYPES[0])
}

/// Checks the shape of a device token.
pub(super) fn check_token(token: &str) -> Result<(), Reason> {
    if token.is_empty() {
        return Err(Reason::MissingDeviceToken);
    }
    let hexadecimal = token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal && token.len() <= TOKEN_MAX_DIGITS && token.len().is_multiple_of(2) {
        Ok(())
    } else {
        Err(Reason::BadDeviceToken)
    }
}
