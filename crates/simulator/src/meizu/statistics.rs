//! Counts for the statistics queries: of a day of an app, and of a task.

use std::{collections::BTreeMap, sync::Mutex};

use model::Timestamp;
use serde_json::{Value, json};

use super::{
    dates::{day_of, parse_day, written},
    desk::{Call, Desk},
    reply::{self, Code, Refusal},
};
use crate::{counter::Answer, lock::lock, phone::ReportKind};

/// Days of apps that are remembered; the oldest is forgotten.
const DAYS_MAX: usize = 20_000;
/// Longest span of a query, in days between its ends. Documented.
const SPAN_MAX_DAYS: i64 = 30;

/// The six counts of the book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    targets: u64,
    valid: u64,
    pushed: u64,
    accepted: u64,
    displayed: u64,
    clicked: u64,
}

impl Counts {
    /// What one target adds: whether it is subscribed and switched on, and whether it was sent to.
    pub(super) fn of_target(is_valid: bool, is_pushed: bool) -> Self {
        Self { targets: 1, valid: is_valid.into(), pushed: is_pushed.into(), ..Self::default() }
    }

    /// What a phone's report adds.
    pub(super) fn of_report(kind: &ReportKind) -> Self {
        let mut counts = Self::default();
        match kind {
            ReportKind::Arrived => counts.accepted = 1,
            ReportKind::Shown => counts.displayed = 1,
            ReportKind::Clicked => counts.clicked = 1,
            _ => (),
        }
        counts
    }

    pub(super) fn add(&mut self, more: Self) {
        self.targets += more.targets;
        self.valid += more.valid;
        self.pushed += more.pushed;
        self.accepted += more.accepted;
        self.displayed += more.displayed;
        self.clicked += more.clicked;
    }

    /// The counts under the book's names.
    pub(super) fn value(&self) -> Value {
        json!({
            "targetNo": self.targets,
            "validNo": self.valid,
            "pushedNo": self.pushed,
            "acceptNo": self.accepted,
            "displayNo": self.displayed,
            "clickNo": self.clicked,
        })
    }
}

/// Counts by day and app. An arrival or a tap counts on the day it happens (assumed).
#[derive(Debug, Default)]
pub(super) struct Daily(Mutex<BTreeMap<(i64, String), Counts>>);

impl Daily {
    pub(super) fn add(&self, package: &str, now: Timestamp, counts: Counts) {
        if counts == Counts::default() {
            return;
        }
        let mut days = lock(&self.0);
        days.entry((day_of(now), package.to_owned())).or_default().add(counts);
        if days.len() > DAYS_MAX {
            days.pop_first();
        }
    }

    /// Days of an app on which there was something, the newest first.
    fn of(&self, package: &str, first: i64, last: i64) -> Vec<Value> {
        let days = lock(&self.0);
        let of_span = days.range((first, String::new())..(last + 1, String::new()));
        let of_app = of_span.rev().filter(|((_, own), _)| own == package);
        let entry = |((day, _), counts): (&(i64, String), &Counts)| {
            let mut entry = counts.value();
            entry["date"] = written(*day).into();
            entry
        };
        of_app.map(entry).collect()
    }
}

impl Desk {
    /// `push/statistics/dailyPushStatics`: the counts of a span of days. Both ends are in the span.
    pub(super) fn daily_statistics(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let day = |name: &str| {
            parse_day(call.form.need(name)?).ok_or_else(|| Code::OTHER.because(format!("{name}日期格式错误")))
        };
        let (first, last) = (day("startTime")?, day("endTime")?);
        if last < first {
            return Err(Code::OTHER.because("结束时间不能早于开始时间"));
        }
        if last - first > SPAN_MAX_DAYS {
            return Err(Code::OTHER.because("开始时间和结束时间不能相差30天以上"));
        }
        Ok(reply::done(&self.daily.of(&call.app.package, first, last).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_newest_first_and_apart_by_app() {
        let daily = Daily::default();
        let one = Counts::of_target(true, false);
        let midnight = Timestamp(16 * 3_600_000);
        daily.add("a", midnight.plus_ms(-1), one);
        daily.add("a", midnight, one);
        daily.add("a", midnight, Counts::of_report(&ReportKind::Clicked));
        daily.add("b", midnight, one);
        let days = daily.of("a", 0, 1);
        let dates: Vec<_> = days.iter().map(|day| day["date"].as_str().unwrap()).collect();
        assert_eq!(dates, ["1970-01-02", "1970-01-01"]);
        assert_eq!((&days[0]["targetNo"], &days[0]["clickNo"]), (&json!(1), &json!(1)));
        assert_eq!(daily.of("a", 1, 1).len(), 1);
        assert!(daily.of("c", 0, 1).is_empty());
    }
}
