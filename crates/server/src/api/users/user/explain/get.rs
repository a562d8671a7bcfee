//! `GET /v1/users/{user}/explain`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::UserId;

use crate::{
    explain::{Explanation, explain_user},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Would a push go out now?
///
/// What would happen to a plain message to this user that was sent now, for each device: every rule in order, what it
/// saw, and the one that would decide.
#[utoipa::path(get, path = "/v1/users/{user}/explain", operation_id = "explain_user", tag = "Explain",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "The answer.", body = Explanation)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<Explanation>, Problem> {
    let answer = explain_user(&shared.im, caller.app(), &user).await?;
    answer.map(Json).ok_or_else(|| Problem::not_found("there is no such App"))
}
