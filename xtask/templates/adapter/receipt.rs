//! Receipts: {{Title}} sends none.

use model::Receipt;

use crate::contract::{Callback, ReceiptError};

pub(super) const fn parse(_: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    Err(ReceiptError::Unsupported)
}
