//! Receipts: JSON in one of two shapes, signed in a header where a user name and key are set (documented).

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use model::{Receipt, ReceiptKind, Secret, Timestamp};
use serde_json::Value;

use super::{config::Config, limits, reply::number, request};
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

/// What the vendor signs its receipts with.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) user: String,
    pub(super) key: Secret<Vec<u8>>,
}

impl Signature {
    /// `Some` where the header is `timestamp=…; nonce=…; value=…` and its value signs the others and the user name.
    fn check(&self, header: &str) -> Option<()> {
        let part = |name| {
            let mut parts = header.split(';').filter_map(|part| part.trim().split_once('='));
            parts.find_map(|(key, value)| (key == name).then_some(value))
        };
        let signed = [part("timestamp")?, part("nonce")?, &self.user].concat();
        let signature = STANDARD.decode(part("value")?).ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.key.expose());
        hmac::verify(&key, signed.as_bytes(), &signature).ok()
    }
}

pub(super) fn parse(config: &Config, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    if let Some(signature) = &config.receipt_signature {
        let header = callback.headers.iter().find(|(name, _)| name == "x-huawei-callback-id");
        header.and_then(|(_, value)| signature.check(value)).ok_or(ReceiptError::Forged)?;
    }
    let body: Value = serde_json::from_slice(callback.body).map_err(|_| ReceiptError::Malformed)?;
    let entries = body.get("statuses").and_then(Value::as_array).ok_or(ReceiptError::Malformed)?;
    if entries.len() > limits::RECEIPTS_MAX || !entries.iter().all(Value::is_object) {
        return Err(ReceiptError::Malformed);
    }
    Ok(entries.iter().map(|entry| read_entry(entry, callback.received_at)).collect())
}

/// V1 has result and time in the entry itself, V2 in `deliveryStatus` (for cards `formStatus`).
fn read_entry(entry: &Value, received_at: Timestamp) -> Receipt {
    let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let status = ["deliveryStatus", "formStatus"].iter().find_map(|name| entry.get(name));
    let result = number(status.map_or_else(|| entry.get("status"), |status| status.get("result")));
    let at = number(status.unwrap_or(entry).get("timestamp")).filter(|ms| *ms > 0);
    Receipt {
        message: text("biTag").parse().ok(),
        vendor_message_id: answer::clip(text("requestId"), limits::REQUEST_ID_MAX_CHARS),
        token: Some(text("token")).filter(|token| request::is_token(token)).unwrap_or_default().to_owned(),
        kind: kind_of(result),
        at: at.map_or(received_at, Timestamp),
        code: result.map(|result| result.to_string()).unwrap_or_default(),
    }
}

fn kind_of(result: Option<i64>) -> ReceiptKind {
    match result {
        Some(0) => ReceiptKind::Arrived,
        // The app was removed; the token is not (any more) this device's.
        Some(2 | 5) => ReceiptKind::TokenDead { replacement: None },
        Some(6) => ReceiptKind::NotificationsOff,
        // Device asleep for 30 days, other, overwritten in the cache, another user, app not running, no such page,
        // not yet unlocked, no such profile, app did not start, badge failed, held back by the server, refused text.
        Some(10 | 14 | 15 | 22 | 27 | 31 | 51 | 144 | 188 | 191 | 201 | 259) => ReceiptKind::NotDelivered,
        // The device's day, or the category's, is used up.
        Some(102 | 256) => ReceiptKind::QuotaUsedUp,
        _ => ReceiptKind::Unrecognised,
    }
}
