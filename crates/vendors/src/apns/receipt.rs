//! Apple reports nothing back: a dead token shows in the answer to a later push.

use model::Receipt;

use crate::contract::{Callback, ReceiptError};

pub(super) fn parse(_: &Callback<'_>) -> Result<Vec<Receipt>, ReceiptError> {
    Err(ReceiptError::Unsupported)
}
