//! `GET /v1/webhooks`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::WebhookView;
use crate::{key::Caller, problem::Problem};

/// The App's webhooks.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Webhooks {
    /// By number.
    webhooks: Vec<WebhookView>,
}

/// List webhooks
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "Webhooks",
    responses((status = 200, description = "By number.", body = Webhooks)))]
pub(in crate::api) async fn handler(caller: Caller) -> Result<Json<Webhooks>, Problem> {
    Ok(Json(Webhooks { webhooks: caller.view()?.webhooks.iter().map(Into::into).collect() }))
}
