//! The limits of Push Kit V3, as of 2026.

use std::time::Duration;

use model::VendorDay;

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) static LIMITS: Limits = Limits {
    batch: 1000,
    title: PAYLOAD,
    body: PAYLOAD,
    payload: PAYLOAD,
    ext: PAYLOAD,
    lifetime: Duration::from_secs(15 * 86_400),
    // The least any app is given; it grows with the app's active users.
    rate: Rate::of_targets(6000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "developer.huawei.com, push for HarmonyOS, classification and quotas",
    certainty: Certainty::Documented,
};

/// What the vendor gives an app a day. The amount of test messages is the whole project's, of which this certificate
/// may be one of several.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "developer.huawei.com, message receipts", certainty: Certainty::Assumed },
    kinds: &[
        DailyAmount { name: "marketing", en: "marketing", zh: "资讯营销类", per_app: PerApp::Unlimited, per_device: Some(2), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "service", en: "service and communication", zh: "服务与通讯类", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "test", en: "test messages", zh: "测试消息", per_app: PerApp::Exactly(1000), per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const MARKETING: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const SERVICE: usize = 1;
/// The place of a kind in [`DAILY`].
pub(super) const TEST: usize = 2;

/// The whole body without its tokens; one byte more is answered with 80300008.
const PAYLOAD: Length = Length { max: 4096, unit: Unit::Bytes };

/// Longest life of a call: the vendor advises 30 to 60 seconds.
pub(super) const CALL_LIFETIME: Duration = Duration::from_secs(60);

/// Title and text of a call, each (ours): a text inside JSON inside JSON, which fits at this length however it is
/// escaped.
pub(super) const CALL_TEXT: Length = Length { max: 256, unit: Unit::Bytes };

/// Longest token we send on (ours): about 112 characters now, and the vendor warns against assuming a length.
pub(super) const PUSH_TOKEN_MAX_BYTES: usize = 1024;

/// Life of the token we sign: an hour is advised, over a day is refused with 80300036.
pub(super) const TOKEN_LIFE_MS: i64 = 60 * 60_000;

/// A signed token is renewed after this long (ours).
pub(super) const TOKEN_RENEW_AFTER_MS: i64 = 50 * 60_000;

/// A signed token is kept at least this long, even when refused (ours).
pub(super) const TOKEN_KEEP_MS: i64 = 10_000;

/// Largest key file, in bytes (ours; real ones have about 4000).
pub(super) const KEY_FILE_MAX_BYTES: usize = 32 * 1024;

/// Largest receipt body we read, in bytes (ours).
pub(super) const RECEIPT_MAX_BYTES: usize = 1 << 20;

/// Most receipts in one body: 100 in the present text, 1000 in an older one.
pub(super) const RECEIPTS_MAX: usize = 1000;
