//! OPPO's limits, as of autumn 2026.

use std::time::Duration;

use model::VendorDay;

use crate::contract::{
    Certainty, DailyAmount, DailyAmounts, Length, Limits, PerApp, Rate, Source, Unit, Whose,
};

/// Documented where nothing else is said.
pub(super) const LIMITS: Limits = Limits {
    batch: 1000,
    title: Length { max: 50, unit: Unit::Chars },
    // The long style; the normal one ends at [`SHORT_TEXT_MAX_CHARS`].
    body: Length { max: 128, unit: Unit::Chars },
    // None is published; those of the parts stay below (ours).
    payload: Length { max: 64 * 1024, unit: Unit::Bytes },
    // The JSON object that carries `ext` and `payload`, braces and names included.
    ext: Length { max: 4000, unit: Unit::Chars },
    // Longer ones are cut by the vendor; an older book says three days.
    lifetime: Duration::from_secs(10 * 86_400),
    // The lowest step of the table: under ten million users, all interfaces together.
    rate: Rate::of_targets(5000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

const AMOUNTS: Source = Source {
    page: "open.oppomobile.com, message classification of November 2024",
    certainty: Certainty::Documented,
};

/// What the vendor gives an app a day.
// One kind a line reads as the table it is.
#[rustfmt::skip]
pub(super) static DAILY: DailyAmounts = DailyAmounts {
    day: VendorDay::SHANGHAI,
    day_source: Source { page: "none; the service is Chinese", certainty: Certainty::Assumed },
    kinds: &[
        DailyAmount { name: "content", en: "content and marketing", zh: "内容与营销", per_app: PerApp::AtLeast(20_000), per_device: Some(2), receipts_mean: Whose::Device, source: AMOUNTS },
        DailyAmount { name: "service", en: "communication and service", zh: "通讯与服务", per_app: PerApp::Unlimited, per_device: None, receipts_mean: Whose::Device, source: AMOUNTS },
    ],
};

/// The place of a kind in [`DAILY`].
pub(super) const CONTENT: usize = 0;
/// The place of a kind in [`DAILY`].
pub(super) const SERVICE: usize = 1;

/// Longest text of the normal style: older books take 200, phones show 50 (observed).
pub(super) const SHORT_TEXT_MAX_CHARS: usize = 50;

/// Shortest storage for an offline phone, by one source alone (assumed).
pub(super) const SHORTEST_LIFETIME: Duration = Duration::from_secs(3600);

/// Longest class name or intent action of a click, in characters.
pub(super) const PAGE_MAX_CHARS: usize = 500;

/// Longest address of a click, in characters; 500 in an older book.
pub(super) const URL_MAX_CHARS: usize = 2000;

/// Longest receipt address, in characters.
pub(super) const RECEIPT_URL_MAX_CHARS: usize = 200;

/// Longest regid we send on, and longest ID or key we take, in bytes (ours): regids have 35 commonly, and 40 with a
/// brand in front (observed); of access tokens nothing is written.
pub(super) const ID_MAX_BYTES: usize = 256;

/// Longest message id and name of an event that we keep, in characters; theirs are shorter (observed).
pub(super) const WORD_MAX_CHARS: usize = 64;

/// An access token is renewed after this long, in milliseconds; it lives for 24 hours from its making.
pub(super) const ACCESS_TOKEN_RENEW_AFTER_MS: i64 = 20 * 3_600_000;

/// Least time between two exchanges, even where the token is refused, in milliseconds (ours: no bound is published).
pub(super) const ACCESS_TOKEN_KEEP_MS: i64 = 10_000;

/// Largest receipt body we read, in bytes (ours).
pub(super) const RECEIPT_MAX_BYTES: usize = 1 << 20;

/// Most receipts in one body (ours: keeps memory bounded when the body is a list of very short regids).
pub(super) const RECEIPTS_MAX: usize = 20_000;
