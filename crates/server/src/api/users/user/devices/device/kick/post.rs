//! `POST /v1/users/{user}/devices/{device}/kick`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{DeviceId, UserId};

use crate::{
    api::{users::user::get::known, views::EndedLogins},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Take a user offline on one device
///
/// Its connection is closed, its login does not resume, and it gets no more pushes until a new login there. Login
/// tokens stay good.
#[utoipa::path(post, path = "/v1/users/{user}/devices/{device}/kick", operation_id = "kick_device", tag = "Users",
    params(
        ("user" = String, Path, description = "The App's own id of the user"),
        ("device" = Uuid, Path, description = "The installation's own id"),
    ),
    responses((status = 200, description = "Ended.", body = EndedLogins)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((user, device)): Path<(UserId, DeviceId)>,
) -> Result<Json<EndedLogins>, Problem> {
    let app = caller.app();
    known(&shared, app, &user).await?;
    let logins = shared.store().sessions(app, &user).await?;
    if !logins.iter().any(|login| login.device == device) {
        return Err(Problem::not_found("the user has never logged in on this device"));
    }
    let ended = shared.im.kick_device(app, &user, device).await?;
    Ok(Json(EndedLogins { logins: u32::from(ended) }))
}
