//! `GET /v1/users/{user}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, UserId};
use store::User;

use crate::{api::views::UserView, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// One user
#[utoipa::path(get, path = "/v1/users/{user}", operation_id = "get_user", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "The user.", body = UserView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<UserView>, Problem> {
    Ok(Json(known(&shared, caller.app(), &user).await?.into()))
}

/// A user of the App.
pub(in crate::api) async fn known(shared: &Shared, app: AppId, user: &UserId) -> Result<User, Problem> {
    let found = shared.store().user(app, user).await?;
    found.ok_or_else(|| Problem::not_found("the App has no such user"))
}
