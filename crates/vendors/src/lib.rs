//! The adapter contract and one folder per vendor: pure readings of each vendor's book.
//!
//! Adapters judge; they never sleep, retry, log, count or delete a token. This file holds the only `match` over
//! vendors.

mod answer;
mod contract;
mod form;
mod p12;

pub mod apns;
pub mod xiaomi;

use model::Vendor;

pub use contract::*;

/// The adapter of a vendor.
#[must_use]
pub fn adapter(vendor: Vendor) -> &'static dyn Adapter {
    match vendor {
        Vendor::Xiaomi => &xiaomi::Xiaomi,
        Vendor::Apns => &apns::Apns,
    }
}

/// What a code of a vendor means, as it stands in an attempt or a verdict; `None` for a code that is not in the
/// vendor's book. Codes in `snake_case` are Posthouse's own.
#[must_use]
pub fn meaning(vendor: Vendor, code: &str) -> Option<&'static CodeRow> {
    answer::find(adapter(vendor).codes(), code)
}
