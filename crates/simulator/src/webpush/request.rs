//! The headers of a push, and the head of its body.

use http::header::{CONTENT_ENCODING, HeaderName};

use super::{refusal::Refusal, sealed, service::PushService};
use crate::counter::Ask;

/// Longest topic, in characters. Documented.
const TOPIC_MAX_CHARS: usize = 32;
/// Documented.
const URGENCIES: [&str; 4] = ["very-low", "low", "normal", "high"];

/// What a sender wishes of a push.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// How long it may wait, in seconds, shortened to what the service keeps.
    pub(super) ttl_s: i64,
    /// A later push with the same topic takes its place while it waits.
    pub(super) topic: Option<String>,
}

/// Reads headers and the head of the body, in the order of checks that `webpush.rs` states.
///
/// # Errors
/// The first [`Refusal`].
pub(super) fn read(ask: &Ask<'_>, service: PushService, body_max_bytes: usize) -> Result<Wish, Refusal> {
    let longest = service.ttl_max_s();
    if !service.reads_headers() {
        return match ask.body.len() > body_max_bytes {
            true => Err(Refusal::TooLarge),
            false => Ok(Wish { ttl_s: longest, topic: None }),
        };
    }
    let ttl_s = ttl_s(ask)?.min(longest);
    if let Some(urgency) = only(ask, "urgency").map_err(|_| Refusal::BadUrgency)?
        && !URGENCIES.iter().any(|own| own.eq_ignore_ascii_case(urgency))
    {
        return Err(Refusal::BadUrgency);
    }
    let topic = only(ask, "topic").map_err(|_| Refusal::BadTopic)?;
    if topic.is_some_and(|topic| !is_topic(topic)) {
        return Err(Refusal::BadTopic);
    }
    if ask.body.len() > body_max_bytes {
        return Err(Refusal::TooLarge);
    }
    if !ask.body.is_empty() {
        check_encoding(ask)?;
        sealed::head(ask.body).ok_or(Refusal::BadBody)?;
    }
    Ok(Wish { ttl_s, topic: topic.map(str::to_owned) })
}

fn ttl_s(ask: &Ask<'_>) -> Result<i64, Refusal> {
    let ttl_s: i64 = ask.header("ttl").and_then(|ttl| ttl.trim().parse().ok()).ok_or(Refusal::NoTtl)?;
    if ttl_s < 0 { Err(Refusal::NegativeTtl) } else { Ok(ttl_s) }
}

/// Exactly `aes128gcm`, once. The draft codings carried salt and key in headers, which must not come with it.
fn check_encoding(ask: &Ask<'_>) -> Result<(), Refusal> {
    let encoding = only(ask, CONTENT_ENCODING.as_str()).map_err(|_| Refusal::BadEncoding)?;
    let encoding = encoding.ok_or(Refusal::NoEncoding)?;
    let has = |name: &str, part: &str| ask.header(name).is_some_and(|value| value.contains(part));
    if !encoding.eq_ignore_ascii_case("aes128gcm") || has("encryption", "salt=") || has("crypto-key", "dh=") {
        return Err(Refusal::BadEncoding);
    }
    Ok(())
}

/// More than one header of a name, or one that is no text.
struct Ambiguous;

fn only<'a>(ask: &Ask<'a>, name: &str) -> Result<Option<&'a str>, Ambiguous> {
    let name = HeaderName::try_from(name).map_err(|_| Ambiguous)?;
    let mut values = ask.headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|text| Some(text.trim())).map_err(|_| Ambiguous),
        (Some(_), Some(_)) => Err(Ambiguous),
    }
}

fn is_topic(topic: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !topic.is_empty() && topic.len() <= TOPIC_MAX_CHARS && topic.bytes().all(allowed)
}
