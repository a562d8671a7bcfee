//! Dead letters as the page draws them. Pure.

use im::AppView;
use model::{Class, DeliveryId, Timestamp, Vendor};
use serde::Deserialize;
use store::DeadLetter;

use crate::{
    console::{
        chrome::{Moment, percent_encoded},
        list::{Choice, Question},
        told::vendor_title,
        words::{Lang, Words},
    },
    dead_letters::{Sought, last_try},
    explain::{explained, explained_attempt, tail},
};

/// The filter as a browser sends it: a field that was left alone is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) vendor: String,
    pub(super) reason: String,
    pub(super) class: String,
    pub(super) code: String,
    pub(super) before: String,
}

impl Asked {
    pub(super) fn sought(&self) -> Sought {
        let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Sought {
            vendor: self.vendor.parse().ok(),
            reason: filled(&self.reason),
            class: self.class.parse().ok(),
            code: filled(&self.code),
            before: self.before.parse().ok(),
            ..Sought::default()
        }
    }

    /// What the list is asked for, without the place where the page begins.
    pub(super) fn question(&self) -> Question {
        let fields = [
            ("vendor", self.vendor.as_str()),
            ("reason", &self.reason),
            ("class", &self.class),
            ("code", &self.code),
        ];
        Question::of("/console/dead-letters", &fields)
    }
}

/// The vendors of the App's certificates.
pub(in crate::console) fn vendors(lang: Lang, view: &AppView, chosen: &str) -> Vec<Choice> {
    let has = |vendor: &Vendor| view.certificates.iter().any(|certificate| certificate.vendor == *vendor);
    let choice = |vendor: Vendor| Choice::new(vendor.name(), vendor_title(lang, Some(vendor)), chosen);
    Vendor::ALL.into_iter().filter(has).map(choice).collect()
}

/// Every reason that a dead letter ends with.
pub(super) fn reasons(lang: Lang, chosen: &str) -> Vec<Choice> {
    let known = rules::mendable_reasons().iter().filter_map(|code| rules::reason(*code));
    known.map(|reason| Choice::new(reason.name, lang.pick(reason.en, reason.zh), chosen)).collect()
}

pub(in crate::console) fn classes(lang: Lang, chosen: &str) -> Vec<Choice> {
    let all = [Class::Chat, Class::Call, Class::System, Class::Marketing];
    all.into_iter()
        .map(|class| Choice::new(class.as_str(), class_title(lang.words(), class), chosen))
        .collect()
}

pub(in crate::console) const fn class_title(words: &Words, class: Class) -> &'static str {
    match class {
        Class::Chat => words.class_chat,
        Class::Call => words.class_call,
        Class::System => words.class_system,
        Class::Marketing => words.class_marketing,
    }
}

/// How long what goes back lives: as its message does, or from now on.
pub(super) fn lifetimes(lang: Lang) -> Vec<Choice> {
    let words = lang.words();
    let from_now = [
        ("", words.lifetime_own),
        ("3600000", words.lifetime_hour),
        ("86400000", words.lifetime_day),
        ("604800000", words.lifetime_week),
    ];
    from_now.into_iter().map(|(value, text)| Choice::new(value, text, "")).collect()
}

/// What a requeue came to.
pub(super) struct Told {
    pub(super) requeued: u32,
    pub(super) kept: u32,
    pub(super) changed: u32,
}

impl Told {
    /// Numbers out of an address, which anybody may have written.
    pub(super) fn of(requeued: Option<&str>, kept: Option<&str>, changed: Option<&str>) -> Option<Self> {
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok());
        Some(Self {
            requeued: number(requeued)?,
            kept: number(kept).unwrap_or(0),
            changed: number(changed).unwrap_or(0),
        })
    }
}

/// A dead letter.
pub(super) struct Line {
    pub(super) id: DeliveryId,
    pub(super) ended_at: Moment,
    pub(super) whom: String,
    pub(super) vendor: String,
    pub(super) certificate: String,
    pub(super) class: &'static str,
    pub(super) reason: String,
    pub(super) hint: String,
    /// The vendor's own code, and what it means.
    pub(super) code: String,
    pub(super) meaning: String,
    pub(super) explain: String,
    /// Its message's lifetime is over, so that it needs a new one.
    pub(super) is_over: bool,
}

impl Line {
    pub(super) fn of(lang: Lang, view: &AppView, letter: &DeadLetter, now: Timestamp) -> Self {
        let delivery = &letter.delivery;
        let certificate = delivery.certificate.and_then(|id| view.certificate(id));
        let vendor = certificate.map(|certificate| certificate.vendor);
        let reason = explained(delivery.reason);
        let tried = last_try(&delivery.attempts).map(|attempt| explained_attempt(attempt, vendor));
        let said = tried.as_ref().map(|tried| {
            let both = [&tried.meaning, &tried.todo].into_iter().flatten();
            let clauses: Vec<&str> = both.map(|words| lang.pick(&words.en, &words.zh)).collect();
            (tried.code.clone(), lang.join(&clauses))
        });
        let (code, meaning) = said.unwrap_or_default();
        let user = delivery.user.as_ref().map(ToString::to_string);
        let asked = user.as_deref().map(|user| format!("&user={}", percent_encoded(user)));
        Self {
            id: delivery.id,
            ended_at: Moment(delivery.finished_at.unwrap_or(delivery.decided_at)),
            whom: user.unwrap_or_else(|| tail(&delivery.token)),
            vendor: vendor_title(lang, vendor),
            certificate: certificate.map(|certificate| certificate.name.to_string()).unwrap_or_default(),
            class: class_title(lang.words(), letter.class),
            reason: lang.pick(&reason.words.en, &reason.words.zh).to_owned(),
            hint: lang.pick(&reason.hint_en, &reason.hint_zh).to_owned(),
            code,
            meaning,
            explain: format!("/console/explain?message={}{}", delivery.message, asked.unwrap_or_default()),
            is_over: delivery.expires_at <= now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_was_left_alone_asks_for_nothing() {
        let sought = Asked { vendor: "nobody".to_owned(), ..Asked::default() }.sought();
        assert_eq!((sought.vendor, sought.reason, sought.class, sought.code), (None, None, None, None));
    }
}
