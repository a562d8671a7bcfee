//! The overview as the page draws it. Pure.

use im::AppView;
use model::{Class, DeliveryState, Vendor};
use store::{AuditEntry, FunnelCounts};

use super::{
    Asked,
    tally::{OfVendor, Place, Range, Tallied},
};
use crate::console::{
    audit,
    charts::{Bar, Columns, Series, Span, Spark, grouped, rate},
    chrome::{Moment, percent_encoded},
    told::vendor_title,
    words::{Lang, OverviewWords, fill},
};

/// Reasons that are shown.
const REASONS_SHOWN: usize = 8;

/// A range to choose.
pub(super) struct RangeLink {
    pub(super) word: &'static str,
    pub(super) label: &'static str,
    pub(super) href: String,
    pub(super) current: bool,
}

pub(super) fn ranges(lang: Lang, asked: &Asked) -> Vec<RangeLink> {
    let words = lang.overview_words();
    let label = |range| match range {
        Range::Day => words.range_day,
        Range::Week => words.range_week,
        Range::Month => words.range_month,
    };
    let link = |range: Range| {
        let fields = [("vendor", &asked.vendor), ("class", &asked.class)];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let more: String =
            filled.map(|(name, value)| format!("&{name}={}", percent_encoded(value))).collect();
        RangeLink {
            word: range.as_str(),
            label: label(range),
            href: format!("/console/overview?range={}{more}", range.as_str()),
            current: range == Range::of(&asked.range),
        }
    };
    Range::ALL.into_iter().map(link).collect()
}

/// A line of a select.
pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) text: String,
    pub(super) chosen: bool,
}

/// The vendors of the App's certificates.
pub(super) fn vendors(lang: Lang, view: &AppView, chosen: &str) -> Vec<Choice> {
    let has = |vendor: &Vendor| view.certificates.iter().any(|certificate| certificate.vendor == *vendor);
    let choice = |vendor: Vendor| Choice {
        value: vendor.name(),
        text: vendor_title(lang, Some(vendor)),
        chosen: vendor.name() == chosen,
    };
    Vendor::ALL.into_iter().filter(has).map(choice).collect()
}

pub(super) fn classes(lang: Lang, chosen: &str) -> Vec<Choice> {
    let choice = |class: Class| Choice {
        value: class.as_str(),
        text: class_title(lang, class).to_owned(),
        chosen: class.as_str() == chosen,
    };
    [Class::Chat, Class::Call, Class::System, Class::Marketing].into_iter().map(choice).collect()
}

/// What a class is called.
pub(in crate::console) const fn class_title(lang: Lang, class: Class) -> &'static str {
    let words = lang.words();
    match class {
        Class::Chat => words.class_chat,
        Class::Call => words.class_call,
        Class::System => words.class_system,
        Class::Marketing => words.class_marketing,
    }
}

/// Why there is nothing to draw, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    NoCertificate,
    NothingSent,
    /// The filter leaves nothing over.
    NothingFound,
}

pub(super) fn empty(view: &AppView, tallied: &Tallied, is_filtered: bool) -> Option<Empty> {
    match tallied.is_empty() {
        false => None,
        true if is_filtered => Some(Empty::NothingFound),
        true if view.certificates.is_empty() => Some(Empty::NoCertificate),
        true => Some(Empty::NothingSent),
    }
}

/// A step of the funnel.
pub(super) struct FunnelStep {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) number: String,
    /// Its part of the step before it.
    pub(super) rate: String,
    /// What is to be known about it; empty where nothing is.
    pub(super) note: String,
    /// Nobody reports it, so there is no number.
    pub(super) is_unknown: bool,
    pub(super) bar: Bar,
    pub(super) hint: String,
}

/// A step that vendors report: of those that do, how many were accepted, and who does not.
struct Reported {
    name: &'static str,
    label: &'static str,
    number: i64,
    base: i64,
    silent: Vec<Vendor>,
    unknown_how: &'static str,
}

pub(super) fn funnel(lang: Lang, tallied: &Tallied) -> Vec<FunnelStep> {
    let (words, all) = (lang.overview_words(), tallied.all);
    let first = all.eligible;
    let step = |name, label, number: i64, before: Option<i64>| {
        let rate = before.and_then(|before| rate(number, before));
        let rate = rate.map(|rate| fill(words.of_before, &rate)).unwrap_or_default();
        drawn(lang, (name, label), (number, first), rate, String::new())
    };
    let (arrivals, arrivals_silent) = tallied.accepted_where(|vendor| vendor.facts().reports_arrival);
    let (taps, taps_silent) = tallied.accepted_where(|vendor| vendor.facts().reports_taps);
    let reported = [
        Reported {
            name: "arrived",
            label: words.arrived,
            number: all.arrived,
            base: arrivals,
            silent: arrivals_silent,
            unknown_how: words.no_word_arrived,
        },
        Reported {
            name: "shown",
            label: words.shown,
            number: all.shown,
            base: 0,
            silent: Vec::new(),
            unknown_how: words.no_word_shown,
        },
        Reported {
            name: "clicked",
            label: words.clicked,
            number: all.clicked,
            base: taps,
            silent: taps_silent,
            unknown_how: words.no_word_clicked,
        },
    ];
    let mut steps = vec![
        step("eligible", words.eligible, all.eligible, None),
        step("sent", words.sent, all.sent, Some(all.eligible)),
        step("accepted", words.accepted, all.accepted, Some(all.sent)),
    ];
    steps.extend(reported.into_iter().map(|reported| reported_step(lang, reported, first)));
    steps
}

fn reported_step(lang: Lang, reported: Reported, first: i64) -> FunnelStep {
    let words = lang.overview_words();
    let Reported { name, label, number, base, silent, unknown_how } = reported;
    if base == 0 && number == 0 {
        return FunnelStep {
            name,
            label,
            number: words.no_word.to_owned(),
            rate: String::new(),
            note: unknown_how.to_owned(),
            is_unknown: true,
            bar: Bar::of(0, 1),
            hint: format!("{label}{}{}", lang.pick(": ", "："), words.no_word),
        };
    }
    let rate = rate(number, base).map(|rate| fill(words.of_reported, &rate)).unwrap_or_default();
    let silent: Vec<String> = silent.into_iter().map(|vendor| vendor_title(lang, Some(vendor))).collect();
    let note = if silent.is_empty() {
        String::new()
    } else {
        fill(words.not_by_all, &silent.join(lang.pick(", ", "、")))
    };
    drawn(lang, (name, label), (number, first), rate, note)
}

fn drawn(
    lang: Lang,
    (name, label): (&'static str, &'static str),
    (number, first): (i64, i64),
    rate: String,
    note: String,
) -> FunnelStep {
    let number_text = grouped(number);
    let hint = format!("{label}{}{number_text} {rate}", lang.pick(": ", "：")).trim_end().to_owned();
    FunnelStep {
        name,
        label,
        number: number_text,
        rate,
        note,
        is_unknown: false,
        bar: Bar::of(number, first),
        hint,
    }
}

/// What became of everything that was decided.
pub(super) fn over_time(lang: Lang, range: Range, tallied: &Tallied) -> Columns {
    let words = lang.overview_words();
    let series = vec![
        Series { class: "accepted", label: words.accepted },
        Series { class: "rejected", label: words.rejected },
        Series { class: "dropped", label: words.dropped },
        Series { class: "skipped", label: words.skipped },
    ];
    let numbers =
        |counts: &FunnelCounts| vec![counts.accepted, counts.rejected, counts.dropped, counts.skipped];
    let spans: Vec<Span> = tallied
        .spans
        .iter()
        .map(|(from, counts)| Span { from: Moment(*from), numbers: numbers(counts) })
        .collect();
    let (form, named_each) = match range {
        Range::Day => ("clock", 4),
        Range::Week => ("day", 1),
        Range::Month => ("day", 5),
    };
    Columns::of(lang, series, &spans, form, named_each)
}

/// A vendor's line.
pub(super) struct VendorLine {
    pub(super) title: String,
    /// Skipped before a certificate was chosen.
    pub(super) is_none: bool,
    pub(super) eligible: String,
    pub(super) accepted: String,
    pub(super) accepted_rate: String,
    /// Arrived; empty where the vendor does not say.
    pub(super) arrived: String,
    pub(super) arrived_rate: String,
    pub(super) clicked: String,
    pub(super) clicked_rate: String,
    pub(super) failed: String,
    pub(super) has_failed: bool,
    pub(super) skipped: String,
    pub(super) spark: Spark,
}

pub(super) fn vendor_lines(lang: Lang, tallied: &Tallied) -> Vec<VendorLine> {
    let known = tallied.vendors.iter().filter(|(place, _)| place.is_some());
    let unknown = tallied.vendors.iter().filter(|(place, _)| place.is_none());
    known.chain(unknown).map(|(place, of_vendor)| vendor_line(lang, *place, of_vendor)).collect()
}

fn vendor_line(lang: Lang, place: Option<Place>, OfVendor { all, accepted }: &OfVendor) -> VendorLine {
    let words: &OverviewWords = lang.overview_words();
    let vendor = place.map(Place::vendor);
    let reported = |reports: bool, number: i64| {
        if reports || number > 0 {
            (grouped(number), rate(number, all.accepted).unwrap_or_default())
        } else {
            (String::new(), String::new())
        }
    };
    let facts = vendor.map(Vendor::facts);
    let (arrived, arrived_rate) = reported(facts.is_some_and(|facts| facts.reports_arrival), all.arrived);
    let (clicked, clicked_rate) = reported(facts.is_some_and(|facts| facts.reports_taps), all.clicked);
    let failed = all.rejected + all.dropped;
    VendorLine {
        title: vendor
            .map_or_else(|| words.before_choice.to_owned(), |vendor| vendor_title(lang, Some(vendor))),
        is_none: vendor.is_none(),
        eligible: grouped(all.eligible),
        accepted: grouped(all.accepted),
        accepted_rate: rate(all.accepted, all.sent).unwrap_or_default(),
        arrived,
        arrived_rate,
        clicked,
        clicked_rate,
        failed: grouped(failed),
        has_failed: failed > 0,
        skipped: grouped(all.skipped),
        spark: Spark::of(accepted),
    }
}

/// Why pushes did not go.
pub(super) struct ReasonLine {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) hint: &'static str,
    pub(super) end: &'static str,
    pub(super) kind: &'static str,
    pub(super) number: String,
    pub(super) rate: String,
    pub(super) bar: Bar,
    /// Where they are: dead letters where they can be put back, else deliveries.
    pub(super) href: String,
}

pub(super) fn reasons(lang: Lang, tallied: &Tallied) -> Vec<ReasonLine> {
    let words = lang.overview_words();
    let in_all: i64 = tallied.reasons.iter().map(|(_, _, ended)| ended).sum();
    let most = tallied.reasons.first().map_or(1, |(_, _, ended)| *ended);
    let line = |(state, code, ended): &(DeliveryState, model::ReasonCode, i64)| {
        let reason = rules::reason(*code);
        let (kind, end) = match state {
            DeliveryState::Rejected => ("rejected", words.rejected),
            DeliveryState::Dropped => ("dropped", words.dropped),
            _ => ("skipped", words.skipped),
        };
        let name = reason.map_or("", |reason| reason.name);
        let is_mendable = *state != DeliveryState::Skipped && rules::is_mendable(*code);
        ReasonLine {
            name,
            text: reason.map_or(end, |reason| lang.pick(reason.en, reason.zh)),
            hint: reason.map_or("", |reason| lang.pick(reason.hint_en, reason.hint_zh)),
            end,
            kind,
            number: grouped(*ended),
            rate: rate(*ended, in_all).unwrap_or_default(),
            bar: Bar::of(*ended, most),
            href: if name.is_empty() {
                String::new()
            } else {
                format!("/console/{}?reason={name}", if is_mendable { "dead-letters" } else { "deliveries" })
            },
        }
    };
    tallied.reasons.iter().take(REASONS_SHOWN).map(line).collect()
}

/// A change of late.
pub(super) struct Late {
    pub(super) at: Moment,
    pub(super) who: String,
    pub(super) what: String,
    pub(super) object: String,
}

impl Late {
    pub(super) fn of(lang: Lang, entry: AuditEntry) -> Self {
        Self {
            at: Moment(entry.at),
            who: audit::who(lang, &entry).0,
            what: audit::label(lang, &entry.action).map_or(entry.action, str::to_owned),
            object: entry.object,
        }
    }
}
