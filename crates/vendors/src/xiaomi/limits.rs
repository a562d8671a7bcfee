//! Xiaomi's limits, as of autumn 2026.

use std::time::Duration;

use model::{Timestamp, VendorDay};

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

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
    rate: Rate::of_targets(500),
    // Ours: the vendor's own SDK waits 3 s in new versions and 20 s in old ones.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "dev.mi.com, rules of message kinds, read with two aggregators",
    certainty: Certainty::Documented,
};

/// What the vendor gives an app a day. A receipt of type 128 is read as one phone's amount (assumed): an app's is
/// answered with 200001 at once.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "dev.mi.com, push server API, return codes", certainty: Certainty::Documented },
    kinds: &[
        DailyAmount { name: "default", en: "pushes without a channel", zh: "未设通道", per_app: PerApp::Unlimited, per_device: Some(1), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "public", en: "public channels", zh: "公信通道", per_app: PerApp::AtLeast(10_000), per_device: Some(5), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "private", en: "private channels", zh: "私信通道", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const DEFAULT: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const PUBLIC: usize = 1;
/// The place of a kind in [`DAILY`].
pub(super) const PRIVATE: usize = 2;

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
