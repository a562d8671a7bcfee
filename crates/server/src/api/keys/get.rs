//! `GET /v1/keys`

use std::sync::Arc;

use axum::{Json, extract::State};

use super::view::{self, Keys};
use crate::{key::Caller, problem::Problem, shared::Shared};

/// List the App's API keys
///
/// The keys themselves are not kept and cannot be shown.
#[utoipa::path(get, path = "/v1/keys", operation_id = "list_keys", tag = "Keys",
    responses((status = 200, description = "The oldest first.", body = Keys)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Json<Keys>, Problem> {
    view::list(&shared, caller.app()).await
}
