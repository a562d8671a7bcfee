//! `GET /v1/resources/{resource}`

use axum::Json;
use model::ResourceId;

use crate::{
    api::resources::view::{ResourceView, find},
    intake::Path,
    key::Caller,
    problem::Problem,
};

/// One push resource
#[utoipa::path(get, path = "/v1/resources/{resource}", operation_id = "get_resource", tag = "Push resources",
    params(("resource" = String, Path, description = "The resource's id")),
    responses((status = 200, description = "The resource.", body = ResourceView)))]
pub(in crate::api) async fn handler(
    caller: Caller,
    Path(id): Path<ResourceId>,
) -> Result<Json<ResourceView>, Problem> {
    Ok(Json(find(&caller, &id)?.clone().into()))
}
