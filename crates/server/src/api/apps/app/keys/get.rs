//! `GET /v1/apps/{app}/keys`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::AppId;

use crate::{
    api::keys::view::{self, Keys},
    intake::Path,
    problem::Problem,
    shared::Shared,
};

/// List an App's API keys
#[utoipa::path(get, path = "/v1/apps/{app}/keys", operation_id = "list_keys_of_app", tag = "Apps",
    params(("app" = u32, Path, description = "The App's number")),
    responses((status = 200, description = "The oldest first.", body = Keys)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    Path(app): Path<AppId>,
) -> Result<Json<Keys>, Problem> {
    view::list(&shared, app).await
}
