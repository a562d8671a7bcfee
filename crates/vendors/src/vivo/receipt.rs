//! Receipts: a JSON object keyed by task id (observed in two receivers). There is no signature; the address itself is
//! the secret. There is none for a tap.

use model::{Receipt, ReceiptKind, Timestamp};
use serde_json::{Map, Value};

use super::{limits, reply::number};
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

const CODE_MAX_CHARS: usize = 64;

pub(super) fn parse(callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let entries: Map<String, Value> =
        serde_json::from_slice(callback.body).map_err(|_| ReceiptError::Malformed)?;
    let mut receipts = Vec::new();
    for (task, entry) in entries.iter().filter(|(_, entry)| entry.is_object()) {
        let room = limits::RECEIPTS_MAX - receipts.len();
        receipts.extend(read_entry(task, entry, callback.received_at).take(room + 1));
        if receipts.len() > limits::RECEIPTS_MAX {
            return Err(ReceiptError::Malformed);
        }
    }
    Ok(receipts)
}

/// One receipt for each target; a report that names none, such as a used-up quota, is one receipt without a token.
fn read_entry<'a>(
    task: &str,
    entry: &'a Value,
    received_at: Timestamp,
) -> impl Iterator<Item = Receipt> + use<'a> {
    let vendor_message_id = answer::clip(task, limits::TASK_MAX_CHARS);
    let field = |name: &str| entry.get(name).and_then(number).unwrap_or_default();
    let (ack, detail, time) = (field("ackType"), field("subAckType"), field("ackTime"));
    let code = if detail.is_empty() { ack.clone() } else { format!("{ack}/{detail}") };
    let message = entry.get("param").and_then(Value::as_str).and_then(|param| param.trim().parse().ok());
    let at = time.parse().ok().filter(|ms| *ms > 0);
    let targets = entry.get("targets").and_then(Value::as_str).unwrap_or_default();
    let named = targets
        .split(',')
        .map(str::trim)
        .filter(|token| (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()));
    let nobody = std::iter::once("").filter(move |_| targets.trim().is_empty());
    named.chain(nobody).map(move |token| Receipt {
        message,
        vendor_message_id: vendor_message_id.clone(),
        token: token.to_owned(),
        kind: kind_of(&ack, &detail),
        at: at.map_or(received_at, Timestamp),
        code: answer::clip(&code, CODE_MAX_CHARS),
    })
}

fn kind_of(ack: &str, detail: &str) -> ReceiptKind {
    match (ack, detail) {
        // The oldest form names no type: it knows arrivals only.
        ("" | "0", _) => ReceiptKind::Arrived,
        ("100", "11001") => ReceiptKind::QuotaUsedUp,
        ("100", "10012") | ("104", "2144") => ReceiptKind::Expired,
        ("102", "20001" | "20002") | ("104", "2183") => ReceiptKind::TokenDead { replacement: None },
        // Too often for this user; only online and now offline; refused by the content check; inactive; replaced by a
        // newer one.
        ("100", "12000" | "14002") | ("101" | "103", _) | ("102", "20006") => ReceiptKind::NotDelivered,
        // Night; repeated operational text; deep link wrong, its activity not exported or not found; the app was not
        // installed from a store.
        ("104", "1017" | "2124" | "2158" | "2161" | "2162" | "2333") => ReceiptKind::NotDelivered,
        _ => ReceiptKind::Unrecognised,
    }
}
