//! Honor's limits, as of autumn 2026. The reference could be read second hand only, so most are assumed.

use std::time::Duration;

use model::VendorDay;

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Title, text, whole and batch: one working sender each (observed), or as with Huawei (assumed).
pub(super) const LIMITS: Limits = Limits {
    batch: 1000,
    title: Length { max: 40, unit: Unit::Chars },
    body: Length { max: 256, unit: Unit::Chars },
    payload: REQUEST,
    // No limit of its own beside the whole.
    ext: REQUEST,
    // `android.ttl` (documented).
    lifetime: Duration::from_secs(15 * 86_400),
    // An aggregator's table; the same for every app (observed).
    rate: Rate::of_targets(3000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "two cloud vendors' copies of Honor's rules of February 2023",
    certainty: Certainty::Observed,
};

/// What the vendor gives an app a day.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "none; the service is Chinese", certainty: Certainty::Assumed },
    kinds: &[
        DailyAmount { name: "marketing", en: "information and marketing", zh: "资讯营销类", per_app: PerApp::Unlimited, per_device: Some(2), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "service", en: "service and communication", zh: "服务通讯类", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "test", en: "test messages", zh: "测试消息", per_app: PerApp::Exactly(1000), per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const MARKETING: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const SERVICE: usize = 1;
/// The place of a kind in [`DAILY`].
pub(super) const TEST: usize = 2;

/// Everything but the tokens, of which a full list alone is far longer (assumed).
const REQUEST: Length = Length { max: 4096, unit: Unit::Bytes };

/// Longest device token we send on: commonly about 140 characters, not fixed (observed).
pub(super) const TOKEN_MAX_BYTES: usize = 512;

/// Largest `group`; a longer one is left out (ours: no limit is known).
pub(super) const GROUP_MAX_BYTES: usize = 128;

/// Largest click address (ours: no limit is known).
pub(super) const CLICK_MAX_BYTES: usize = 1024;

/// Largest `image` address (ours: no limit is known).
pub(super) const IMAGE_MAX_BYTES: usize = 512;

/// Life of an access token whose answer does not say (observed: what working senders fall back to).
pub(super) const ACCESS_LIFE_MS: i64 = 3_600_000;

/// Longest life of an access token that is believed (ours).
pub(super) const ACCESS_LIFE_MAX_MS: i64 = 86_400_000;

/// An access token is renewed so long before its end.
pub(super) const ACCESS_RENEW_EARLY_MS: i64 = 300_000;

/// An access token is kept at least this long, even when refused: refusals cannot ask for more than six a minute.
pub(super) const ACCESS_KEEP_MS: i64 = 10_000;

/// Largest access token that is put into a header (ours).
pub(super) const ACCESS_MAX_BYTES: usize = 8192;

/// Largest receipt body we read, in bytes (ours).
pub(super) const RECEIPT_MAX_BYTES: usize = 4 << 20;

/// Most receipts in one body (ours).
pub(super) const RECEIPTS_MAX: usize = 20_000;
