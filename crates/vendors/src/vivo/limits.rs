//! vivo's limits, and the hours in which it shows operational messages.

use std::time::Duration;

use model::{Timestamp, VendorDay};

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Documented where nothing else is said.
pub(super) const LIMITS: Limits = Limits {
    batch: 1000,
    // Newer texts count every character as one, older ones a Chinese character as two; this is safe under both.
    title: Length { max: 40, unit: Unit::Columns },
    body: Length { max: 100, unit: Unit::Columns },
    // Ours: the book bounds each field and says nothing of the whole; no set of fields comes to more.
    payload: Length { max: 20 << 10, unit: Unit::Bytes },
    // Keys and values of `clientCustomMap` together.
    ext: Length { max: 1024, unit: Unit::Chars },
    // Newer texts; older ones allow seven days.
    lifetime: Duration::from_secs(86_400),
    // Under five million users.
    rate: Rate::of_targets(3000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "dev.vivo.com.cn, documents 681 and 695, read with an aggregator",
    certainty: Certainty::Documented,
};

/// What the vendor gives an app a day. System messages have three for each user, and none counted for apps that asked
/// for it (sources differ).
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "dev.vivo.com.cn, push rules", certainty: Certainty::Documented },
    kinds: &[
        DailyAmount { name: "operational", en: "operational messages", zh: "运营消息", per_app: PerApp::AtLeast(20_000), per_device: Some(2), receipts_mean: Whose::App, source: AMOUNTS },
        DailyAmount { name: "system", en: "system messages", zh: "系统消息", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::App, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const OPERATIONAL: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const SYSTEM: usize = 1;

/// Shortest `timeToLive` (documented; only an older text asks 900 s of lists).
pub(super) const SHORTEST_LIFETIME: Duration = Duration::from_secs(60);

/// Largest `skipContent`, in bytes (newest text; middle ones say 1024, the oldest 1000 for web pages).
pub(super) const CLICK_MAX_BYTES: usize = 2048;

/// Largest `extra.callback`, in bytes (documented; longer ones are refused with 10305, so we leave it off).
pub(super) const RECEIPT_URL_MAX_BYTES: usize = 128;

/// Longest regId we send on: the old form has 23 digits, the form `v2-…` more than 50 characters (observed).
pub(super) const TOKEN_MAX_BYTES: usize = 256;

/// Task ids have 18 digits (observed); anything much longer is not one.
pub(super) const TASK_MAX_CHARS: usize = 128;

/// An access token is good for 24 hours; the vendor advises a new one every one to two hours.
pub(super) const RENEW_AFTER_MS: i64 = 2 * HOUR_MS;

/// Older texts allow 10,000 exchanges an app and day; one in ten seconds stays below that whatever happens.
pub(super) const KEEP_MS: i64 = 10_000;

/// Largest receipt body we read, in bytes (ours).
pub(super) const RECEIPT_MAX_BYTES: usize = 4 << 20;

/// Most receipts in one body (ours: keeps memory bounded when the body is a list of very short names).
pub(super) const RECEIPTS_MAX: usize = 20_000;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long until operational messages are taken again, from 7:00 to 23:00 in Beijing (documented); `None` within
/// these hours.
pub(super) fn until_morning(now: Timestamp) -> Option<Duration> {
    let closed = until_hour(now, 7);
    (closed <= Duration::from_hours(8)).then_some(closed)
}

/// How long until this hour next begins in Beijing, which is eight hours ahead.
fn until_hour(now: Timestamp, hour: i64) -> Duration {
    let since_ms = now.plus_ms((8 - hour) * HOUR_MS).millis().rem_euclid(DAY_MS);
    Duration::from_millis((DAY_MS - since_ms).unsigned_abs())
}
