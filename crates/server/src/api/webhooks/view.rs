//! What the API shows of a webhook, and what it takes.

use model::{ErrorCode, EventKind, Timestamp, Webhook, WebhookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::schema,
    intake::Intake,
    key::Caller,
    problem::Problem,
};

/// Longest address of a webhook, in bytes.
const URL_MAX_BYTES: usize = 1024;

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
    /// Where it is told, at most 1024 bytes. An address inside (loopback, private, link-local) is told nothing unless
    /// the operator allows it in the configuration.
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

impl WebhookToPut {
    /// Puts what was sent into a webhook.
    pub(super) fn put_into(self, webhook: &mut Webhook) -> Result<(), Problem> {
        let Self { url, mut events, disabled } = self;
        check_url(&url)?;
        events.sort_unstable();
        events.dedup();
        if events.is_empty() {
            return Err(Problem::new(ErrorCode::Invalid, "events must name at least one kind"));
        }
        (webhook.url, webhook.events, webhook.disabled) = (url, events, disabled);
        Ok(())
    }
}

/// Whether this is an address that could be told anything; whether it may be reached, the gateway looks when it tells.
fn check_url(url: &str) -> Result<(), Problem> {
    let wrong = |detail| Err(Problem::new(ErrorCode::Invalid, detail));
    if url.len() > URL_MAX_BYTES || url.chars().any(|char| char.is_control() || char.is_whitespace()) {
        return wrong("url must be at most 1024 bytes without blanks");
    }
    let Ok(uri) = url.parse::<http::Uri>() else { return wrong("url is no address") };
    let has_host = uri.host().is_some_and(|host| !host.is_empty());
    if !has_host || !matches!(uri.scheme_str(), Some("http" | "https")) {
        return wrong("url must begin with https:// or http:// and name a host");
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return wrong("url must not hold a user or password; what is told is signed");
    }
    Ok(())
}

/// One of the App's webhooks.
pub(super) fn find<'a>(caller: &'a Caller, id: WebhookId) -> Result<&'a Webhook, Problem> {
    let found = caller.view()?.webhooks.iter().find(|webhook| webhook.id == id);
    found.ok_or_else(|| Problem::not_found("the App has no such webhook"))
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_password() {
        for good in ["https://a.example/x?y=1", "http://10.0.0.1:8080/", "https://[::1]/"] {
            assert!(check_url(good).is_ok(), "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(1024));
        for bad in ["", "a", "/a", "ftp://a", "https://", "https://u:p@a.example", "https://a b", &long] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
