//! Receipts: a JSON post whose member `statuses` lists one report for each token (observed in two receivers). No
//! signature is known; the address itself is the secret.

use model::{Receipt, ReceiptKind, Timestamp};
use serde_json::Value;

use super::{limits, reply};
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

/// By analogy with Huawei, and what one live receiver answers (assumed).
pub(super) const ANSWER: (&str, &str) = ("application/json", r#"{"code":"0","message":"success"}"#);

const ID_MAX_CHARS: usize = 128;

pub(super) fn parse(callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let body: Value = serde_json::from_slice(callback.body).map_err(|_| ReceiptError::Malformed)?;
    let entries = body.get("statuses").and_then(Value::as_array).ok_or(ReceiptError::Malformed)?;
    if entries.len() > limits::RECEIPTS_MAX {
        return Err(ReceiptError::Malformed);
    }
    Ok(entries.iter().filter_map(|entry| read_entry(entry, callback.received_at)).collect())
}

/// `None` where it names no token, so that it is about nobody.
fn read_entry(entry: &Value, received_at: Timestamp) -> Option<Receipt> {
    let token = entry.get("token")?.as_str()?;
    let text = |name: &str| entry.get(name).and_then(reply::text_of);
    (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()).then(|| Receipt {
        message: text("biTag").and_then(|tag| tag.parse().ok()),
        vendor_message_id: answer::clip(&text("requestId").unwrap_or_default(), ID_MAX_CHARS),
        token: token.to_owned(),
        kind: kind_of(reply::number(entry.get("status"))),
        at: reply::number(entry.get("timestamp")).filter(|ms| *ms > 0).map_or(received_at, Timestamp),
        code: answer::clip(&text("status").unwrap_or_default(), ID_MAX_CHARS),
    })
}

/// One push may have several reports, as 40000013, then 40000002, then 40000007 (one full list, observed).
fn kind_of(status: Option<i64>) -> ReceiptKind {
    match status {
        // A data message reached the app; a notification reached the phone, where nothing hinders it.
        Some(40_000_001 | 40_000_002) => ReceiptKind::Arrived,
        // The app is not installed; the token lapsed or is unknown.
        Some(40_000_003 | 40_000_004) => ReceiptKind::TokenDead { replacement: None },
        Some(40_000_005) => ReceiptKind::NotificationsOff,
        Some(40_000_007) => ReceiptKind::Clicked,
        Some(40_000_009) => ReceiptKind::QuotaUsedUp,
        // App disabled; the click's page missing; held back while the screen is off; another user's phone now; not
        // shown; a data message that waits for the app. Those that wait are reported again when they arrive.
        Some(40_000_006 | 40_000_011 | 40_000_013 | 40_000_014 | 40_000_015 | 50_000_003) => {
            ReceiptKind::NotDelivered
        }
        _ => ReceiptKind::Unrecognised,
    }
}
