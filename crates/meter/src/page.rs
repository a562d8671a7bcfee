//! The page that Prometheus reads, in its text format 0.0.4.

use std::fmt::{Display, Write};

use crate::{
    catalogue::{Kind, Metric},
    instruments::{BOUNDS_US, Histogram},
};

/// The page while it is written.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// What a scraper is told the page is.
    pub const CONTENT_TYPE: &'static str = "text/plain; version=0.0.4; charset=utf-8";

    /// Begins a metric; what follows are its samples.
    pub fn family(&mut self, metric: Metric) -> Family<'_> {
        let (name, help, kind) = (metric.name(), metric.en(), metric.kind().word());
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { page: self, metric }
    }

    /// A metric with one sample and no labels.
    pub fn single(&mut self, metric: Metric, value: impl Display) {
        self.family(metric).sample(&[], value);
    }

    /// The finished page.
    #[must_use]
    pub fn into_text(self) -> String {
        self.0
    }
}

/// One metric's samples.
#[derive(Debug)]
pub struct Family<'a> {
    page: &'a mut Page,
    metric: Metric,
}

impl Family<'_> {
    /// One sample; its label values in the order of [`Metric::labels`].
    pub fn sample(&mut self, labels: &[&dyn Display], value: impl Display) {
        debug_assert_ne!(self.metric.kind(), Kind::Histogram, "{}", self.metric.name());
        self.line("", labels, None, value);
    }

    /// A sample that is left out while it is zero: for tables of which most places are never used.
    pub fn unless_zero(&mut self, labels: &[&dyn Display], value: u64) {
        if value > 0 {
            self.sample(labels, value);
        }
    }

    /// A histogram's samples.
    pub fn histogram(&mut self, labels: &[&dyn Display], histogram: &Histogram) {
        let (up_to, all, sum_us) = histogram.read();
        for (bound, count) in BOUNDS_US.iter().zip(up_to) {
            self.line("_bucket", labels, Some(&Seconds(*bound)), count);
        }
        self.line("_bucket", labels, Some(&"+Inf"), all);
        self.line("_sum", labels, None, Seconds(sum_us));
        self.line("_count", labels, None, all);
    }

    fn line(
        &mut self,
        ending: &str,
        values: &[&dyn Display],
        bound: Option<&dyn Display>,
        value: impl Display,
    ) {
        let names = self.metric.labels();
        debug_assert_eq!(names.len(), values.len(), "{}", self.metric.name());
        let text = &mut self.page.0;
        let _ = write!(text, "{}{ending}", self.metric.name());
        let labels =
            names.iter().copied().zip(values.iter().copied()).chain(bound.map(|bound| ("le", bound)));
        let mut before = '{';
        for (name, value) in labels {
            let _ = write!(text, "{before}{name}=\"{}\"", escaped(&value.to_string()));
            before = ',';
        }
        if before == ',' {
            text.push('}');
        }
        let _ = writeln!(text, " {value}");
    }
}

/// Microseconds, written as seconds.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        write!(f, "{}", format!("{whole}.{rest:06}").trim_end_matches('0'))
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_sample_has_its_labels_in_order_and_escaped() {
        let mut page = Page::default();
        page.family(Metric::Refused).sample(&[&"rest", &"a\"b\\c\nd"], 3);
        let text = page.into_text();
        assert!(text.ends_with("{surface=\"rest\",code=\"a\\\"b\\\\c\\nd\"} 3\n"), "{text}");
        assert!(text.starts_with("# HELP posthouse_refused_total "), "{text}");
        assert!(text.contains("# TYPE posthouse_refused_total counter\n"), "{text}");
    }

    #[test]
    fn a_histogram_counts_up_to_each_bound_and_ends_with_infinity_sum_and_count() {
        let (mut page, histogram) = (Page::default(), Histogram::default());
        histogram.took(Duration::from_millis(3));
        histogram.took(Duration::from_secs(60));
        page.family(Metric::CommitTime).histogram(&[], &histogram);
        let text = page.into_text();
        assert!(text.contains("posthouse_commit_seconds_bucket{le=\"0.0025\"} 0\n"), "{text}");
        assert!(text.contains("posthouse_commit_seconds_bucket{le=\"0.005\"} 1\n"), "{text}");
        assert!(text.contains("posthouse_commit_seconds_bucket{le=\"30\"} 1\n"), "{text}");
        let end =
            "_bucket{le=\"+Inf\"} 2\nposthouse_commit_seconds_sum 60.003\nposthouse_commit_seconds_count 2\n";
        assert!(text.ends_with(end), "{text}");
    }
}
