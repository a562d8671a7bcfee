//! Apple's limits, as of 2026.

use std::time::Duration;

use crate::contract::{Length, Limits, Rate, Unit};

/// Documented where nothing else is said. Title, text and `ext` have no limit of their own beside the whole.
pub(super) const LIMITS: Limits = Limits {
    batch: 1,
    title: PAYLOAD,
    body: PAYLOAD,
    payload: PAYLOAD,
    ext: PAYLOAD,
    lifetime: Duration::from_secs(30 * 86_400),
    // No quota is published; Apple slows a connection by its stream limit, so this never binds.
    rate: Rate::of_targets(1_000_000),
    // Ours.
    answer_timeout: Duration::from_secs(10),
};

/// Every push type but VoIP; one byte more is answered with 413.
const PAYLOAD: Length = Length { max: 4096, unit: Unit::Bytes };

/// A VoIP push (documented).
pub(super) const VOIP_PAYLOAD_MAX_BYTES: usize = 5120;

/// Largest `apns-collapse-id`, in bytes.
pub(super) const COLLAPSE_ID_MAX_BYTES: usize = 64;

/// Longest device token, in hex digits: 64 today, 160 seen for other kinds, 200 bytes once announced.
pub(super) const TOKEN_MAX_CHARS: usize = 400;

/// A provider token is renewed after this long; Apple advises 40 to 50 minutes.
pub(super) const TOKEN_RENEW_AFTER_MS: i64 = 45 * 60_000;

/// A provider token is kept at least this long, even when refused.
pub(super) const TOKEN_KEEP_MS: i64 = 20 * 60_000;

/// Largest p8 file, in bytes (ours; real ones have 300).
pub(super) const KEY_FILE_MAX_BYTES: usize = 16 * 1024;
