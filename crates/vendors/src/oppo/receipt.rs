//! Receipts: a JSON list, each entry about one push and one or several phones. There is no click event and no
//! signature; the address itself is the secret.

use model::{Receipt, ReceiptKind, Timestamp};
use serde_json::Value;

use super::{limits, reply, request};
use crate::{
    answer,
    contract::{Callback, ReceiptError},
};

pub(super) fn parse(callback: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    if callback.body.len() > limits::RECEIPT_MAX_BYTES {
        return Err(ReceiptError::Malformed);
    }
    let entries: Vec<Value> = serde_json::from_slice(callback.body).map_err(|_| ReceiptError::Malformed)?;
    let mut receipts = Vec::new();
    for entry in &entries {
        let room = limits::RECEIPTS_MAX - receipts.len();
        receipts.extend(read_entry(entry, callback.received_at).take(room + 1));
        if receipts.len() > limits::RECEIPTS_MAX {
            return Err(ReceiptError::Malformed);
        }
    }
    Ok(receipts)
}

/// One receipt for each regid; an entry that names none is one receipt without a token. The list is parted by commas,
/// in requests by semicolons, and no regid has either in it.
fn read_entry(entry: &Value, received_at: Timestamp) -> impl Iterator<Item = Receipt> + use<'_> {
    let event = reply::text_of(entry, "eventType");
    let vendor_message_id = answer::clip(reply::text_of(entry, "messageId"), limits::WORD_MAX_CHARS);
    let code = answer::clip(event, limits::WORD_MAX_CHARS);
    let message = reply::text_of(entry, "param").parse().ok();
    // A text in one book, a number in another, and in the oldest not there.
    let at = reply::number(entry.get("eventTime")).filter(|ms| *ms > 0).map_or(received_at, Timestamp);
    let regids = reply::text_of(entry, "registrationIds");
    let named = regids.split([',', ';']).map(str::trim).filter(|regid| request::is_token(regid));
    let nobody = std::iter::once("").filter(move |_| regids.trim().is_empty());
    named.chain(nobody).map(move |regid| Receipt {
        message,
        vendor_message_id: vendor_message_id.clone(),
        token: regid.to_owned(),
        kind: kind_of(event),
        at,
        code: code.clone(),
    })
}

fn kind_of(event: &str) -> ReceiptKind {
    match event {
        "push_arrive" => ReceiptKind::Arrived,
        "regid_invalid" => ReceiptKind::TokenDead { replacement: None },
        "user_daily_limit" => ReceiptKind::QuotaUsedUp,
        "message_night_control" => ReceiptKind::NotDelivered,
        _ => ReceiptKind::Unrecognised,
    }
}
