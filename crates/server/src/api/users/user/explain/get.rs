//! `GET /v1/users/{user}/explain`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{ErrorCode, UserId};

use crate::{
    explain::{AskError, Explanation, Imagined, explain_user},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Unimaginable(why) => Self::new(ErrorCode::Invalid, why.to_string()),
            AskError::Store(error) => error.into(),
        }
    }
}

/// Would a push go out?
///
/// What would happen to such a message to this user, for each device: every rule in order, what it saw, and the one
/// that would decide.
#[utoipa::path(get, path = "/v1/users/{user}/explain", operation_id = "explain_user", tag = "Explain",
    params(("user" = String, Path, description = "The App's own id of the user"), Imagined),
    responses((status = 200, description = "The answer.", body = Explanation)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    Query(imagined): Query<Imagined>,
) -> Result<Json<Explanation>, Problem> {
    let answer = explain_user(&shared.im, caller.app(), &user, &imagined).await?;
    answer.map(Json).ok_or_else(|| Problem::not_found("the user is not in this conversation"))
}
