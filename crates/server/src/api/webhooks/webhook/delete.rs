//! `DELETE /v1/webhooks/{webhook}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::WebhookId;

use crate::{
    api::webhooks::view::find, intake::Path, key::Caller, problem::Problem, shared::Shared, webhooks,
};

/// Take a webhook away
///
/// What waits to be told to it goes with it.
#[utoipa::path(delete, path = "/v1/webhooks/{webhook}", operation_id = "delete_webhook", tag = "Webhooks",
    params(("webhook" = u32, Path, description = "The webhook's number")),
    responses((status = 204, description = "Gone.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<WebhookId>,
) -> Result<StatusCode, Problem> {
    find(&caller, id)?;
    webhooks::remove(&shared, caller.app(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
