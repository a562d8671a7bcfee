//! The clock, beside those of the vendors that answered.

use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};

use super::finding::Finding;

/// Login tokens and vendors' signatures bear no more.
const SKEW_MAX_S: i64 = 30;

/// What a vendor's clock said when ours said `at`.
#[derive(Debug, Clone)]
pub(super) struct VendorClock {
    /// The vendor's `Date` header.
    pub(super) date: String,
    /// Our time then.
    pub(super) at: Timestamp,
}

pub(super) fn look(clocks: &[VendorClock]) -> Vec<Finding> {
    let zone = TimeZone::system();
    let zone = zone.iana_name().unwrap_or("UTC");
    let time_zone = Finding::note(
        "time zone",
        format!("{zone}; the log is in UTC, and spans follow each user's own zone"),
        format!("{zone}；日志使用 UTC，免打扰按用户各自时区计算"),
    );
    vec![judge(clocks.iter().filter_map(ahead_s).collect()), time_zone]
}

/// By how many seconds our clock is ahead of a vendor's.
fn ahead_s(clock: &VendorClock) -> Option<i64> {
    let theirs = rfc2822::parse(&clock.date).ok()?.timestamp();
    Some(clock.at.as_second() - theirs.as_second())
}

fn judge(mut ahead: Vec<i64>) -> Finding {
    let subject = "clock";
    ahead.sort_unstable();
    let Some(&median) = ahead.get(ahead.len() / 2) else {
        return Finding::note(
            subject,
            "no vendor's clock was seen to compare with",
            "没有可供对照的厂商时钟",
        );
    };
    if median.abs() <= SKEW_MAX_S {
        return Finding::well(
            subject,
            format!("within {} s of the vendors'", median.abs().max(1)),
            format!("与厂商时钟相差不超过 {} 秒", median.abs().max(1)),
        );
    }
    let (en, zh) = if median > 0 { ("ahead of", "快") } else { ("behind", "慢") };
    Finding::error(
        subject,
        format!("{} s {en} the vendors' clocks: tokens and signatures will be refused", median.abs()),
        format!("比厂商时钟{zh} {} 秒，登录凭证与签名将被拒绝", median.abs()),
    )
    .fix("let chrony or systemd-timesyncd set it", "请启用 chrony 或 systemd-timesyncd 校时")
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Severity, *};

    #[test]
    fn the_median_vendor_tells_how_wrong_the_clock_is() {
        assert_eq!(judge(Vec::new()).severity, Severity::Note);
        assert_eq!(judge(vec![0, -1, 4000]).severity, Severity::Well);
        let late = judge(vec![-90, -91, 0]);
        assert_eq!(late.severity, Severity::Error);
        assert!(late.en.starts_with("90 s behind"), "{}", late.en);
    }

    #[test]
    fn a_date_header_is_read() {
        let clock = VendorClock {
            date: "Sun, 22 Nov 2026 18:17:05 GMT".to_owned(),
            at: "2026-11-22T18:17:10Z".parse().unwrap(),
        };
        assert_eq!(ahead_s(&clock), Some(5));
        let odd = VendorClock { date: "yesterday".to_owned(), ..clock };
        assert_eq!(ahead_s(&odd), None);
    }
}
