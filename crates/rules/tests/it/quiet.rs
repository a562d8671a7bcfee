//! Do-not-disturb spans.

use model::{DoNotDisturb, Quiet, Timestamp};
use rules::{is_in_span, is_time_zone};

fn span(from_minute: u16, to_minute: u16, time_zone: &str) -> DoNotDisturb {
    DoNotDisturb { from_minute, to_minute, time_zone: time_zone.to_owned(), effect: Quiet::Silent }
}

/// So many minutes after 2024-01-01T00:00:00Z.
fn utc_minute(minute: i64) -> Timestamp {
    Timestamp(1_704_067_200_000).plus_ms(minute * 60_000)
}

#[test]
fn f6_a_span_begins_with_its_first_minute_and_ends_before_its_last() {
    let noon = span(12 * 60, 13 * 60, "UTC");
    assert!(!is_in_span(&noon, utc_minute(12 * 60 - 1)));
    assert!(is_in_span(&noon, utc_minute(12 * 60)));
    assert!(is_in_span(&noon, utc_minute(13 * 60).plus_ms(-1)));
    assert!(!is_in_span(&noon, utc_minute(13 * 60)));
}

#[test]
fn f6_t4_a_span_over_midnight_is_of_the_users_own_time_zone() {
    let night = span(22 * 60, 7 * 60, "Asia/Shanghai");
    assert!(is_in_span(&night, utc_minute(14 * 60)), "22:00 in Shanghai");
    assert!(is_in_span(&night, utc_minute(22 * 60 + 59)), "06:59 in Shanghai");
    assert!(!is_in_span(&night, utc_minute(23 * 60)), "07:00 in Shanghai");
    assert!(!is_in_span(&night, utc_minute(13 * 60 + 59)), "21:59 in Shanghai");
}

#[test]
fn f6_a_span_keeps_to_the_clock_on_the_wall_through_summer_time() {
    let morning = span(8 * 60, 9 * 60, "Europe/Berlin");
    let july = utc_minute(182 * 24 * 60);
    assert!(is_in_span(&morning, utc_minute(7 * 60)), "08:00 in winter is 07:00 UTC");
    assert!(is_in_span(&morning, july.plus_ms(6 * 3_600_000)), "08:00 in summer is 06:00 UTC");
    assert!(!is_in_span(&morning, july.plus_ms(7 * 3_600_000)));
}

#[test]
fn f6_a_span_that_ends_where_it_begins_is_the_whole_day() {
    let always = span(480, 480, "America/New_York");
    assert!((0..24).all(|hour| is_in_span(&always, utc_minute(hour * 60))));
}

#[test]
fn a_time_zone_that_does_not_exist_is_none_and_has_no_span() {
    for name in ["", "Mars/Olympus", "Asia/Shanghai ", "../etc/passwd"] {
        assert!(!is_time_zone(name), "{name:?}");
        assert!(!is_in_span(&span(0, 0, name), utc_minute(0)), "{name:?}");
    }
    assert!(is_time_zone("Asia/Urumqi"));
    assert!(!is_in_span(&span(0, 0, "UTC"), Timestamp::NEVER), "no calendar reaches the end of time");
}
