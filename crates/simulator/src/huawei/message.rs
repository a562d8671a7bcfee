//! A message as a sender asks for it: every field checked, at the exact edge of the book's limits.

use serde_json::Value;

use super::{
    condition::Condition,
    fields::{array, filled, flag, illegal, number, object, seconds_ms, text, texts, word},
    notification::{self, Notification},
    reply::{Code, Refusal},
};

/// Tokens of one request. Documented.
pub(super) const TOKENS_MAX: usize = 1000;
/// Largest body without the tokens, in bytes. Documented.
const BODY_MAX_BYTES: usize = 4096;
/// Bytes of an entry of the token array beside the token: two quotes and a comma.
const ENTRY_BYTES: usize = 3;
/// How long a message is kept where its sender says nothing. Documented.
const TTL_DEFAULT_MS: i64 = 86_400_000;
/// Longest time a message is kept. Documented.
const TTL_MAX_MS: i64 = 1_296_000_000;

/// A message that reads well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Only the format is to be checked.
    pub(super) validate_only: bool,
    pub(super) target: Target,
    pub(super) data: Option<String>,
    /// Without one it is a data message.
    pub(super) notification: Option<Notification>,
    /// The class it claims. A word the book does not list is never granted (assumed).
    pub(super) category: Option<String>,
    pub(super) urgent: bool,
    pub(super) ttl_ms: i64,
    /// −1: all are kept offline; 0: the newest only; 1 to 100: the newest of each group.
    pub(super) collapse_key: i64,
    pub(super) bi_tag: Option<String>,
    pub(super) receipt_id: Option<String>,
    pub(super) is_test: bool,
}

/// Whom it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Tokens(Vec<String>),
    Topic(String),
    Condition(Condition),
}

/// Reads and checks a request to send.
pub(super) fn read(body: &[u8]) -> Result<Message, Refusal> {
    let request: Value = serde_json::from_slice(body).map_err(|_| illegal("body", "must be JSON"))?;
    if !request.is_object() {
        return Err(illegal("body", "must be an object"));
    }
    // A misspelled `message` is told as missing tokens. Documented.
    let message = object(&request, "message")?.ok_or(Code::TOKEN_COUNT)?;
    let target = target(message)?;
    if bytes_without_tokens(body, &target) > BODY_MAX_BYTES {
        return Err(Code::TOO_LONG.into());
    }
    let nothing = Value::Null;
    let android = object(message, "android")?.unwrap_or(&nothing);
    let common = object(message, "notification")?;
    let own = object(android, "notification")?;
    let notification =
        (common.is_some() || own.is_some()).then(|| notification::read(common, own)).transpose()?;
    let data = filled(android, "data")?.or(filled(message, "data")?);
    if notification.is_none() && data.is_none() {
        return Err(illegal("message", "needs data or notification"));
    }
    let category = filled(android, "category")?;
    if notification.is_some() && category.as_deref() == Some("PLAY_VOICE") {
        return Err(illegal("category", "PLAY_VOICE is for data messages only"));
    }
    number(android, "fast_app_target", 1..=2)?;
    check_review(&request)?;
    Ok(Message {
        validate_only: flag(&request, "validate_only")?.unwrap_or(false),
        target,
        data,
        notification,
        category,
        urgent: word(android, "urgency", &["NORMAL", "HIGH"])? == Some("HIGH"),
        ttl_ms: ttl_ms(android)?,
        collapse_key: collapse_key(android)?,
        bi_tag: filled(android, "bi_tag")?,
        receipt_id: filled(android, "receipt_id")?,
        // A demo of the vendor names 2 and 3 beside the book's 0 and 1. Observed.
        is_test: number(android, "target_user_type", 0..=3)? == Some(1),
    })
}

/// Exactly one of token, topic and condition; an empty token array beside another target counts as absent.
fn target(message: &Value) -> Result<Target, Refusal> {
    let tokens = texts(message, "token")?;
    let (topic, condition) = (filled(message, "topic")?, filled(message, "condition")?);
    let tokens = tokens.filter(|tokens| !tokens.is_empty() || (topic.is_none() && condition.is_none()));
    match (tokens, topic, condition) {
        (Some(tokens), None, None) if (1..=TOKENS_MAX).contains(&tokens.len()) => Ok(Target::Tokens(tokens)),
        (Some(_) | None, None, None) => Err(Code::TOKEN_COUNT.into()),
        (None, Some(topic), None) => Ok(Target::Topic(topic)),
        (None, None, Some(condition)) => {
            let condition = Condition::read(&condition);
            condition.map(Target::Condition).ok_or_else(|| Code::PARAMETER.because("condition is illegal"))
        }
        _ => Err(Code::PARAMETER.because("only one of token, topic and condition is allowed")),
    }
}

/// The size that the limit is about: as if the token array were empty.
fn bytes_without_tokens(body: &[u8], target: &Target) -> usize {
    let Target::Tokens(tokens) = target else { return body.len() };
    let entries: usize = tokens.iter().map(|token| token.len() + ENTRY_BYTES).sum();
    // The last entry has no comma.
    (body.len() + 1).saturating_sub(entries)
}

fn ttl_ms(android: &Value) -> Result<i64, Refusal> {
    let Some(ttl) = text(android, "ttl")?.filter(|ttl| !ttl.is_empty()) else { return Ok(TTL_DEFAULT_MS) };
    if ttl.strip_prefix('-').is_some_and(|positive| seconds_ms(positive).is_some()) {
        return Err(Code::EXPIRY.into());
    }
    let ms = seconds_ms(&ttl).ok_or_else(|| illegal("ttl", "must be a span such as 86400s"))?;
    if ms > TTL_MAX_MS { Err(illegal("ttl", "must not be over 1296000s")) } else { Ok(ms) }
}

fn collapse_key(android: &Value) -> Result<i64, Refusal> {
    let key = number(android, "collapse_key", -1..=100).map_err(|_| Code::COLLAPSE_KEY)?;
    Ok(key.unwrap_or(-1))
}

/// A proof of review by somebody else, where there is one.
fn check_review(request: &Value) -> Result<(), Refusal> {
    let proofs = array(request, "review").map_err(|_| Code::REVIEW)?.unwrap_or_default();
    let is_proof = |proof: &Value| {
        let reviewer = filled(proof, "reviewer").ok().flatten();
        reviewer.is_some() && number(proof, "type", 0..=i32::MAX.into()).is_ok()
    };
    if proofs.iter().all(is_proof) { Ok(()) } else { Err(Code::REVIEW.into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut request = json!({
            "validate_only": false,
            "message": {
                "token": ["invented-hms-token-0001"],
                "data": "{\"conv\":\"c-1001\"}",
                "notification": {"title": "Alice", "body": "hello"},
                "android": {
                    "category": "IM", "urgency": "NORMAL", "ttl": "86400s", "bi_tag": "m-42",
                    "collapse_key": -1, "target_user_type": 0,
                    "notification": {
                        "click_action": {"type": 3}, "importance": "NORMAL", "channel_id": "im_message",
                        "notify_id": 100_231, "foreground_show": false,
                        "badge": {"add_num": 1, "class": "com.example.im.MainActivity"}
                    }
                }
            }
        });
        change(&mut request);
        request.to_string().into_bytes()
    }

    fn code(change: impl FnOnce(&mut Value)) -> &'static str {
        read(&request(change)).map_or_else(|refusal| refusal.code.number, |_| "taken")
    }

    #[test]
    fn the_books_example_is_taken_as_it_is() {
        let message = read(&request(|_| ())).unwrap();
        assert_eq!(message.ttl_ms, 86_400_000);
        let notification = message.notification.unwrap();
        assert_eq!((notification.title.as_str(), notification.notify_id), ("Alice", Some(100_231)));
        assert!(!notification.foreground_show);
    }

    #[test]
    fn unknown_members_nulls_and_numbers_as_texts_are_taken() {
        let odd = request(|request| {
            request["more"] = json!(1);
            request["message"]["topic"] = Value::Null;
            request["message"]["apns"] = json!({"x": 1});
            request["message"]["android"]["ttl"] = json!(60);
            request["message"]["android"]["collapse_key"] = json!("7");
            request["message"]["android"]["notification"]["notify_id"] = json!("5");
            request["message"]["android"]["notification"]["click_action"]["type"] = json!("3");
        });
        let message = read(&odd).unwrap();
        assert_eq!((message.ttl_ms, message.collapse_key), (60_000, 7));
        assert_eq!(message.notification.unwrap().notify_id, Some(5));
    }

    #[test]
    fn a_body_of_4096_bytes_beside_its_tokens_is_taken_and_one_more_is_not() {
        let tokens: Vec<String> = (0..1000).map(|n| format!("invented-hms-token-{n:0100}")).collect();
        let with_data = |length: usize| {
            request(|request| {
                request["message"]["token"] = json!(tokens);
                request["message"]["data"] = json!("d".repeat(length));
            })
        };
        let tokens_bytes = json!(tokens).to_string().len() - "[]".len();
        let length = 4096 - (with_data(0).len() - tokens_bytes);
        assert!(read(&with_data(length)).is_ok());
        assert_eq!(read(&with_data(length + 1)).unwrap_err().code, Code::TOO_LONG);
    }

    #[test]
    fn targets_are_exactly_one_kind_and_at_most_a_thousand() {
        let target = |key: &'static str, value: Value| {
            move |request: &mut Value| {
                request["message"]["token"] = Value::Null;
                request["message"][key] = value;
            }
        };
        assert_eq!(code(target("token", json!(vec!["t"; 1000]))), "taken");
        assert_eq!(code(target("token", json!(vec!["t"; 1001]))), "80300010");
        assert_eq!(code(target("token", json!([]))), "80300010");
        assert_eq!(code(target("token", json!("t"))), "80100003");
        assert_eq!(code(target("topic", json!("news"))), "taken");
        assert_eq!(code(target("condition", json!("'a' in topics"))), "taken");
        assert_eq!(code(target("condition", json!("a"))), "80100001");
        assert_eq!(code(|request| request["message"]["topic"] = json!("news")), "80100001");
        assert_eq!(code(|request| *request = json!({"mesage": {}})), "80300010");
        assert_eq!(code(|request| *request = json!([])), "80100003");
    }
}
