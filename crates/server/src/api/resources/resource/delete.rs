//! `DELETE /v1/resources/{resource}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::ResourceId;
use store::Op;

use crate::{api::resources::view::find, intake::Path, key::Caller, problem::Problem, shared::Shared};

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
    let app = caller.app();
    shared.store().commit(vec![Op::DeleteResource { app, id }]).await?;
    shared.im.catalogue().forget(app);
    Ok(StatusCode::NO_CONTENT)
}
