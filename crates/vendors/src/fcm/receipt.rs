//! Google reports nothing back for a single push: what arrived, only the app itself can tell.

use model::Receipt;

use crate::contract::{Callback, ReceiptError};

pub(super) const fn parse(_: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    Err(ReceiptError::Unsupported)
}
