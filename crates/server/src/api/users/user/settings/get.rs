//! `GET /v1/users/{user}/settings`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{UserId, UserSettings};

use crate::{
    api::{schema, users::user::get::known},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// When and through what a user may be disturbed
#[utoipa::path(get, path = "/v1/users/{user}/settings", operation_id = "get_user_settings", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "The settings.", body = schema::UserSettings)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<UserSettings>, Problem> {
    Ok(Json(known(&shared, caller.app(), &user).await?.settings))
}
