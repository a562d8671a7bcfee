//! `GET /v1/groups/{group}/members`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{GroupId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::groups::view::{MemberView, known},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which members.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Page {
    /// After this user.
    #[param(value_type = Option<String>)]
    after: Option<UserId>,
    /// At most so many; 1 to 1000.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// A page of members.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Members {
    /// By user.
    members: Vec<MemberView>,
}

/// List a group's members
#[utoipa::path(get, path = "/v1/groups/{group}/members", operation_id = "list_members", tag = "Groups",
    params(("group" = String, Path, description = "The App's own id of the group"), Page),
    responses((status = 200, description = "By user.", body = Members)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(group): Path<GroupId>,
    Query(page): Query<Page>,
) -> Result<Json<Members>, Problem> {
    known(&shared, caller.app(), &group).await?;
    let limit = page.limit.unwrap_or(100).clamp(1, 1000);
    let found = shared.store().members(caller.app(), &group, page.after.as_ref(), limit).await?;
    Ok(Json(Members { members: found.into_iter().map(Into::into).collect() }))
}
