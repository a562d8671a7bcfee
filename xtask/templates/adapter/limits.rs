//! The limits of {{Title}}, each in the vendor's own unit.

use std::time::Duration;

use crate::contract::{Length, Limits, Unit};

pub(super) static LIMITS: Limits = Limits {
    batch: 1000,
    title: Length { max: 50, unit: Unit::Chars },
    body: Length { max: 200, unit: Unit::Chars },
    payload: Length { max: 4096, unit: Unit::Bytes },
    ext: Length { max: 1024, unit: Unit::Chars },
    lifetime: Duration::from_secs(24 * 3600),
    targets_per_second: 500,
    answer_timeout: Duration::from_secs(10),
};

/// Longer texts were never given out as tokens (assumed).
pub(super) const TOKEN_MAX_BYTES: usize = 256;
