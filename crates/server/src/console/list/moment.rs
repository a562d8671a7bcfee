//! Days and moments as a browser's fields send them, in UTC. Pure.

use model::Timestamp;

/// A day, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// The first moment of a day, such as `2026-11-22`.
pub(in crate::console) fn day(text: &str) -> Option<Timestamp> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era_days, of_era) = (year.div_euclid(400) * 146_097, year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era_days + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Timestamp(days * DAY_MS))
}

/// A day, or a moment such as `2026-11-22T21:36` or `2026-11-22T21:36:05`.
pub(in crate::console) fn moment(text: &str) -> Option<Timestamp> {
    let Some((date, clock)) = text.split_once('T') else { return day(text) };
    let mut parts = clock.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let is_clock = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !is_clock {
        return None;
    }
    day(date).map(|day| day.plus_ms(((hour * 60 + minute) * 60 + second) * 1000))
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{day, moment};

    #[test]
    fn a_day_begins_at_its_first_moment_in_utc() {
        assert_eq!(day("1970-01-01"), Some(Timestamp(0)));
        assert_eq!(day("2024-02-29").unwrap().to_string().get(..19), Some("2024-02-29T00:00:00"));
        assert_eq!(day("2026-12-31").unwrap().to_string().get(..19), Some("2026-12-31T00:00:00"));
        for odd in ["", "2026", "2026-13-01", "0000-01-01", "x-y-z", "2026-01-99", "99999999999999-1-1"] {
            assert_eq!(day(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_moment_is_read_to_the_minute_or_second() {
        assert_eq!(moment("1970-01-01T00:01"), Some(Timestamp(60_000)));
        assert_eq!(moment("1970-01-01T01:00:02"), Some(Timestamp(3_602_000)));
        assert_eq!(moment("1970-01-02"), Some(Timestamp(24 * 3_600_000)));
        for odd in ["T10:00", "2026-01-01T", "2026-01-01T24:00", "2026-01-01T10:00:99", "2026-01-01T10:-1"] {
            assert_eq!(moment(odd), None, "{odd}");
        }
    }
}
