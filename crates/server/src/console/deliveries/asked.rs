//! What the list is asked for. Pure.

use im::AppView;
use model::{CertificateId, DeliveryState, ReasonCode, Timestamp, UserId, Vendor};
use serde::Deserialize;
use store::DeliveryWalk;

use crate::console::{
    list::{Choice, Question, moment},
    words::{DeliveryWords, Lang},
};

/// Every state, in the order in which a push comes to them.
pub(super) const STATES: [DeliveryState; 5] = [
    DeliveryState::Queued,
    DeliveryState::Accepted,
    DeliveryState::Skipped,
    DeliveryState::Rejected,
    DeliveryState::Dropped,
];

/// The filter as a browser sends it: a field that was left alone is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    pub(super) state: String,
    pub(super) vendor: String,
    pub(super) certificate: String,
    pub(super) class: String,
    pub(super) reason: String,
    pub(super) user: String,
    /// A moment in UTC, such as `2026-11-22T21:36`.
    pub(super) from: String,
    pub(super) to: String,
    pub(super) before: String,
    /// Of an export.
    pub(super) format: String,
}

/// What is wrong with a field; empty where nothing is.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) user: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
}

impl Faults {
    pub(super) const fn is_empty(&self) -> bool {
        self.user.is_empty() && self.from.is_empty() && self.to.is_empty()
    }
}

impl Asked {
    pub(super) fn question(&self) -> Question {
        let fields = [
            ("state", self.state.as_str()),
            ("vendor", &self.vendor),
            ("certificate", &self.certificate),
            ("class", &self.class),
            ("reason", &self.reason),
            ("user", &self.user),
            ("from", &self.from),
            ("to", &self.to),
        ];
        Question::of("/console/deliveries", &fields)
    }

    pub(super) fn faults(&self, words: &DeliveryWords) -> Faults {
        let is_moment = |text: &str| text.trim().is_empty() || moment(text.trim()).is_some();
        let is_user = self.user.trim().is_empty() || UserId::new(self.user.trim()).is_ok();
        let (from, to) = (self.moment_of(&self.from), self.moment_of(&self.to));
        let is_backwards = from.zip(to).is_some_and(|(from, to)| from >= to);
        let at_to = if is_moment(&self.to) { "" } else { words.moment_fault };
        Faults {
            user: if is_user { "" } else { words.user_fault },
            from: if is_moment(&self.from) { "" } else { words.moment_fault },
            to: if is_backwards { words.span_fault } else { at_to },
        }
    }

    fn moment_of(&self, text: &str) -> Option<Timestamp> {
        moment(text.trim())
    }

    /// What the store is asked. A vendor is all its certificates of the App.
    pub(super) fn walk(&self, view: &AppView) -> DeliveryWalk {
        let vendor: Option<Vendor> = self.vendor.parse().ok();
        let certificate: Option<CertificateId> = self.certificate.parse().ok();
        let of_vendor = vendor.map(|vendor| {
            let own = view.certificates.iter().filter(|found| found.vendor == vendor);
            own.map(|found| found.id).collect::<Vec<_>>()
        });
        let certificates = match (of_vendor, certificate) {
            (Some(own), Some(id)) => Some(own.into_iter().filter(|other| *other == id).collect()),
            (own, id) => id.map(|id| vec![id]).or(own),
        };
        DeliveryWalk {
            user: UserId::new(self.user.trim()).ok(),
            state: STATES.into_iter().find(|state| state.as_str() == self.state),
            certificates,
            class: self.class.parse().ok(),
            reason: reason_of(&self.reason),
            from: self.moment_of(&self.from),
            to: self.moment_of(&self.to),
            before: self.before.parse().ok(),
            look_at: 0,
        }
    }

    pub(super) fn states(&self, lang: Lang) -> Vec<Choice> {
        let words = lang.delivery_words();
        STATES.into_iter().map(|state| Choice::new(state.as_str(), words.state(state), &self.state)).collect()
    }

    pub(super) fn certificates(&self, view: &AppView) -> Vec<Choice> {
        let choice = |id: CertificateId, name: &str| {
            Choice::new(&id.to_string(), format!("{id} · {name}"), self.certificate.trim())
        };
        view.certificates.iter().map(|found| choice(found.id, &found.name.to_string())).collect()
    }

    /// Every reason that a delivery may have, by its stable word.
    pub(super) fn reasons(&self, lang: Lang) -> Vec<Choice> {
        let line = |reason: &rules::Reason| {
            let text = format!("{} · {}", reason.name, lang.pick(reason.en, reason.zh));
            Choice::new(reason.name, text, &self.reason)
        };
        rules::reasons().iter().map(line).collect()
    }
}

fn reason_of(word: &str) -> Option<ReasonCode> {
    rules::reasons().iter().find(|reason| reason.name == word).map(|reason| reason.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_is_none_and_a_span_that_ends_before_it_begins_are_told_at_their_field() {
        let words = Lang::En.delivery_words();
        let asked =
            |from: &str, to: &str| Asked { from: from.to_owned(), to: to.to_owned(), ..Asked::default() };
        assert!(asked("", "").faults(words).is_empty());
        assert!(asked("2026-11-22T10:00", "2026-11-22T10:01").faults(words).is_empty());
        assert_eq!(asked("yesterday", "").faults(words).from, words.moment_fault);
        assert_eq!(asked("2026-11-22", "2026-11-22").faults(words).to, words.span_fault);
        let long = Asked { user: "x".repeat(65), ..Asked::default() };
        assert_eq!(long.faults(words).user, words.user_fault);
    }
}
