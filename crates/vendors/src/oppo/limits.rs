//! OPPO's limits, as of autumn 2026.

use std::time::Duration;

use crate::contract::{Length, Limits, Unit};

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
    targets_per_second: 5000,
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

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

/// Longest regid we send on, and longest ID or key we take, in bytes (ours): regids have 35 commonly, and 40 with a brand
/// in front (observed); of access tokens nothing is written.
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
