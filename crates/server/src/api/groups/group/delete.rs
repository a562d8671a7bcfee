//! `DELETE /v1/groups/{group}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::GroupId;
use wire::GroupAction;

use crate::{api::groups::view::known, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// End a group
///
/// Its members see no more of it, and its pushes that have not begun are cancelled.
#[utoipa::path(delete, path = "/v1/groups/{group}", operation_id = "dismiss_group", tag = "Groups",
    params(("group" = String, Path, description = "The App's own id of the group")),
    responses((status = 204, description = "Ended.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(group): Path<GroupId>,
) -> Result<StatusCode, Problem> {
    known(&shared, caller.app(), &group).await?;
    shared.im.group_as_backend(caller.app(), &group, GroupAction::Dismiss {}, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
