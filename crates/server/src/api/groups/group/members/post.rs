//! `POST /v1/groups/{group}/members`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::GroupId;
use wire::GroupAction;

use crate::{
    api::groups::view::{GroupView, Who, known},
    intake::{self, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Bring users into a group
///
/// Who is in already stays so. A newcomer sees what is written from now on.
#[utoipa::path(post, path = "/v1/groups/{group}/members", operation_id = "add_members", tag = "Groups",
    params(("group" = String, Path, description = "The App's own id of the group")), request_body = Who,
    responses((status = 200, description = "In.", body = GroupView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(group): Path<GroupId>,
    intake::Json(who): intake::Json<Who>,
) -> Result<Json<GroupView>, Problem> {
    let app = caller.app();
    known(&shared, app, &group).await?;
    shared.im.group_as_backend(app, &group, GroupAction::Add { users: who.users }, None).await?;
    Ok(Json(known(&shared, app, &group).await?.into()))
}
