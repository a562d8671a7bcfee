//! Receipts: a form post whose field `cb` is a JSON object keyed by message id and kind (documented). It is not signed;
//! the field `access_token` repeats the one that was set in the vendor's console.
//!
//! The book says nothing of the answer, so it is a short one with HTTP 200 (assumed). What is lost is not sent again.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use model::{Receipt, ReceiptKind};
use serde_json::{Map, Value};

use super::{config::Config, limits};
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

const ID_MAX_CHARS: usize = 128;

pub(super) fn parse(config: &Config, callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let field = |wanted: &str| {
        form_urlencoded::parse(callback.body).find_map(|(name, value)| (name == wanted).then_some(value))
    };
    // Without a token nothing was asked for, so nothing that comes can be the vendor's.
    let expected = config.receipt_token.as_ref().ok_or(ReceiptError::Forged)?;
    let token = field("access_token").ok_or(ReceiptError::Forged)?;
    verify_slices_are_equal(expected.expose().as_bytes(), token.as_bytes())
        .map_err(|_| ReceiptError::Forged)?;
    let json = field("cb").ok_or(ReceiptError::Malformed)?;
    let entries: Map<String, Value> = serde_json::from_str(&json).map_err(|_| ReceiptError::Malformed)?;
    let mut receipts = Vec::new();
    for (key, entry) in &entries {
        let room = limits::RECEIPTS_MAX - receipts.len();
        receipts.extend(read_entry(key, entry, callback).take(room + 1));
        if receipts.len() > limits::RECEIPTS_MAX {
            return Err(ReceiptError::Malformed);
        }
    }
    Ok(receipts)
}

/// One receipt for each target; the vendor names no time, so it is that of the callback.
fn read_entry<'a>(
    key: &str,
    entry: &'a Value,
    callback: &Callback<'_>,
) -> impl Iterator<Item = Receipt> + use<'a> {
    let (id, kind_in_key) = key.rsplit_once('-').unwrap_or((key, ""));
    let vendor_message_id = answer::clip(id, ID_MAX_CHARS);
    let number = number(entry.get("type")).or_else(|| kind_in_key.parse().ok());
    let kind = match number {
        Some(1) => ReceiptKind::Arrived,
        Some(2) => ReceiptKind::Clicked,
        _ => ReceiptKind::Unrecognised,
    };
    let code = number.map(|number| number.to_string()).unwrap_or_default();
    let message = entry.get("param").and_then(Value::as_str).and_then(|param| param.parse().ok());
    let at = callback.received_at;
    let targets = entry.get("targets").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    targets
        .iter()
        .filter_map(Value::as_str)
        .filter(|token| (1..=limits::TOKEN_MAX_BYTES).contains(&token.len()))
        .map(move |token| Receipt {
            message,
            vendor_message_id: vendor_message_id.clone(),
            token: token.to_owned(),
            kind: kind.clone(),
            at,
            code: code.clone(),
        })
}

/// A number, also where it comes as text.
fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
