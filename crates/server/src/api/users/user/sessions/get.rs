//! `GET /v1/users/{user}/sessions`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{users::user::get::known, views::SessionView},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A user's logins.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Sessions {
    /// The newest on each device.
    sessions: Vec<SessionView>,
}

/// A user's logins
#[utoipa::path(get, path = "/v1/users/{user}/sessions", operation_id = "list_user_sessions", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "The newest on each device.", body = Sessions)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<Sessions>, Problem> {
    known(&shared, caller.app(), &user).await?;
    let found = shared.store().sessions(caller.app(), &user).await?;
    Ok(Json(Sessions { sessions: found.into_iter().map(Into::into).collect() }))
}
