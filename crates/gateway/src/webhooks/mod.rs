//! Webhooks: an App's backend is told what happened, and asked before a message is stored.
//!
//! What is to be told waits in the store's outbox. [`worker`] takes it out, each webhook's events in their order and
//! one webhook beside the other; [`render`] and [`sign`] make the request, [`schedule`] says when one that failed goes
//! again.

mod address;
mod ask;
mod line;
mod read;
mod render;
mod schedule;
mod sign;
mod worker;

use model::{EventKind, Webhook};

pub use address::AddressFault;
pub(crate) use address::check_address;
pub use ask::BeforeSend;
pub(crate) use ask::ask;
pub(crate) use line::Lines;
pub use line::WebhookAnswer;
pub use render::before_send_data;
pub(crate) use worker::run;

/// Of what at least one webhook of an App is told by the gateway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hears {
    pub(crate) delivery: bool,
    pub(crate) token: bool,
}

impl Hears {
    pub(crate) fn of(webhooks: &[Webhook]) -> Self {
        let hears = |kind| webhooks.iter().any(|webhook| webhook.hears(kind));
        Self { delivery: hears(EventKind::Delivery), token: hears(EventKind::Token) }
    }
}
