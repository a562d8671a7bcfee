//! A delivery as the page draws it. Pure.

use im::AppView;
use model::{DeliveryState, Purpose};
use store::WalkedDelivery;

use crate::{
    console::{
        chrome::{Chip, Moment, Tone, percent_encoded},
        dead_letters::class_title,
        told::vendor_title,
        words::Lang,
    },
    dead_letters::last_try,
    explain::{explained, tail},
};

/// A line of the list.
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) decided_at: Moment,
    /// The user, or what else was addressed.
    pub(super) whom: String,
    /// The user's page; empty where there is no user.
    pub(super) whom_href: String,
    pub(super) vendor: String,
    pub(super) certificate: String,
    pub(super) class: &'static str,
    pub(super) state: Chip,
    /// What it is besides a notification.
    pub(super) purpose: &'static str,
    pub(super) reason: String,
    /// The vendor's code of the last try; empty where it was not tried, or took the push.
    pub(super) code: String,
    pub(super) marks: Vec<Mark>,
    pub(super) explain: String,
}

/// What became known of an accepted push.
pub(super) struct Mark {
    pub(super) text: &'static str,
    pub(super) at: Moment,
}

impl Row {
    pub(super) fn of(lang: Lang, view: &AppView, walked: &WalkedDelivery) -> Self {
        let (words, delivery) = (lang.delivery_words(), &walked.delivery);
        let certificate = delivery.certificate.and_then(|id| view.certificate(id));
        let user = delivery.user.as_ref().map(ToString::to_string);
        let asked = user.as_deref().map(|user| format!("&user={}", percent_encoded(user)));
        let reason = explained(delivery.reason);
        let is_taken = delivery.state == DeliveryState::Accepted;
        let marks = &delivery.marks;
        let marks = [
            (marks.arrived_at, words.mark_arrived),
            (marks.shown_at, words.mark_shown),
            (marks.clicked_at, words.mark_clicked),
        ];
        let device = delivery.push_id.map(|id| format!("Push ID {id}"));
        Self {
            id: delivery.id.0,
            decided_at: Moment(delivery.decided_at),
            whom_href: user.as_deref().map(super::super::users::address).unwrap_or_default(),
            whom: user.or(device).unwrap_or_else(|| format!("token {}", tail(&delivery.token))),
            vendor: certificate.map(|found| vendor_title(lang, Some(found.vendor))).unwrap_or_default(),
            certificate: certificate.map(|found| found.name.to_string()).unwrap_or_default(),
            class: class_title(lang.words(), walked.class),
            state: Chip::new(tone(delivery.state), words.state(delivery.state)),
            purpose: match delivery.purpose {
                Purpose::Notify => "",
                Purpose::Withdraw => words.purpose_withdraw,
                Purpose::Replace => words.purpose_replace,
            },
            reason: lang.pick(&reason.words.en, &reason.words.zh).to_owned(),
            code: last_try(&delivery.attempts)
                .filter(|_| !is_taken)
                .map(|tried| tried.code.clone())
                .unwrap_or_default(),
            marks: marks
                .into_iter()
                .filter_map(|(at, text)| at.map(|at| Mark { text, at: Moment(at) }))
                .collect(),
            explain: format!("/console/explain?message={}{}", delivery.message, asked.unwrap_or_default()),
        }
    }
}

const fn tone(state: DeliveryState) -> Tone {
    match state {
        DeliveryState::Queued => Tone::Info,
        DeliveryState::Skipped => Tone::Warn,
        DeliveryState::Accepted => Tone::Ok,
        DeliveryState::Rejected | DeliveryState::Dropped => Tone::Bad,
    }
}
