//! Stacked columns: what the spans of a time were made of.

use super::{FULL, axis::Axis, figures};
use crate::console::{chrome::Moment, words::Lang};

/// Units from one column to the next, and of the space between two.
const STEP: i64 = 100;
const GAP: i64 = 22;
/// The least height of what is there at all.
const LEAST: i64 = 6;

/// What is stacked, from the bottom up.
#[derive(Debug, Clone, Copy)]
pub(in crate::console) struct Series {
    /// The word in the style sheet.
    pub(in crate::console) class: &'static str,
    /// What it is called.
    pub(in crate::console) label: &'static str,
}

/// A span with a number for each series.
#[derive(Debug, Clone)]
pub(in crate::console) struct Span {
    /// Where it begins.
    pub(in crate::console) from: Moment,
    pub(in crate::console) numbers: Vec<i64>,
}

/// One number as a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) struct Part {
    pub(in crate::console) class: &'static str,
    pub(in crate::console) y: i64,
    pub(in crate::console) height: i64,
}

/// One span as a column.
#[derive(Debug, Clone)]
pub(in crate::console) struct Column {
    pub(in crate::console) from: Moment,
    /// How its beginning is spelled: `clock` or `day`.
    pub(in crate::console) form: &'static str,
    /// Whether its beginning stands under it: there is no room for all.
    pub(in crate::console) is_named: bool,
    pub(in crate::console) x: i64,
    /// Everything in words, for who points at it.
    pub(in crate::console) hint: String,
    pub(in crate::console) parts: Vec<Part>,
    /// As text, for the table.
    pub(in crate::console) numbers: Vec<String>,
}

/// The chart.
#[derive(Debug, Clone)]
pub(in crate::console) struct Columns {
    pub(in crate::console) width: i64,
    pub(in crate::console) column_width: i64,
    pub(in crate::console) series: Vec<Series>,
    pub(in crate::console) columns: Vec<Column>,
    /// From the top down.
    pub(in crate::console) ticks: Vec<String>,
    /// Where the lines of the ticks stand, from the top down.
    pub(in crate::console) lines: Vec<i64>,
}

impl Columns {
    /// Draws spans; every `named_each`th, counted from the last, is named.
    pub(in crate::console) fn of(
        lang: Lang,
        series: Vec<Series>,
        spans: &[Span],
        form: &'static str,
        named_each: usize,
    ) -> Self {
        let most = spans.iter().map(|span| span.numbers.iter().sum()).max().unwrap_or(0);
        let axis = Axis::up_to(most);
        let column = |(place, span): (usize, &Span)| Column {
            from: span.from,
            form,
            is_named: (spans.len() - 1 - place).is_multiple_of(named_each.max(1)),
            x: i64::try_from(place).unwrap_or(0) * STEP + GAP / 2,
            hint: hint(lang, &series, span, form),
            parts: stack(&series, &span.numbers, axis.top),
            numbers: span.numbers.iter().map(|number| figures::grouped(*number)).collect(),
        };
        Self {
            width: i64::try_from(spans.len()).unwrap_or(0) * STEP,
            column_width: STEP - GAP,
            columns: spans.iter().enumerate().map(column).collect(),
            ticks: axis.ticks.iter().rev().map(|tick| figures::compact(lang, *tick)).collect(),
            lines: axis.ticks.iter().rev().map(|tick| FULL - height(*tick, axis.top)).collect(),
            series,
        }
    }

    /// Whether there is nothing in it.
    pub(in crate::console) fn is_empty(&self) -> bool {
        self.columns.iter().all(|column| column.parts.is_empty())
    }
}

fn height(number: i64, top: i64) -> i64 {
    number.saturating_mul(FULL) / top.max(1)
}

/// From the bottom up; what is 0 is left out.
fn stack(series: &[Series], numbers: &[i64], top: i64) -> Vec<Part> {
    let mut y = FULL;
    let there = series.iter().zip(numbers).filter(|(_, number)| **number > 0);
    there
        .map(|(series, number)| {
            let height = height(*number, top).max(LEAST);
            y = (y - height).max(0);
            Part { class: series.class, y, height }
        })
        .collect()
}

fn hint(lang: Lang, series: &[Series], span: &Span, form: &str) -> String {
    let zone = if form == "clock" { " UTC" } else { "" };
    let numbers: Vec<String> = series
        .iter()
        .zip(&span.numbers)
        .map(|(series, number)| format!("{} {}", series.label, figures::grouped(*number)))
        .collect();
    format!("{}{zone}{}{}", span.from.spelled(form), lang.pick(": ", "："), numbers.join(" · "))
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Columns, Part, Series, Span};
    use crate::console::{chrome::Moment, words::Lang};

    const TWO: [Series; 2] = [Series { class: "good", label: "Good" }, Series { class: "bad", label: "Bad" }];

    fn chart(numbers: &[[i64; 2]]) -> Columns {
        let span = |numbers: &[i64; 2]| Span { from: Moment(Timestamp(0)), numbers: numbers.to_vec() };
        let spans: Vec<Span> = numbers.iter().map(span).collect();
        Columns::of(Lang::En, TWO.to_vec(), &spans, "clock", 2)
    }

    #[test]
    fn numbers_stand_on_one_another_under_a_round_top() {
        let chart = chart(&[[0, 0], [60, 20], [1, 0]]);
        assert_eq!(chart.ticks, ["80", "60", "40", "20", "0"]);
        assert_eq!(chart.lines, [0, 250, 500, 750, 1000]);
        assert!(chart.columns[0].parts.is_empty());
        let part = |class, y, height| Part { class, y, height };
        assert_eq!(chart.columns[1].parts, [part("good", 250, 750), part("bad", 0, 250)]);
        assert_eq!(chart.columns[2].parts, [part("good", 988, 12)]);
        assert_eq!(chart.columns[1].hint, "00:00 UTC: Good 60 · Bad 20");
    }

    #[test]
    fn the_last_span_is_named_and_little_is_still_seen() {
        let chart = chart(&[[1, 0], [99_999, 1], [0, 0]]);
        let named: Vec<bool> = chart.columns.iter().map(|column| column.is_named).collect();
        assert_eq!(named, [true, false, true]);
        assert_eq!(chart.columns[0].parts[0].height, 6);
        assert_eq!(chart.columns[1].parts[1].y, 0);
    }

    #[test]
    fn nothing_is_an_empty_chart() {
        assert!(chart(&[]).is_empty() && chart(&[[0, 0]]).is_empty());
    }
}
