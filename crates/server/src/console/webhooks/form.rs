//! The form of a webhook: what was typed, and what is wrong with it. Pure.

use gateway::AddressFault;
use model::{EventKind, Webhook};

use crate::{
    console::words::SetupWords,
    webhooks::{WebhookFault, WebhookWish},
};

/// Every kind of event, in the order of the form.
const KINDS: [EventKind; 6] = [
    EventKind::BeforeSend,
    EventKind::Message,
    EventKind::Recall,
    EventKind::Session,
    EventKind::Delivery,
    EventKind::Token,
];

/// What was typed.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// Which webhook; empty for a new one.
    pub(super) id: String,
    pub(super) url: String,
    pub(super) events: Vec<EventKind>,
}

/// A kind of event to choose.
pub(super) struct EventChoice {
    pub(super) word: &'static str,
    pub(super) title: &'static str,
    pub(super) how: &'static str,
    pub(super) chosen: bool,
}

/// What is wrong with a field; empty where nothing is.
#[derive(Default)]
pub(super) struct Faults {
    pub(super) url: &'static str,
    pub(super) events: &'static str,
}

impl Typed {
    pub(super) fn of(fields: &[(String, String)]) -> Self {
        let one = |name: &str| {
            let found = fields.iter().find(|(field, _)| field == name);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let ticked =
            |kind: &EventKind| fields.iter().any(|(name, value)| name == "event" && value == word(*kind));
        Self { id: one("id"), url: one("url"), events: KINDS.into_iter().filter(ticked).collect() }
    }

    pub(super) fn wish(&self, disabled: bool) -> WebhookWish {
        WebhookWish { url: self.url.clone(), events: self.events.clone(), disabled }
    }
}

impl From<&Webhook> for Typed {
    fn from(webhook: &Webhook) -> Self {
        Self { id: webhook.id.to_string(), url: webhook.url.clone(), events: webhook.events.clone() }
    }
}

impl Faults {
    pub(super) fn of(words: &SetupWords, faults: &[WebhookFault]) -> Self {
        let mut at_fields = Self::default();
        for fault in faults {
            match fault {
                WebhookFault::Address(fault) => at_fields.url = address(words, *fault),
                WebhookFault::NoEvent => at_fields.events = words.event_fault,
                WebhookFault::TooMany | WebhookFault::Other(_) => {}
            }
        }
        at_fields
    }
}

const fn address(words: &SetupWords, fault: AddressFault) -> &'static str {
    match fault {
        AddressFault::NotAnAddress => words.url_not_an_address,
        AddressFault::HasUser => words.url_has_user,
        AddressFault::NotSecure => words.url_not_secure,
        AddressFault::Inside => words.url_inside,
    }
}

pub(super) fn event_choices(words: &SetupWords, chosen: &[EventKind]) -> Vec<EventChoice> {
    let choice = |kind: EventKind| EventChoice {
        word: word(kind),
        title: event_title(words, kind),
        how: event_how(words, kind),
        chosen: chosen.contains(&kind),
    };
    KINDS.into_iter().map(choice).collect()
}

const fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::BeforeSend => "before_send",
        EventKind::Message => "message",
        EventKind::Recall => "recall",
        EventKind::Session => "session",
        EventKind::Delivery => "delivery",
        EventKind::Token => "token",
    }
}

pub(super) const fn event_title(words: &SetupWords, kind: EventKind) -> &'static str {
    match kind {
        EventKind::BeforeSend => words.event_before_send,
        EventKind::Message => words.event_message,
        EventKind::Recall => words.event_recall,
        EventKind::Session => words.event_session,
        EventKind::Delivery => words.event_delivery,
        EventKind::Token => words.event_token,
    }
}

const fn event_how(words: &SetupWords, kind: EventKind) -> &'static str {
    match kind {
        EventKind::BeforeSend => words.event_before_send_how,
        EventKind::Message => words.event_message_how,
        EventKind::Recall => words.event_recall_how,
        EventKind::Session => words.event_session_how,
        EventKind::Delivery => words.event_delivery_how,
        EventKind::Token => words.event_token_how,
    }
}
