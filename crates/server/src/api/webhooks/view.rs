//! What the API shows of a webhook, and what it takes.

use model::{EventKind, Timestamp, Webhook, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{api::schema, intake::Intake, key::Caller, problem::Problem, webhooks::WebhookWish};

/// Where the App's backend is told. Its secret is shown only when it is made.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(in crate::api) struct WebhookView {
    /// Its number.
    #[schema(value_type = u32)]
    id: WebhookId,
    /// Where it is told.
    url: String,
    /// Of what it is told.
    #[schema(value_type = Vec<schema::EventKind>)]
    events: Vec<EventKind>,
    /// Switched off.
    disabled: bool,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
}

impl From<&Webhook> for WebhookView {
    fn from(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id,
            url: webhook.url.clone(),
            events: webhook.events.clone(),
            disabled: webhook.disabled,
            created_at: webhook.created_at,
        }
    }
}

/// A webhook to make, or all of one to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct WebhookToPut {
    /// Where it is told: https, at most 2048 bytes, and not inside this server's network unless the operator allows it
    /// in the configuration.
    #[schema(example = "https://backend.example.com/posthouse")]
    url: String,
    /// Of what it is told, at least of one kind.
    #[schema(value_type = Vec<schema::EventKind>)]
    events: Vec<EventKind>,
    /// Switched off.
    #[serde(default)]
    #[schema(required = false)]
    disabled: bool,
}

impl Intake for WebhookToPut {}

impl From<WebhookToPut> for WebhookWish {
    fn from(new: WebhookToPut) -> Self {
        Self { url: new.url, events: new.events, disabled: new.disabled }
    }
}

/// One of the App's webhooks.
pub(super) fn find(caller: &Caller, id: WebhookId) -> Result<&Webhook, Problem> {
    let found = caller.view()?.webhooks.iter().find(|webhook| webhook.id == id);
    found.ok_or_else(|| Problem::not_found("the App has no such webhook"))
}
