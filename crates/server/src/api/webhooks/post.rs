//! `POST /v1/webhooks`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{ErrorCode, Secret, WEBHOOKS_MAX, Webhook, WebhookId};
use serde::Serialize;
use store::{Op, Outcome};
use utoipa::ToSchema;

use super::view::{WebhookToPut, WebhookView};
use crate::{
    intake,
    key::{Caller, random_text},
    problem::Problem,
    shared::Shared,
};

/// A new webhook with what is shown only once.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct MadeWebhook {
    /// The webhook.
    webhook: WebhookView,
    /// Signs what is told: `Posthouse-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. Shown only here.
    secret: String,
}

/// Make a webhook
///
/// An App has at most 16. What is told is signed and repeated until it is answered with 2xx, for at most a day; the
/// header `Posthouse-Event-Id` tells a repeat.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "Webhooks",
    request_body = WebhookToPut,
    responses((status = 201, description = "Made.", body = MadeWebhook)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<WebhookToPut>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    let app = caller.app();
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
    new.put_into(&mut webhook, &shared.gateway)?;
    let _saving = shared.saving_catalogue.lock().await;
    if shared.store().webhooks(app).await?.len() >= WEBHOOKS_MAX {
        return Err(Problem::new(ErrorCode::Invalid, "an App has at most 16 webhooks"));
    }
    let outcome = shared.store().commit(vec![Op::PutWebhook(webhook.clone())]).await?.pop();
    let Some(Outcome::Webhook(id)) = outcome else { return Err(ErrorCode::Internal.into()) };
    shared.im.catalogue().forget(app);
    caller.made.tell(format!("webhook {id}"));
    webhook.id = id;
    Ok((StatusCode::CREATED, Json(MadeWebhook { webhook: WebhookView::from(&webhook), secret })))
}
