//! `GET /v1/webhooks/{webhook}`

use axum::Json;
use model::WebhookId;

use crate::{
    api::webhooks::view::{WebhookView, find},
    intake::Path,
    key::Caller,
    problem::Problem,
};

/// One webhook
#[utoipa::path(get, path = "/v1/webhooks/{webhook}", operation_id = "get_webhook", tag = "Webhooks",
    params(("webhook" = u32, Path, description = "The webhook's number")),
    responses((status = 200, description = "The webhook.", body = WebhookView)))]
pub(in crate::api) async fn handler(
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<Json<WebhookView>, Problem> {
    Ok(Json(find(&caller, id)?.into()))
}
