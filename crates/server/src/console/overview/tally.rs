//! The counts of a range, added up as the page needs them. Pure.

use std::collections::BTreeMap;

use im::AppView;
use model::{CertificateId, Class, DeliveryState, ReasonCode, Timestamp, Vendor};
use store::{CountFilter, Counts, FunnelCounts};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// What stretch of time the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    Day,
    Week,
    Month,
}

impl Range {
    pub(super) const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The range of a word; the shortest for any other.
    pub(super) fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|range| range.as_str() == word).unwrap_or(Self::Day)
    }

    /// How many spans, and how long each is.
    const fn measure(self) -> (i64, i64) {
        match self {
            Self::Day => (24, HOUR_MS),
            Self::Week => (7, DAY_MS),
            Self::Month => (30, DAY_MS),
        }
    }

    /// Where its spans begin: hours up to this one, or days up to today.
    pub(super) fn spans(self, now: Timestamp) -> Vec<Timestamp> {
        let (many, span_ms) = self.measure();
        let last = now.0.div_euclid(span_ms);
        (last - many + 1..=last).map(|span| Timestamp(span * span_ms)).collect()
    }

    pub(super) fn filter(self, now: Timestamp) -> CountFilter {
        let (many, span_ms) = self.measure();
        let to = (now.0.div_euclid(span_ms) + 1) * span_ms;
        let hours_together = u32::try_from(span_ms / HOUR_MS).unwrap_or(1);
        CountFilter { from: Timestamp(to - many * span_ms), to: Timestamp(to), hours_together }
    }
}

/// The counts of a range.
#[derive(Debug, Default)]
pub(super) struct Tallied {
    pub(super) all: FunnelCounts,
    /// By span, oldest first, also where nothing was counted.
    pub(super) spans: Vec<(Timestamp, FunnelCounts)>,
    /// By vendor; `None`: before a certificate was chosen.
    pub(super) vendors: BTreeMap<Option<Place>, OfVendor>,
    /// Why those ended that no vendor took, most first.
    pub(super) reasons: Vec<(DeliveryState, ReasonCode, i64)>,
}

/// A vendor in the order that all pages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(usize);

impl Place {
    fn of(vendor: Vendor) -> Option<Self> {
        Vendor::ALL.into_iter().position(|other| other == vendor).map(Self)
    }

    pub(super) fn vendor(self) -> Vendor {
        Vendor::ALL[self.0]
    }
}

/// One vendor's counts.
#[derive(Debug, Default)]
pub(super) struct OfVendor {
    pub(super) all: FunnelCounts,
    /// Accepted, by span.
    pub(super) accepted: Vec<i64>,
}

impl Tallied {
    pub(super) fn of(
        view: &AppView,
        spans: Vec<Timestamp>,
        counts: &Counts,
        vendor: Option<Vendor>,
        class: Option<Class>,
    ) -> Self {
        let vendor_of = |certificate: Option<CertificateId>| {
            certificate.and_then(|id| view.certificate(id)).map(|certificate| certificate.vendor)
        };
        let is_asked = |certificate, of: Class| {
            vendor.is_none_or(|vendor| vendor_of(certificate) == Some(vendor))
                && class.is_none_or(|class| class == of)
        };
        let mut tallied = Self {
            spans: spans.iter().map(|from| (*from, FunnelCounts::default())).collect(),
            ..Self::default()
        };
        for row in counts.rows.iter().filter(|row| is_asked(row.certificate, row.class)) {
            tallied.all += row.counts;
            let found = spans.binary_search(&row.from).ok();
            let of_vendor =
                tallied.vendors.entry(vendor_of(row.certificate).and_then(Place::of)).or_default();
            of_vendor.all += row.counts;
            of_vendor.accepted.resize(spans.len(), 0);
            if let Some(span) = found {
                tallied.spans[span].1 += row.counts;
                of_vendor.accepted[span] += row.counts.accepted;
            }
        }
        let mut reasons: BTreeMap<(u8, ReasonCode), (DeliveryState, i64)> = BTreeMap::new();
        for reason in counts.reasons.iter().filter(|reason| is_asked(reason.certificate, reason.class)) {
            let key = (reason.state as u8, reason.reason);
            reasons.entry(key).or_insert((reason.state, 0)).1 += reason.ended;
        }
        tallied.reasons =
            reasons.into_iter().map(|((_, reason), (state, ended))| (state, reason, ended)).collect();
        tallied.reasons.sort_by_key(|(_, _, ended)| std::cmp::Reverse(*ended));
        tallied
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all == FunnelCounts::default()
    }

    /// What was accepted by vendors of whom something is true, and the vendors of whom it is not.
    pub(super) fn accepted_where(&self, is_true: impl Fn(Vendor) -> bool) -> (i64, Vec<Vendor>) {
        let (mut accepted, mut others) = (0, Vec::new());
        for (place, of_vendor) in &self.vendors {
            let Some(vendor) = place.map(Place::vendor) else { continue };
            if is_true(vendor) {
                accepted += of_vendor.all.accepted;
            } else if of_vendor.all.accepted > 0 {
                others.push(vendor);
            }
        }
        (accepted, others)
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{DAY_MS, HOUR_MS, Range};

    #[test]
    fn a_range_ends_with_the_present_hour_or_day() {
        let now = Timestamp(1_700_000_123_456);
        for (range, many, span_ms) in
            [(Range::Day, 24, HOUR_MS), (Range::Week, 7, DAY_MS), (Range::Month, 30, DAY_MS)]
        {
            let (spans, filter) = (range.spans(now), range.filter(now));
            assert_eq!(spans.len(), many);
            assert_eq!((spans[0], spans[many - 1].plus_ms(span_ms)), (filter.from, filter.to));
            assert!(spans[many - 1] <= now && now < filter.to);
        }
        assert_eq!(Range::of("7d"), Range::Week);
        assert_eq!(Range::of("a year"), Range::Day);
    }
}
