//! `DELETE /v1/apps/{app}/keys/{key}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::AppId;

use crate::{api::keys::view, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// Revoke an API key of an App
///
/// From the answer on it is refused.
#[utoipa::path(delete, path = "/v1/apps/{app}/keys/{key}", operation_id = "revoke_key_of_app", tag = "Apps",
    params(
        ("app" = u32, Path, description = "The App's number"),
        ("key" = String, Path, description = "The key's public id"),
    ),
    responses((status = 204, description = "Revoked.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((app, id)): Path<(AppId, String)>,
) -> Result<StatusCode, Problem> {
    view::revoke(&shared, app, &id, &caller.key.hash).await
}
