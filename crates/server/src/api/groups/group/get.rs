//! `GET /v1/groups/{group}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::GroupId;

use crate::{
    api::groups::view::{GroupView, known},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// One group
#[utoipa::path(get, path = "/v1/groups/{group}", operation_id = "get_group", tag = "Groups",
    params(("group" = String, Path, description = "The App's own id of the group")),
    responses((status = 200, description = "The group.", body = GroupView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(group): Path<GroupId>,
) -> Result<Json<GroupView>, Problem> {
    Ok(Json(known(&shared, caller.app(), &group).await?.into()))
}
