//! Lanes as the pages draw them. Pure.

use gateway::{AmountStatus, BreakerState, LaneState, LaneStatus};
use im::AppView;
use model::{Certificate, CertificateId, Class, Timestamp};
use vendors::Counts;

use crate::{
    console::{
        charts::{Bar, grouped, per_mille, rate},
        chrome::{Chip, Moment, Tone},
        overview::{class_title, code_words},
        told::vendor_title,
        words::{Lang, OverviewWords, fill},
    },
    lanes::LaneReading,
};

const CLASSES: [Class; 4] = [Class::Call, Class::Chat, Class::System, Class::Marketing];

/// A number and what it counts.
pub(in crate::console) struct Counted {
    pub(in crate::console) label: &'static str,
    pub(in crate::console) number: String,
}

/// A lane in one line, for the overview.
pub(in crate::console) struct LaneLine {
    pub(in crate::console) id: CertificateId,
    pub(in crate::console) vendor: String,
    pub(in crate::console) name: String,
    pub(in crate::console) state: Chip,
    pub(in crate::console) queued: String,
    pub(in crate::console) amounts: Vec<AmountLine>,
}

/// The line of a lane whose certificate is the App's.
pub(in crate::console) fn line_of(lang: Lang, view: &AppView, lane: &LaneReading) -> Option<LaneLine> {
    let certificate = view.certificate(lane.status.certificate)?;
    let with_limit = lane.amounts.iter().filter(|amount| amount.allowed.per_app.is_some());
    Some(LaneLine {
        id: certificate.id,
        vendor: vendor_title(lang, Some(certificate.vendor)),
        name: certificate.name.to_string(),
        state: state(lang.overview_words(), certificate, Some(&lane.status)),
        queued: waiting(lang, lane),
        amounts: with_limit.map(|amount| AmountLine::of(lang, amount)).collect(),
    })
}

/// A lane with everything that is known of it.
pub(super) struct LaneCard {
    pub(super) id: CertificateId,
    pub(super) vendor: String,
    pub(super) name: String,
    pub(super) state: Chip,
    /// What made it pause or raised the alarm.
    pub(super) code: String,
    pub(super) until: Option<Moment>,
    /// `None`: nothing was sent since the start.
    pub(super) work: Option<Work>,
}

/// What a lane does.
pub(super) struct Work {
    pub(super) queued: String,
    pub(super) by_class: Vec<Counted>,
    pub(super) oldest: Option<Moment>,
    pub(super) in_flight: String,
    pub(super) connections: String,
    pub(super) sent: String,
    pub(super) accepted: String,
    pub(super) speed: String,
    pub(super) breaker: Chip,
    pub(super) breaker_until: Option<Moment>,
    pub(super) brake: BrakeView,
    pub(super) amounts: Vec<AmountLine>,
}

/// The brake on mass removal.
pub(super) struct BrakeView {
    pub(super) chip: Chip,
    pub(super) at: Option<Moment>,
    pub(super) is_engaged: bool,
    /// What the vendor said.
    pub(super) how: String,
}

/// One kind's amount of the day.
pub(in crate::console) struct AmountLine {
    pub(in crate::console) title: &'static str,
    pub(in crate::console) taken: String,
    pub(in crate::console) by_class: Vec<Counted>,
    /// Empty where it is not known.
    pub(in crate::console) limit: String,
    pub(in crate::console) limit_how: String,
    pub(in crate::console) left: String,
    pub(in crate::console) used: String,
    pub(in crate::console) kind: &'static str,
    pub(in crate::console) bar: Bar,
    /// Where on the bar a class begins to wait.
    pub(in crate::console) marks: Vec<i64>,
    pub(in crate::console) waits_below: Vec<Counted>,
    pub(in crate::console) waits_now: String,
    pub(in crate::console) used_up_at: Option<Moment>,
    pub(in crate::console) lasts_until: Option<Moment>,
    pub(in crate::console) resets_at: Moment,
}

impl LaneCard {
    pub(super) fn of(
        lang: Lang,
        certificate: &Certificate,
        lane: Option<&LaneReading>,
        oldest: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let (code, until) = match lane.map(|lane| &lane.status.state) {
            Some(LaneState::Paused { until, code }) => (code.as_str(), Some(*until)),
            Some(LaneState::Alarm { code }) => (code.as_str(), None),
            _ => ("", None),
        };
        Self {
            id: certificate.id,
            vendor: vendor_title(lang, Some(certificate.vendor)),
            name: certificate.name.to_string(),
            state: state(lang.overview_words(), certificate, lane.map(|lane| &lane.status)),
            code: if code.is_empty() { String::new() } else { code_words(lang, certificate.vendor, code) },
            until: until.map(Moment),
            work: lane.map(|lane| Work::of(lang, lane, oldest.filter(|due| *due <= now))),
        }
    }
}

fn state(words: &OverviewWords, certificate: &Certificate, lane: Option<&LaneStatus>) -> Chip {
    match lane.map(|lane| &lane.state) {
        _ if certificate.disabled => Chip::new(Tone::Plain, words.state_disabled),
        None => Chip::new(Tone::Plain, words.state_unused),
        Some(LaneState::Idle) => Chip::new(Tone::Plain, words.state_idle),
        Some(LaneState::Sending) => Chip::new(Tone::Ok, words.state_sending),
        Some(LaneState::Paused { .. }) => Chip::new(Tone::Warn, words.state_paused),
        Some(LaneState::Alarm { .. }) => Chip::new(Tone::Bad, words.state_alarm),
    }
}

fn count(number: u64) -> String {
    grouped(i64::try_from(number).unwrap_or(i64::MAX))
}

fn queued(lang: Lang, lane: &LaneReading) -> String {
    let words = lang.overview_words();
    let all: u64 = lane.backlog.by_class.iter().map(|queued| u64::from(*queued)).sum();
    match (all, lane.backlog.is_more) {
        (0, _) => words.queue_empty.to_owned(),
        (all, true) => fill(words.at_least, &count(all)),
        (all, false) => count(all),
    }
}

/// The same in a line where nothing else says what it counts.
fn waiting(lang: Lang, lane: &LaneReading) -> String {
    let is_empty = lane.backlog.by_class.iter().all(|queued| *queued == 0);
    let queued = queued(lang, lane);
    if is_empty { queued } else { fill(lang.overview_words().waiting, &queued) }
}

impl Work {
    fn of(lang: Lang, lane: &LaneReading, oldest: Option<Timestamp>) -> Self {
        let (words, status) = (lang.overview_words(), &lane.status);
        let by_class = lane.backlog.by_class.map(u64::from);
        let (breaker, breaker_until) = match status.breaker {
            BreakerState::Closed => (Chip::new(Tone::Ok, words.breaker_closed), None),
            BreakerState::HalfOpen => (Chip::new(Tone::Warn, words.breaker_half_open), None),
            BreakerState::Open { until } => {
                (Chip::new(Tone::Bad, words.breaker_is_open), Some(Moment(until)))
            }
        };
        let speed = status.rate.map(|rate| {
            let text = match rate.counts {
                Counts::Targets => words.per_second_targets,
                Counts::Requests => words.per_second_requests,
            };
            fill(text, &count(rate.per_second.into()))
        });
        Self {
            queued: queued(lang, lane),
            by_class: counted(lang, by_class),
            oldest: oldest.map(Moment),
            in_flight: count(status.in_flight as u64),
            connections: count(status.connections as u64),
            sent: count(status.sent),
            accepted: count(status.accepted),
            speed: speed.unwrap_or_else(|| words.no_limit.to_owned()),
            breaker,
            breaker_until,
            brake: BrakeView::of(words, status),
            amounts: lane.amounts.iter().map(|amount| AmountLine::of(lang, amount)).collect(),
        }
    }
}

/// Classes of which there is any.
fn counted(lang: Lang, by_class: [u64; 4]) -> Vec<Counted> {
    let there = CLASSES.into_iter().filter(|class| by_class[*class as usize] > 0);
    there
        .map(|class| Counted { label: class_title(lang, class), number: count(by_class[class as usize]) })
        .collect()
}

impl BrakeView {
    fn of(words: &OverviewWords, status: &LaneStatus) -> Self {
        let brake = &status.brake;
        let (chip, at) = match (brake.engaged_at, brake.trusted_until) {
            (Some(since), _) => (Chip::new(Tone::Bad, words.brake_engaged), Some(since)),
            (None, Some(until)) => (Chip::new(Tone::Warn, words.brake_trusted), Some(until)),
            (None, None) => (Chip::new(Tone::Plain, words.brake_free), None),
        };
        let dead = format!("{} / {}", brake.dead, brake.seen);
        Self {
            chip,
            at: at.map(Moment),
            is_engaged: brake.engaged_at.is_some(),
            how: fill(words.brake_how, &dead),
        }
    }
}

impl AmountLine {
    fn of(lang: Lang, amount: &AmountStatus) -> Self {
        let (words, today, allowed) = (lang.overview_words(), &amount.today, &amount.allowed);
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (taken, limit) = (number(today.taken_in_all()), allowed.per_app.map(number));
        let is_over = today.used_up_at.is_some() || today.left == Some(0);
        let waits: Vec<Class> =
            CLASSES.into_iter().rev().filter(|class| today.kept[*class as usize] > 0).collect();
        let mut how: Vec<String> = Vec::new();
        how.extend(allowed.is_own.then(|| words.own_limit.to_owned()));
        how.extend(allowed.at_least.map(|least| fill(words.at_least_limit, &count(least))));
        how.extend(allowed.per_device.map(|share| fill(words.a_phone, &count(share.into()))));
        Self {
            title: lang.pick(amount.en, amount.zh),
            taken: grouped(taken),
            by_class: counted(lang, today.taken),
            limit: limit.map(grouped).unwrap_or_default(),
            limit_how: how.join(" · "),
            left: today.left.map(count).unwrap_or_default(),
            used: limit.and_then(|limit| rate(taken, limit)).unwrap_or_default(),
            kind: match () {
                () if is_over => "bad",
                () if !today.put_off.is_empty() => "warn",
                () => "plain",
            },
            bar: if is_over { Bar::of(1, 1) } else { Bar::of(taken, limit.unwrap_or(0).max(taken).max(1)) },
            marks: waits
                .iter()
                .filter_map(|class| per_mille(number(today.kept[*class as usize]), limit?))
                .map(|kept| 1000 - kept)
                .collect(),
            waits_below: waits
                .iter()
                .map(|class| Counted {
                    label: class_title(lang, *class),
                    number: count(today.kept[*class as usize]),
                })
                .collect(),
            waits_now: today
                .put_off
                .iter()
                .map(|class| class_title(lang, *class))
                .collect::<Vec<_>>()
                .join(lang.pick(", ", "、")),
            used_up_at: today.used_up_at.map(Moment),
            lasts_until: today.lasts_until.map(Moment),
            resets_at: Moment(today.resets_at),
        }
    }
}
