//! Dates as the book writes them, in Beijing time.

use model::Timestamp;

const DAY_MS: i64 = 24 * 3_600_000;
/// The vendor's day begins at midnight in Beijing (assumed).
const BEIJING_OFFSET_MS: i64 = 8 * 3_600_000;

/// The number of the day that a moment falls on.
pub(super) const fn day_of(moment: Timestamp) -> i64 {
    moment.plus_ms(BEIJING_OFFSET_MS).millis().div_euclid(DAY_MS)
}

/// A day as `yyyy-MM-dd`.
pub(super) fn written(day: i64) -> String {
    Timestamp(day.saturating_mul(DAY_MS)).to_string().chars().take(10).collect()
}

/// The day of a text `yyyyMMdd`.
pub(super) fn parse_day(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    day(text.get(..4)?, text.get(4..6)?, text.get(6..)?)
}

/// The moment of a text `yyyy-MM-dd HH:mm:ss`.
pub(super) fn parse_moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.trim().split_once(' ')?;
    let mut parts = date.splitn(3, '-');
    let day = day(parts.next()?, parts.next()?, parts.next()?)?;
    let mut parts = time.splitn(3, ':');
    let hour = number(parts.next()?).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?).filter(|minute| *minute < 60)?;
    let second = number(parts.next()?).filter(|second| *second < 60)?;
    let of_day = ((hour * 60 + minute) * 60 + second) * 1000;
    Some(Timestamp(day * DAY_MS + of_day - BEIJING_OFFSET_MS))
}

/// Days since 1970 of a date, where there is such a date.
fn day(year: &str, month: &str, day_of_month: &str) -> Option<i64> {
    let (year, month, day_of_month) = (number(year)?, number(month)?, number(day_of_month)?);
    // Years that begin in March have their leap day at their end.
    let (from_march, year_of_march) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
    let leaps = year_of_march / 4 - year_of_march / 100 + year_of_march / 400;
    let days = year_of_march * 365 + leaps + (from_march * 153 + 2) / 5 + day_of_month - 1 - 719_468;
    (written(days) == format!("{year:04}-{month:02}-{day_of_month:02}")).then_some(days)
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_of_beijing() {
        assert_eq!(parse_day("19700101"), Some(0));
        assert_eq!(parse_day("20240229").map(written).as_deref(), Some("2024-02-29"));
        assert_eq!(parse_moment("1970-01-01 08:00:01"), Some(Timestamp(1000)));
        assert_eq!(parse_moment("2024-02-29 20:34:56"), Some(Timestamp(1_709_210_096_000)));
        assert_eq!(day_of(Timestamp(16 * 3_600_000 - 1)), 0);
        assert_eq!(day_of(Timestamp(16 * 3_600_000)), 1);
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "20230229", "20231301", "20230100", "2023-1-1", "2023010é", "00000000"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
        for text in
            ["2023-01-01", "2023-01-01 24:00:00", "2023-01-01 1:2", "2023-01-01 00:60:00", "-1-1 1:1:1"]
        {
            assert_eq!(parse_moment(text), None, "{text}");
        }
    }
}
