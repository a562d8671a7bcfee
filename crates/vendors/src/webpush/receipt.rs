//! Receipts: RFC 8030 describes some, and no large push service offers them (documented).

use model::Receipt;

use crate::contract::{Callback, ReceiptError};

pub(super) const fn parse(_: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    Err(ReceiptError::Unsupported)
}
