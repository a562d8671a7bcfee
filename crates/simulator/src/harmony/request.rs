//! A send request: push-type, targets, options, payload.
//!
//! Limits and names: the vendor's request page, documented; which code a broken limit has is assumed where the page is
//! silent.

use std::borrow::Cow;

use serde_json::Value;

use super::{
    message::{Content, PushType},
    part::Part,
    reply::{Code, Refusal},
};
use crate::counter::Ask;

/// Most targets of a request. Documented.
pub(super) const TARGETS_MAX: usize = 1000;
/// Most targets of a test message. Documented.
const TEST_TARGETS_MAX: usize = 10;
/// Longest body without its tokens. Documented.
const BODY_MAX_BYTES: usize = 4096;
/// Longest `biTag`. Documented.
const BI_TAG_MAX_BYTES: usize = 64;
/// Default and longest lifetime, in seconds. Documented.
const TTL_DEFAULT_S: i64 = 86_400;
const TTL_MAX_S: i64 = 1_296_000;

/// A request that was accepted as such.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) push_type: PushType,
    pub(super) tokens: Vec<&'a str>,
    pub(super) options: Options<'a>,
    pub(super) content: Content<'a>,
}

/// `pushOptions`.
#[derive(Debug)]
pub(super) struct Options<'a> {
    /// Free of the day's amounts; has its own.
    pub(super) test: bool,
    pub(super) ttl_ms: i64,
    /// Returned in receipts.
    pub(super) bi_tag: Cow<'a, str>,
    /// Which configuration of receipts is meant; `None`: the app's.
    pub(super) receipt_id: Option<Cow<'a, str>>,
    /// The group of the offline cache of which the newest alone is kept; `None`: all are kept.
    pub(super) collapse_key: Option<i64>,
    /// Push-type 6 with `backgroundMode` 1.
    pub(super) background_im: bool,
}

impl<'a> Request<'a> {
    /// Reads and checks a request.
    pub(super) fn read(ask: &Ask<'_>, body: Option<&'a Value>) -> Result<Self, Refusal> {
        let push_type = ask
            .header("push-type")
            .and_then(PushType::of)
            .ok_or_else(|| Code::PARAMETER.because("Illegal push-type"))?;
        let body = body
            .filter(|body| body.is_object())
            .ok_or_else(|| Code::STRUCTURE.because("The request body is not a JSON object"))?;
        let tokens = read_tokens(body)?;
        if push_type == PushType::Card && tokens.len() > 1 {
            return Err(Code::COUNT.because("A form update has one token"));
        }
        if size_without_tokens(ask.body.len(), &tokens) > BODY_MAX_BYTES {
            return Err(Code::TOO_LONG.because("The message body exceeds 4096 bytes"));
        }
        let options = Options::read(Part::of(body, "pushOptions")?.as_ref(), push_type)?;
        if options.test && tokens.len() > TEST_TARGETS_MAX {
            return Err(Code::TEST_COUNT.because("A test message has at most 10 tokens"));
        }
        let payload = Part::of(body, "payload")?
            .ok_or_else(|| Code::STRUCTURE.because("Illegal payload, payload can not be empty"))?;
        Ok(Self { push_type, tokens, options, content: Content::read(push_type, &payload)? })
    }
}

/// The targets, in a list; one may stand alone.
pub(super) fn tokens_of(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        Value::String(token) => Some(vec![token]),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

fn read_tokens(body: &Value) -> Result<Vec<&str>, Refusal> {
    let tokens = match &body["target"] {
        Value::Object(target) => target.get("token").map_or_else(|| Some(Vec::new()), tokens_of),
        Value::Null => Some(Vec::new()),
        _ => None,
    };
    let tokens = tokens.ok_or_else(|| Code::STRUCTURE.because("Illegal target, token must be a list"))?;
    if tokens.is_empty() || tokens.len() > TARGETS_MAX {
        return Err(Code::COUNT.because("The number of tokens must be 1 to 1000"));
    }
    Ok(tokens)
}

/// The body's length without tokens, their quotes and commas. How the vendor counts them is not said (assumed).
fn size_without_tokens(body_bytes: usize, tokens: &[&str]) -> usize {
    let tokens_bytes: usize = tokens.iter().map(|token| token.len() + "\"\",".len()).sum();
    body_bytes.saturating_sub(tokens_bytes)
}

impl<'a> Options<'a> {
    fn read(part: Option<&Part<'a>>, push_type: PushType) -> Result<Self, Refusal> {
        let mut options = Self {
            test: false,
            ttl_ms: TTL_DEFAULT_S * 1000,
            bi_tag: Cow::Borrowed(""),
            receipt_id: None,
            collapse_key: None,
            background_im: false,
        };
        let Some(part) = part else { return Ok(options) };
        options.test = part.flag("testMessage")?.unwrap_or_default();
        if let Some(ttl) = part.any_number("ttl")? {
            if !(1..=TTL_MAX_S).contains(&ttl) {
                return Err(Code::EXPIRY.because("Illegal ttl"));
            }
            options.ttl_ms = ttl * 1000;
        }
        options.bi_tag = part.text("biTag")?.unwrap_or_default();
        if options.bi_tag.len() > BI_TAG_MAX_BYTES {
            return Err(part.illegal("biTag is longer than 64 bytes"));
        }
        options.receipt_id = part.text("receiptId")?.filter(|id| !id.is_empty());
        // The book has it for notifications alone; elsewhere it is not looked at (assumed).
        if push_type.is_notification() {
            options.collapse_key = part.number("collapseKey", -1..=100)?.filter(|key| *key >= 0);
        }
        if push_type == PushType::Background {
            options.background_im = part.number("backgroundMode", 0..=1)? == Some(1);
        }
        Ok(options)
    }
}
