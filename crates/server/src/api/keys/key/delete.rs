//! `DELETE /v1/keys/{key}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use crate::{api::keys::view, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// Revoke an API key of the App
///
/// From the answer on it is refused.
#[utoipa::path(delete, path = "/v1/keys/{key}", operation_id = "revoke_key", tag = "Keys",
    params(("key" = String, Path, description = "The key's public id")),
    responses((status = 204, description = "Revoked.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    view::revoke(&shared, caller.app(), &id, &caller.key.hash).await
}
