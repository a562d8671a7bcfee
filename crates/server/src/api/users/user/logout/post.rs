//! `POST /v1/users/{user}/logout`

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

/// End a user's logins
///
/// The pushes of its devices stop and its bindings go, as if the user had logged out on each. Login tokens issued until
/// now are refused from here on.
#[utoipa::path(post, path = "/v1/users/{user}/logout", operation_id = "logout_user", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "Ended.", body = EndedLogins)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<EndedLogins>, Problem> {
    known(&shared, caller.app(), &user).await?;
    let logins = shared.im.end_user(caller.app(), &user, SessionState::LoggedOut).await?;
    Ok(Json(EndedLogins { logins }))
}
