//! The limits of Push Kit V3, as of 2026.

use std::time::Duration;

use crate::contract::{Length, Limits, Unit};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) static LIMITS: Limits = Limits {
    batch: 1000,
    title: PAYLOAD,
    body: PAYLOAD,
    payload: PAYLOAD,
    ext: PAYLOAD,
    lifetime: Duration::from_secs(15 * 86_400),
    // The least any app is given; it grows with the app's active users.
    targets_per_second: 6000,
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

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
