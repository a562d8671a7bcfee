//! Receipts: a form post whose field `data` is a JSON object keyed by the vendor's message id (observed in two
//! receivers). There is no signature; the address itself is the secret.

use model::{Receipt, ReceiptKind, Timestamp};
use serde_json::{Map, Value};

use super::limits;
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

const ID_MAX_CHARS: usize = 128;

pub(super) fn parse(callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let json = field_text(callback.body).ok_or(ReceiptError::Malformed)?;
    let entries: Map<String, Value> = serde_json::from_str(&json).map_err(|_| ReceiptError::Malformed)?;
    let mut receipts = Vec::new();
    for (id, entry) in &entries {
        let room = limits::RECEIPTS_MAX - receipts.len();
        receipts.extend(read_entry(id, entry, callback.received_at).take(room + 1));
        if receipts.len() > limits::RECEIPTS_MAX {
            return Err(ReceiptError::Malformed);
        }
    }
    Ok(receipts)
}

/// The field `data`, decoded once more where it comes encoded twice, as some captures do.
fn field_text(body: &[u8]) -> Option<String> {
    let (_, value) = form_urlencoded::parse(body).find(|(name, _)| name == "data")?;
    if value.trim_start().starts_with('{') {
        return Some(value.into_owned());
    }
    form_urlencoded::parse(value.as_bytes()).next().map(|(name, _)| name.into_owned())
}

/// One receipt for each target; a report that names none, such as a used-up quota, is one receipt without a token.
fn read_entry<'a>(
    id: &str,
    entry: &'a Value,
    received_at: Timestamp,
) -> impl Iterator<Item = Receipt> + use<'a> {
    let vendor_message_id = answer::clip(id, ID_MAX_CHARS);
    let kind_number = number(entry.get("type"));
    let code = match (kind_number, number(entry.get("errorCode"))) {
        (Some(kind), Some(error)) => format!("{kind}/{error}"),
        (Some(kind), None) => kind.to_string(),
        (None, _) => String::new(),
    };
    let message = entry.get("param").and_then(Value::as_str).and_then(|param| param.parse().ok());
    let at = number(entry.get("timestamp")).filter(|ms| *ms > 0).map_or(received_at, Timestamp);
    let replacements = entry.get("replaceTarget");
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
        kind: kind_of(kind_number, token, replacements),
        at,
        code: code.clone(),
    })
}

fn kind_of(number: Option<i64>, token: &str, replacements: Option<&Value>) -> ReceiptKind {
    match number {
        Some(1) => ReceiptKind::Arrived,
        Some(2) => ReceiptKind::Clicked,
        Some(16) => ReceiptKind::TokenDead { replacement: replacement_of(token, replacements) },
        Some(32) => ReceiptKind::NotificationsOff,
        Some(64) => ReceiptKind::NotDelivered,
        Some(128) => ReceiptKind::QuotaUsedUp,
        Some(1024) => ReceiptKind::Expired,
        _ => ReceiptKind::Unrecognised,
    }
}

fn replacement_of(token: &str, replacements: Option<&Value>) -> Option<String> {
    let new = replacements?.get(token)?.as_str()?;
    (1..=limits::TOKEN_MAX_BYTES).contains(&new.len()).then(|| new.to_owned())
}

/// A number, also where it comes as text.
fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
