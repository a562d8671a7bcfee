//! `DELETE /v1/resources/{resource}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::ResourceId;

use crate::{
    api::resources::{keeping::delete, view::find},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Take a push resource away
///
/// Messages that name it are pushed as plain alerts from then on.
#[utoipa::path(delete, path = "/v1/resources/{resource}", operation_id = "delete_resource", tag = "Push resources",
    params(("resource" = String, Path, description = "The resource's id")),
    responses((status = 204, description = "Gone.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<ResourceId>,
) -> Result<StatusCode, Problem> {
    find(&caller, &id)?;
    delete(&shared, caller.app(), id, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
