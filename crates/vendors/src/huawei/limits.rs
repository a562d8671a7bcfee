//! Huawei's limits for V1 and V2, as of 2026.

use std::time::Duration;

use model::VendorDay;

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) const LIMITS: Limits = Limits {
    batch: 1000,
    title: PAYLOAD,
    body: PAYLOAD,
    payload: PAYLOAD,
    ext: PAYLOAD,
    lifetime: Duration::from_secs(15 * 86_400),
    // What even the smallest app may send.
    rate: Rate::of_targets(6000),
    answer_timeout: Duration::from_secs(10), // Ours.
};

const AMOUNTS: Source = Source {
    page: "developer.huawei.com, message classification and quotas",
    certainty: Certainty::Documented,
};

/// What the vendor gives an app a day. A phone takes 3000 messages of an app a day (documented): that is learned from
/// receipt 102 and not counted here.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "developer.huawei.com, message receipts", certainty: Certainty::Assumed },
    kinds: &[
        DailyAmount { name: "marketing", en: "marketing", zh: "资讯营销类", per_app: PerApp::Unlimited, per_device: Some(2), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "service", en: "service and communication", zh: "服务与通讯类", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "test", en: "test messages", zh: "测试消息", per_app: PerApp::Exactly(500), per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const MARKETING: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const SERVICE: usize = 1;
/// The place of a kind in [`DAILY`].
pub(super) const TEST: usize = 2;

/// The whole body but the tokens; one byte more is answered with 80300008. How the vendor takes the tokens out is not
/// said, so here everything counts that stands outside of their list's brackets (assumed).
const PAYLOAD: Length = Length { max: 4096, unit: Unit::Bytes };

/// Longest token we send on: about 130 characters today, and the vendor warns against assuming a length (ours).
pub(super) const TOKEN_MAX_BYTES: usize = 512;

/// Longest request id: about 21 digits today (documented); anything much longer is not one.
pub(super) const REQUEST_ID_MAX_CHARS: usize = 128;

/// Longest address of a page or picture, in bytes (ours: the text needs the room).
pub(super) const ADDRESS_MAX_BYTES: usize = 1024;

/// An access token's life: an hour where an answer does not name it (documented), a day at most (ours).
pub(super) const ACCESS_TOKEN_LIFE_SECS: i64 = 3600;
pub(super) const ACCESS_TOKEN_LIFE_MAX_SECS: i64 = 86_400;

/// How long before its end an access token is renewed (ours); after half of it where it is short.
pub(super) const ACCESS_TOKEN_MARGIN_MS: i64 = 10 * 60_000;

/// An access token is kept at least this long, even when refused: 30 exchanges in the 5 minutes for which the vendor
/// allows 1000 (ours).
pub(super) const ACCESS_TOKEN_KEEP_MS: i64 = 10_000;

/// Largest receipt body we read, in bytes (ours).
pub(super) const RECEIPT_MAX_BYTES: usize = 1 << 20;

/// Most receipts in one body: 100 in the current text, 1000 in an older one.
pub(super) const RECEIPTS_MAX: usize = 1000;
