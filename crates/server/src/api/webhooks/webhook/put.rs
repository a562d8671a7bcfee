//! `PUT /v1/webhooks/{webhook}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Fault, WebhookId};

use crate::{
    api::webhooks::view::{WebhookToPut, WebhookView, find},
    intake::{self, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
    webhooks,
};

/// Change a webhook
///
/// All of it at once; its secret stays.
#[utoipa::path(put, path = "/v1/webhooks/{webhook}", operation_id = "put_webhook", tag = "Webhooks",
    params(("webhook" = u32, Path, description = "The webhook's number")), request_body = WebhookToPut,
    responses((status = 200, description = "Changed, effective at once.", body = WebhookView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<WebhookId>,
    intake::Json(new): intake::Json<WebhookToPut>,
) -> Result<Json<WebhookView>, Problem> {
    let webhook = find(&caller, id)?.clone();
    let changed = webhooks::change(&shared, webhook, new.into()).await.map_err(Fault::from)?;
    Ok(Json(WebhookView::from(&changed)))
}
