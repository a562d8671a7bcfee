//! Meizu's limits, as of its book of April 2025.

use std::time::Duration;

use model::VendorDay;

use crate::contract::{
    Certainty, Counts, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Documented where nothing else is said.
pub(super) static LIMITS: Limits = Limits {
    // 1000 in books from before August 2023.
    batch: 100,
    // The book says characters and not which; UTF-16 never counts fewer than any other reading (assumed).
    title: Length { max: 32, unit: Unit::Utf16 },
    body: Length { max: 100, unit: Unit::Utf16 },
    // The book names no largest `messageJson`; ours, for what the other limits come to.
    payload: Length { max: 8192, unit: Unit::Bytes },
    // Ours, for `ext` and `payload` as they stand in the JSON: the book names no limit (assumed).
    ext: Length { max: 4096, unit: Unit::Bytes },
    lifetime: Duration::from_secs(72 * 3600),
    // By one aggregator's table (assumed); each request carries 1 to 100 targets.
    rate: Rate { per_second: 200, counts: Counts::Requests },
    // Ours: the vendor's own SDK waits 20 s.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "two cloud vendors' notices of Meizu's rules of May 2025",
    certainty: Certainty::Observed,
};

/// What the vendor gives an app a day. The app's own amount is written nowhere; code 110019 tells when it is used up.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "none; the service is Chinese", certainty: Certainty::Assumed },
    kinds: &[
        DailyAmount { name: "public", en: "public messages", zh: "公信消息", per_app: PerApp::Unlimited, per_device: Some(3), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "private", en: "private messages", zh: "私信消息", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const PUBLIC: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const PRIVATE: usize = 1;

/// Storage for offline phones is counted in whole ones of these.
pub(super) const LIFETIME_STEP: Duration = Duration::from_secs(3600);

/// Largest `extra.callback`, in bytes.
pub(super) const RECEIPT_URL_MAX_BYTES: usize = 128;

/// Longest push id we send on: 43 to 45 characters are common, and the book warns of no length (assumed).
pub(super) const TOKEN_MAX_BYTES: usize = 256;

/// Longest path that a `redirect` may name, in bytes (ours).
pub(super) const REDIRECT_MAX_BYTES: usize = 1024;

/// Largest receipt body we read, in bytes (ours: the vendor gathers receipts for about one second).
pub(super) const RECEIPT_MAX_BYTES: usize = 4 << 20;

/// Most receipts in one body (ours: keeps memory bounded when the body is a list of very short names).
pub(super) const RECEIPTS_MAX: usize = 20_000;
