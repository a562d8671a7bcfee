//! Webhooks of an App: made, changed and taken away by API and console alike.

use gateway::{AddressFault, Gateway};
use model::{AppId, ErrorCode, EventKind, Fault, Secret, WEBHOOKS_MAX, Webhook, WebhookId};
use store::{Op, Outcome};

use crate::{key::random_text, shared::Shared};

/// What a webhook is to be.
#[derive(Debug, Clone)]
pub(crate) struct WebhookWish {
    pub(crate) url: String,
    pub(crate) events: Vec<EventKind>,
    pub(crate) disabled: bool,
}

/// Why a webhook is not saved.
#[derive(Debug)]
pub(crate) enum WebhookFault {
    Address(AddressFault),
    NoEvent,
    TooMany,
    Other(Fault),
}

impl From<WebhookFault> for Fault {
    fn from(fault: WebhookFault) -> Self {
        let invalid = |detail: String| Self::new(ErrorCode::Invalid, detail);
        match fault {
            WebhookFault::Address(fault) => invalid(format!("url {fault}")),
            WebhookFault::NoEvent => invalid("events must name at least one kind".to_owned()),
            WebhookFault::TooMany => invalid("an App has at most 16 webhooks".to_owned()),
            WebhookFault::Other(fault) => fault,
        }
    }
}

impl WebhookWish {
    /// What is wrong with it, the address first.
    pub(crate) fn faults(&self, gateway: &Gateway) -> Vec<WebhookFault> {
        let address = gateway.check_webhook_address(&self.url).err().map(WebhookFault::Address);
        address.into_iter().chain(self.events.is_empty().then_some(WebhookFault::NoEvent)).collect()
    }

    fn put_into(self, webhook: &mut Webhook) {
        (webhook.url, webhook.events, webhook.disabled) = (self.url, self.events, self.disabled);
        webhook.events.sort_unstable();
        webhook.events.dedup();
    }
}

fn first(faults: Vec<WebhookFault>) -> Result<(), WebhookFault> {
    faults.into_iter().next().map_or(Ok(()), Err)
}

/// Makes a webhook; its secret is handed out this once.
pub(crate) async fn make(
    shared: &Shared,
    app: AppId,
    wish: WebhookWish,
) -> Result<(Webhook, String), WebhookFault> {
    first(wish.faults(&shared.gateway))?;
    let secret = random_text();
    let mut webhook = Webhook {
        id: WebhookId(0),
        app,
        url: String::new(),
        secret: Secret::new(secret.clone()),
        events: Vec::new(),
        disabled: false,
        created_at: shared.now(),
    };
    wish.put_into(&mut webhook);
    let refused = |error| WebhookFault::Other(im::fault_of(&error));
    let _saving = shared.saving_catalogue.lock().await;
    if shared.store().webhooks(app).await.map_err(refused)?.len() >= WEBHOOKS_MAX {
        return Err(WebhookFault::TooMany);
    }
    let outcome = shared.store().commit(vec![Op::PutWebhook(webhook.clone())]).await.map_err(refused)?.pop();
    let Some(Outcome::Webhook(id)) = outcome else {
        return Err(WebhookFault::Other(ErrorCode::Internal.into()));
    };
    shared.im.catalogue().forget(app);
    webhook.id = id;
    Ok((webhook, secret))
}

/// Changes a webhook; its secret stays.
pub(crate) async fn change(
    shared: &Shared,
    mut webhook: Webhook,
    wish: WebhookWish,
) -> Result<Webhook, WebhookFault> {
    first(wish.faults(&shared.gateway))?;
    wish.put_into(&mut webhook);
    let committed = shared.store().commit(vec![Op::PutWebhook(webhook.clone())]).await;
    if committed.map_err(|error| WebhookFault::Other(im::fault_of(&error)))? == [Outcome::Missing] {
        return Err(WebhookFault::Other(ErrorCode::NotFound.into()));
    }
    shared.im.catalogue().forget(webhook.app);
    Ok(webhook)
}

/// Takes a webhook away, and what waits to be told to it.
pub(crate) async fn remove(shared: &Shared, app: AppId, id: WebhookId) -> Result<(), Fault> {
    let op = Op::DeleteWebhook { app, id };
    shared.store().commit(vec![op]).await.map_err(|error| im::fault_of(&error))?;
    shared.im.catalogue().forget(app);
    Ok(())
}
