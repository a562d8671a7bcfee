//! Receipts: a JSON list of states, each for one token (version V2, the only one V3 sends are reported in).
//!
//! The signature covers a time, a nonce and the user's name, not the body (documented): the address stays a secret too.

use aws_lc_rs::hmac::{self, HMAC_SHA256};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Receipt, ReceiptKind, Timestamp};
use serde_json::Value;

use super::limits;
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

const SIGNATURE: &str = "x-huawei-callback-id";
const ID_MAX_CHARS: usize = 128;

/// What receipts are signed with; a key does not print its bytes.
#[derive(Debug)]
pub(super) struct Signer {
    user: String,
    key: hmac::Key,
}

impl Signer {
    /// New receipt configurations mean the bytes that the secret is the base64 of, old ones its text (documented).
    pub(super) fn new(user: &str, secret: &str, base64: bool) -> Option<Self> {
        let bytes = if base64 { STANDARD.decode(secret).ok()? } else { secret.as_bytes().to_vec() };
        Some(Self { user: user.to_owned(), key: hmac::Key::new(HMAC_SHA256, &bytes) })
    }

    /// Whether a header, as `timestamp=…; nonce=…; value=…`, is signed with it. The comparison takes constant time.
    fn signed(&self, header: &str) -> bool {
        let part = |name: &str| {
            header.split(';').find_map(|part| {
                let (key, value) = part.split_once('=')?;
                (key.trim() == name).then(|| value.trim())
            })
        };
        let [timestamp, nonce, value] =
            ["timestamp", "nonce", "value"].map(|name| part(name).unwrap_or_default());
        let text = format!("{timestamp}{nonce}{}", self.user);
        STANDARD.decode(value).is_ok_and(|tag| hmac::verify(&self.key, text.as_bytes(), &tag).is_ok())
    }
}

pub(super) fn parse(signer: Option<&Signer>, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let header = callback.headers.iter().find_map(|(name, value)| (name == SIGNATURE).then_some(value));
    if signer.is_some_and(|signer| !header.is_some_and(|header| signer.signed(header))) {
        return Err(ReceiptError::Forged);
    }
    let body: Value = serde_json::from_slice(callback.body).map_err(|_| ReceiptError::Malformed)?;
    let entries = body.get("statuses").and_then(Value::as_array).ok_or(ReceiptError::Malformed)?;
    if entries.len() > limits::RECEIPTS_MAX {
        return Err(ReceiptError::Malformed);
    }
    Ok(entries.iter().map(|entry| read_entry(entry, callback.received_at)).collect())
}

fn read_entry(entry: &Value, received_at: Timestamp) -> Receipt {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    // Cards report under a name of their own.
    let status = entry.get("deliveryStatus").or_else(|| entry.get("formStatus"));
    let member = |name: &str| number(status?.get(name)?);
    let token = text("token");
    let result = member("result");
    Receipt {
        message: text("biTag").parse().ok(),
        vendor_message_id: answer::clip(text("requestId"), ID_MAX_CHARS),
        token: if token.len() <= limits::PUSH_TOKEN_MAX_BYTES { token.to_owned() } else { String::new() },
        kind: result.map_or(ReceiptKind::Unrecognised, kind_of),
        at: member("timestamp").filter(|ms| *ms > 0).map_or(received_at, Timestamp),
        code: result.map(|result| result.to_string()).unwrap_or_default(),
    }
}

/// What a result says (documented). Those about cards, live views and subscriptions are in the book though we send
/// none; 201 belongs to the older interfaces.
const fn kind_of(result: i64) -> ReceiptKind {
    match result {
        0 => ReceiptKind::Arrived,
        // The app is gone, or has another token by now.
        2 | 5 => ReceiptKind::TokenDead { replacement: None },
        6 => ReceiptKind::NotificationsOff,
        // Inactive for 30 days, other faults, replaced while offline, another local user, cached until the app or the
        // phone is opened, no such page, no such profile, app not started, badge not set, held back, content refused.
        10 | 14 | 15 | 22 | 27 | 31 | 51 | 144 | 188 | 191 | 201 | 259 => ReceiptKind::NotDelivered,
        151 | 155 | 156 | 158 | 261 | 262 | 264 | 265 | 268 | 269 => ReceiptKind::NotDelivered,
        // What one device may get a day, and what category, marketing or test messages may.
        102 | 256 => ReceiptKind::QuotaUsedUp,
        _ => ReceiptKind::Unrecognised,
    }
}

/// A number, also where it comes as text.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}
