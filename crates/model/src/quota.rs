//! A vendor's day, by which daily amounts are counted.

use crate::Timestamp;

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;

/// Where a vendor's day begins: at midnight of a zone without summer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorDay {
    /// What people call the zone.
    pub zone: &'static str,
    /// How far the zone is ahead of UTC, in milliseconds.
    pub offset_ms: i64,
}

/// One day of a vendor's, counted from the one that held 1970-01-01T00:00 of its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DayNumber(pub i64);

impl VendorDay {
    /// Midnight in China, which has no summer time.
    pub const SHANGHAI: Self = Self { zone: "Asia/Shanghai", offset_ms: 8 * HOUR_MS };
    /// Midnight UTC.
    pub const UTC: Self = Self { zone: "UTC", offset_ms: 0 };

    /// The day of a moment.
    #[must_use]
    pub const fn number(self, at: Timestamp) -> DayNumber {
        DayNumber(at.plus_ms(self.offset_ms).millis().div_euclid(DAY_MS))
    }

    /// When a day begins.
    #[must_use]
    pub const fn begin(self, day: DayNumber) -> Timestamp {
        Timestamp(day.0.saturating_mul(DAY_MS).saturating_sub(self.offset_ms))
    }

    /// When the day of a moment ends.
    #[must_use]
    pub const fn end(self, at: Timestamp) -> Timestamp {
        self.begin(DayNumber(self.number(at).0 + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_shanghai_begins_eight_hours_before_one_in_greenwich() {
        let at = Timestamp(1_700_000_000_000); // 2023-11-14T22:13:20Z, the 15th in Shanghai.
        assert_eq!(VendorDay::SHANGHAI.number(at), DayNumber(VendorDay::UTC.number(at).0 + 1));
        assert_eq!(VendorDay::SHANGHAI.end(at).to_string(), "2023-11-15T16:00:00.000Z");
        assert_eq!(VendorDay::UTC.end(at).to_string(), "2023-11-15T00:00:00.000Z");
        let day = VendorDay::SHANGHAI.number(at);
        assert_eq!(VendorDay::SHANGHAI.number(VendorDay::SHANGHAI.begin(day)), day);
        assert_eq!(VendorDay::SHANGHAI.number(VendorDay::SHANGHAI.begin(day).plus_ms(-1)).0, day.0 - 1);
    }
}
