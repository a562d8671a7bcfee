//! A message as a sender writes it, and the checks of the message page around its notification.

use serde_json::Value;

use super::{
    member::{filled, integer, object, text, wrong},
    notification::{self, Notification},
    reply::{Code, Refusal},
};

/// Most tokens of one request. Observed in working code.
const TOKENS_MAX: usize = 1000;
/// Largest message without its tokens, in bytes of JSON. Assumed.
const MESSAGE_MAX_BYTES: usize = 4096;
/// How long a message is kept where the sender does not say, in seconds. Documented.
const TTL_DEFAULT_S: i64 = 86_400;
/// The longest it is kept, in seconds. Documented.
const TTL_MAX_S: i64 = 1_296_000;

/// A message that was accepted.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) tokens: Vec<String>,
    /// The sender's own text: for the app alone, or beside a notification.
    pub(super) own_text: Option<String>,
    /// What is shown; `None`: the text goes to the app alone.
    pub(super) notification: Option<Notification>,
    /// The sender's mark, told in receipts.
    pub(super) bi_tag: String,
    /// It goes to test users: with an amount of its own, free of the device's.
    pub(super) is_test: bool,
    pub(super) ttl_s: i64,
}

/// Reads and checks a message.
pub(super) fn read(body: Option<Value>, is_game: bool) -> Result<Message, Refusal> {
    let Some(Value::Object(mut members)) = body else {
        return Err(Code::PARAMETER.because("the body must be a JSON object"));
    };
    if members.get("message").is_some_and(Value::is_object) || members.contains_key("validate_only") {
        return Err(Code::PARAMETER.because("there is no outer message object here"));
    }
    let tokens = tokens(members.remove("token").as_ref())?;
    let rest = Value::Object(members);
    if rest.to_string().len() > MESSAGE_MAX_BYTES {
        return Err(Code::PARAMETER.because("the message is longer than 4096 bytes"));
    }
    let android = object(&rest["android"], "android")?;
    let ttl_s = ttl(&android["ttl"])?;
    let is_test = match integer(&android["targetUserType"], "android.targetUserType")? {
        None | Some(0) => false,
        Some(1) => true,
        Some(_) => return Err(wrong("android.targetUserType", "must be 0 or 1")),
    };
    let bi_tag = text(&android["biTag"], "android.biTag")?.unwrap_or_default();
    let inner_text = filled(&android["data"], "android.data")?;
    let own_text = inner_text.map_or_else(|| filled(&rest["data"], "data"), |text| Ok(Some(text)))?;
    let outer = object(&rest["notification"], "notification")?;
    let inner = object(&android["notification"], "android.notification")?;
    let notification = if outer.is_null() && inner.is_null() {
        None
    } else {
        Some(notification::read(outer, inner, is_game)?)
    };
    match (&notification, &own_text) {
        (None, None) => Err(Code::PARAMETER.because("neither notification nor data")),
        (Some(_), Some(text)) if serde_json::from_str::<Value>(text).is_err() => {
            Err(wrong("data", "of a notification must be JSON"))
        }
        _ => Ok(Message { tokens, own_text, notification, bi_tag, is_test, ttl_s }),
    }
}

/// The tokens that a body names, checked or not.
pub(super) fn named_tokens(body: Option<Value>) -> Vec<String> {
    body.and_then(|body| tokens(body.get("token")).ok()).unwrap_or_default()
}

fn tokens(list: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let list = list.and_then(Value::as_array).ok_or_else(|| wrong("token", "must be an array of strings"))?;
    if list.is_empty() || list.len() > TOKENS_MAX {
        return Err(wrong("token", "must have 1 to 1000 elements"));
    }
    list.iter()
        .map(|token| filled(token, "token")?.ok_or_else(|| wrong("token", "must not be empty")))
        .collect()
}

/// A lifetime such as `86400s`.
fn ttl(value: &Value) -> Result<i64, Refusal> {
    let Some(ttl) = filled(value, "android.ttl")? else { return Ok(TTL_DEFAULT_S) };
    let digits = ttl.strip_suffix('s').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|seconds| *seconds <= TTL_MAX_S)
        .ok_or_else(|| wrong("android.ttl", "must be 0s to 1296000s"))
}
