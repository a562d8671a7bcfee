//! Xiaomi's limits, as of autumn 2026.

use std::time::Duration;

use model::Timestamp;

use crate::contract::{Length, Limits, Unit};

/// Documented where nothing else is said.
pub(super) const LIMITS: Limits = Limits {
    batch: 1000,
    // The book says "less than 50" and "less than 128", every character counting one.
    title: Length { max: 49, unit: Unit::Chars },
    body: Length { max: 127, unit: Unit::Chars },
    // The book bounds only the field `payload`, at less than 4 KB; nothing is said of the whole request.
    payload: Length { max: 4095, unit: Unit::Bytes },
    // All own pairs together, keys and values.
    ext: Length { max: 1024, unit: Unit::Chars },
    lifetime: Duration::from_secs(10 * 86_400),
    // The lowest step of the table: under 100,000 devices with notifications on.
    targets_per_second: 500,
    // Ours: the vendor's own SDK waits 3 s in new versions and 20 s in old ones.
    answer_timeout: Duration::from_secs(10),
};

/// Longest storage outside a private channel; ten days inside one (documented; older pages say 14 days).
pub(super) const PUBLIC_LIFETIME: Duration = Duration::from_secs(86_400);

/// Largest `extra.callback`, in bytes (an older page; longer ones are refused with 65037, so we leave it off).
pub(super) const RECEIPT_URL_MAX_BYTES: usize = 128;

/// Longest regid we send on: commonly 44 or 64 characters, said to stay under 128 (observed).
pub(super) const TOKEN_MAX_BYTES: usize = 256;

/// Largest receipt body we read, in bytes (ours: the vendor gathers receipts for about one second).
pub(super) const RECEIPT_MAX_BYTES: usize = 4 << 20;

/// Most receipts in one body (ours: keeps memory bounded when the body is a list of very short names).
pub(super) const RECEIPTS_MAX: usize = 20_000;

/// Longest address that a tap opens, in bytes (ours: nothing is written of it).
pub(super) const ADDRESS_MAX_BYTES: usize = 1024;

/// A template's value (documented in the vendor's page of June 2026 alone).
pub(super) const TEMPLATE_VALUE: Length = Length { max: 128, unit: Unit::Chars };

/// Most places of one template (documented in the same page).
pub(super) const TEMPLATE_PLACES_MAX: usize = 9;

/// From then on every app's private messages need a template; of apps registered since July 2026 it holds already
/// (documented): midnight in Beijing after 2026-12-31.
pub(super) const TEMPLATES_FOR_ALL_FROM: Timestamp = Timestamp(1_798_732_800_000);
