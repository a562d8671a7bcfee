//! `POST /v1/webhooks`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::Fault;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{WebhookToPut, WebhookView};
use crate::{intake, key::Caller, problem::Problem, shared::Shared, webhooks};

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
    let (webhook, secret) = webhooks::make(&shared, caller.app(), new.into()).await.map_err(Fault::from)?;
    caller.made.tell(format!("webhook {}", webhook.id));
    Ok((StatusCode::CREATED, Json(MadeWebhook { webhook: WebhookView::from(&webhook), secret })))
}
