//! The road that a message took to one target, stop by stop: accepted, decided, its lane, the vendor, the phone. Pure.

use model::Timestamp;

use super::{
    chrome::{Moment, Tone},
    told::{told_receipt, vendor_title},
    words::Lang,
};
use crate::explain::{ExplainedTarget, TargetState};

/// The road to one target.
pub(super) struct Road {
    pub(super) stops: Vec<Stop>,
}

/// A stop on the road.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) pass: Pass,
    pub(super) tone: Tone,
    pub(super) at: Option<Moment>,
    /// How long it took from the stop before; empty where one of the two has no time.
    pub(super) took: String,
    pub(super) note: String,
}

/// How a message passed a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// It went through.
    Through,
    /// It came to its end here.
    Ended,
    /// It is here.
    Here,
    /// It did not get so far.
    Ahead,
    /// It went around.
    Around,
}

impl Pass {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Through => "through",
            Self::Ended => "ended",
            Self::Here => "here",
            Self::Ahead => "ahead",
            Self::Around => "around",
        }
    }
}

impl Stop {
    const fn new(name: &'static str, label: String) -> Self {
        let (pass, tone) = (Pass::Ahead, Tone::Plain);
        Self { name, label, pass, tone, at: None, took: String::new(), note: String::new() }
    }

    fn passed(&mut self, at: Option<Timestamp>) {
        (self.pass, self.tone, self.at) = (Pass::Through, Tone::Ok, at.map(Moment));
    }

    fn stands(&mut self, pass: Pass, tone: Tone, note: impl Into<String>) {
        (self.pass, self.tone, self.note) = (pass, tone, note.into());
    }
}

impl Road {
    /// The road of a message that was accepted at `sent_at`.
    pub(super) fn of(lang: Lang, sent_at: Timestamp, target: &ExplainedTarget) -> Self {
        let words = lang.lab_words();
        let vendor = target.certificate.as_ref().and_then(|found| found.vendor);
        let labels = [
            ("accepted", words.stop_accepted.to_owned()),
            ("decided", words.stop_decided.to_owned()),
            ("lane", words.stop_lane.to_owned()),
            ("vendor", vendor.map_or_else(|| words.stop_vendor.to_owned(), |_| vendor_title(lang, vendor))),
            ("handset", words.stop_handset.to_owned()),
        ];
        let mut stops = labels.map(|(name, label)| Stop::new(name, label));
        drive(lang, sent_at, target, &mut stops);
        measure(lang, &mut stops);
        Self { stops: stops.into() }
    }
}

impl Road {
    /// What is said of the last stop of which something is said.
    pub(super) fn note(&self) -> String {
        let told = self.stops.iter().rev().find(|stop| stop.pass != Pass::Ahead && !stop.note.is_empty());
        told.map(|stop| stop.note.clone()).unwrap_or_default()
    }
}

fn drive(
    lang: Lang,
    sent_at: Timestamp,
    target: &ExplainedTarget,
    [accepted, decided, lane, vendor, handset]: &mut [Stop; 5],
) {
    let words = lang.lab_words();
    let reason = || lang.pick(&target.reason.words.en, &target.reason.words.zh).to_owned();
    accepted.passed(Some(sent_at));
    match target.state {
        TargetState::Delivered => {
            for stop in [decided, lane, vendor] {
                stop.stands(Pass::Around, Tone::Plain, "");
            }
            handset.stands(Pass::Through, Tone::Ok, words.over_the_connection);
            return;
        }
        TargetState::Later => {
            for stop in [decided, lane, vendor] {
                stop.stands(Pass::Around, Tone::Plain, "");
            }
            return handset.stands(Pass::Here, Tone::Info, words.by_sync);
        }
        TargetState::Deciding => return decided.stands(Pass::Here, Tone::Info, words.waits_for_answer),
        TargetState::Skipped => {
            decided.stands(Pass::Ended, Tone::Warn, reason());
            decided.at = target.decided_at.map(Moment);
            if target.acked {
                handset.stands(Pass::Through, Tone::Ok, words.over_the_connection);
            }
            return;
        }
        TargetState::WouldPush | TargetState::WouldSkip | TargetState::WouldWait => return,
        TargetState::Queued | TargetState::Accepted | TargetState::Rejected | TargetState::Dropped => {}
    }
    decided.passed(target.decided_at);
    let (first, last) = (target.attempts.first(), target.attempts.last());
    if let Some(first) = first {
        lane.passed(Some(first.at.plus_ms(-i64::from(first.took_ms))));
    }
    if let Some(last) = last {
        vendor.passed(Some(last.at));
        // What a vendor says of a push that it took tells nothing more.
        if target.state != TargetState::Accepted {
            vendor.note = last.code.clone();
        }
    }
    match target.state {
        TargetState::Accepted => arrived(lang, target, handset),
        TargetState::Queued if last.is_some() => {
            let said = last.map(|last| last.code.clone()).filter(|code| !code.is_empty());
            vendor.stands(Pass::Here, Tone::Warn, said.unwrap_or_else(|| words.no_answer.to_owned()));
        }
        TargetState::Queued => lane.stands(Pass::Here, Tone::Info, words.waits_its_turn),
        TargetState::Rejected | TargetState::Dropped if last.is_some() => {
            vendor.stands(Pass::Ended, Tone::Bad, last.map(|last| last.code.clone()).unwrap_or_default());
        }
        _ => lane.stands(Pass::Ended, Tone::Bad, reason()),
    }
}

/// What is known of a push that the vendor took.
fn arrived(lang: Lang, target: &ExplainedTarget, handset: &mut Stop) {
    let words = lang.lab_words();
    let marks = target.marks;
    let first = [marks.arrived_at, marks.shown_at, marks.clicked_at].into_iter().flatten().min();
    if let Some(at) = first {
        handset.passed(Some(at));
        let note = match (marks.clicked_at, marks.shown_at) {
            (Some(_), _) => words.tapped,
            (None, Some(_)) => words.shown,
            (None, None) => words.arrived,
        };
        note.clone_into(&mut handset.note);
    } else if target.receipt_note.is_empty() {
        handset.stands(Pass::Here, Tone::Plain, words.no_receipt);
    } else {
        handset.stands(Pass::Ended, Tone::Bad, told_receipt(lang, target));
    }
}

/// Says how long it was from each stop to the next.
fn measure(lang: Lang, stops: &mut [Stop]) {
    let mut before: Option<Timestamp> = None;
    for stop in stops {
        let Some(Moment(at)) = stop.at else { continue };
        if let Some(before) = before {
            stop.took = span(lang, at.since_ms(before));
        }
        before = Some(at);
    }
}

/// A length of time as people say it.
pub(super) fn span(lang: Lang, ms: i64) -> String {
    let ms = ms.max(0);
    match ms {
        0..=9_999 => format!("{ms} ms"),
        10_000..=119_999 => format!("{} s", ms / 1000),
        120_000..=7_199_999 => format!("{} {}", ms / 60_000, lang.pick("min", "分钟")),
        _ => format!("{} {}", ms / 3_600_000, lang.pick("h", "小时")),
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use serde_json::{Value, json};

    use super::{Pass, Road, span};
    use crate::console::words::Lang;

    fn road(changes: &Value) -> Vec<(&'static str, Pass, String, String)> {
        let mut target = json!({
            "token_tail": "", "state": "accepted", "acked": false, "rules_changed": false, "rules": [],
            "reason": { "code": 1, "name": "r", "en": "Because.", "zh": "原因。", "hint_en": "", "hint_zh": "" },
            "decided_at": 1003, "attempts": [], "vendor_message_id": "", "receipt_note": "", "raced": false,
            "certificate": { "id": 7, "name": "mi", "vendor": "xiaomi" },
            "marks": { "arrived_at": null, "shown_at": null, "clicked_at": null }
        });
        for (name, value) in changes.as_object().unwrap() {
            target[name] = value.clone();
        }
        let target = serde_json::from_value(target).unwrap();
        let road = Road::of(Lang::En, Timestamp(1000), &target);
        road.stops.into_iter().map(|stop| (stop.name, stop.pass, stop.took, stop.note)).collect()
    }

    fn attempt(code: &str) -> Value {
        json!([{ "at": 1050, "took_ms": 40, "verdict": "accepted", "http_status": 200, "code": code, "text": "" }])
    }

    #[test]
    fn a_push_that_arrived_tells_how_long_each_stop_took() {
        let marks = json!({ "arrived_at": 1250, "shown_at": null, "clicked_at": null });
        let road = road(&json!({ "attempts": attempt("0"), "marks": marks }));
        let took: Vec<&str> = road.iter().map(|stop| stop.2.as_str()).collect();
        assert_eq!(took, ["", "3 ms", "7 ms", "40 ms", "200 ms"]);
        assert!(road.iter().all(|stop| stop.1 == Pass::Through), "{road:?}");
    }

    #[test]
    fn a_message_ends_where_it_ended() {
        let skipped = road(&json!({ "state": "skipped" }));
        assert_eq!((skipped[1].1, skipped[1].3.as_str()), (Pass::Ended, "Because."));
        assert_eq!((skipped[2].1, skipped[4].1), (Pass::Ahead, Pass::Ahead));
        let refused = road(&json!({ "state": "rejected", "attempts": attempt("410") }));
        assert_eq!((refused[3].1, refused[3].3.as_str()), (Pass::Ended, "410"));
        let expired = road(&json!({ "state": "dropped" }));
        assert_eq!(expired[2].1, Pass::Ended);
        let waiting = road(&json!({ "state": "queued" }));
        assert_eq!(waiting[2].1, Pass::Here);
        let retried = road(&json!({ "state": "queued", "attempts": attempt("http:503") }));
        assert_eq!((retried[3].1, retried[4].1), (Pass::Here, Pass::Ahead));
    }

    #[test]
    fn what_the_device_acknowledged_went_around_the_vendor() {
        let direct = road(&json!({ "state": "delivered", "decided_at": null, "certificate": null }));
        assert_eq!((direct[1].1, direct[3].1, direct[4].1), (Pass::Around, Pass::Around, Pass::Through));
    }

    #[test]
    fn a_vendor_that_took_it_says_nothing_of_the_phone() {
        let taken = road(&json!({ "attempts": attempt("0") }));
        assert_eq!(taken[4].1, Pass::Here);
        let dead = road(&json!({ "attempts": attempt("0"), "receipt_note": "token_dead 16" }));
        assert_eq!(dead[4].1, Pass::Ended);
    }

    #[test]
    fn a_span_has_the_unit_that_people_would_say() {
        assert_eq!(span(Lang::En, 9_999), "9999 ms");
        assert_eq!(span(Lang::En, 61_000), "61 s");
        assert_eq!(span(Lang::Zh, 300_000), "5 分钟");
        assert_eq!(span(Lang::En, -5), "0 ms");
    }
}
