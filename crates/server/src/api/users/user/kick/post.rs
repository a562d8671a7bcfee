//! `POST /v1/users/{user}/kick`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{SessionState, UserId};

use crate::{
    api::{users::user::get::known, views::EndedLogins},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Take a user offline
///
/// Its connections are closed, its logins do not resume, and its devices get no more pushes until a new login. Login
/// tokens issued until now are refused from here on.
#[utoipa::path(post, path = "/v1/users/{user}/kick", operation_id = "kick_user", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "Ended.", body = EndedLogins)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<EndedLogins>, Problem> {
    known(&shared, caller.app(), &user).await?;
    let logins = shared.im.end_user(caller.app(), &user, SessionState::Kicked).await?;
    Ok(Json(EndedLogins { logins }))
}
