//! The adapter contract and one folder per vendor: pure readings of each vendor's book.
//!
//! Adapters judge; they never sleep, retry, log, count or delete a token. This file holds the only `match` over
//! vendors.

mod amounts;
mod answer;
mod contract;
mod form;
mod intent;
mod key;
mod lint;
mod mapping;
mod p12;
mod push_certificate;
mod subscription;
mod text;
mod vapid;

pub mod apns;
pub mod fcm;
pub mod harmony;
pub mod honor;
pub mod huawei;
pub mod meizu;
pub mod oppo;
pub mod vivo;
pub mod webpush;
pub mod xiaomi;

use std::collections::BTreeMap;

use model::{Form, Secret, Vendor};

pub use amounts::{Allowed, AllowedKind, allowed};
pub use contract::*;
pub use intent::{Intent, Opened};
pub use lint::{lint, lint_certificate};
pub use mapping::{Mapped, class_mapping};

/// The adapter of a vendor.
#[must_use]
pub fn adapter(vendor: Vendor) -> &'static dyn Adapter {
    match vendor {
        Vendor::Xiaomi => &xiaomi::Xiaomi,
        Vendor::Apns => &apns::Apns,
        Vendor::Huawei => &huawei::Huawei,
        Vendor::Harmony => &harmony::Harmony,
        Vendor::Honor => &honor::Honor,
        Vendor::Oppo => &oppo::Oppo,
        Vendor::Vivo => &vivo::Vivo,
        Vendor::Meizu => &meizu::Meizu,
        Vendor::Fcm => &fcm::Fcm,
        Vendor::Webpush => &webpush::Webpush,
    }
}

/// A certificate's form with these values by field name; each is sealed where its field is. Names that are no fields of
/// the vendor are left out.
#[must_use]
pub fn fill_form(vendor: Vendor, values: &BTreeMap<String, String>) -> Form {
    let mut form = Form::default();
    for field in adapter(vendor).fields() {
        let Some(value) = values.get(field.name) else { continue };
        if field.kind.is_secret() {
            form.secret.insert(field.name.to_owned(), Secret::new(value.clone()));
        } else {
            form.public.insert(field.name.to_owned(), value.clone());
        }
    }
    form
}

/// What a code of a vendor means, as it stands in an attempt or a verdict; `None` for a code that is not in the
/// vendor's book. Codes in `snake_case` are Posthouse's own.
#[must_use]
pub fn meaning(vendor: Vendor, code: &str) -> Option<&'static CodeRow> {
    answer::find(adapter(vendor).codes(), code)
}
