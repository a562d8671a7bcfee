//! `PUT /v1/users/{user}/settings`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{UserId, UserSettings};

use crate::{
    api::{schema, users::user::get::known},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

impl Intake for UserSettings {}

/// Set when and through what a user may be disturbed
///
/// All of the settings at once: what is absent is off.
#[utoipa::path(put, path = "/v1/users/{user}/settings", operation_id = "put_user_settings", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    request_body = schema::UserSettings,
    responses((status = 200, description = "Set, effective at once.", body = schema::UserSettings)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    intake::Json(settings): intake::Json<UserSettings>,
) -> Result<Json<UserSettings>, Problem> {
    let app = caller.app();
    known(&shared, app, &user).await?;
    shared.im.set_settings_of(app, user, settings.clone()).await?;
    Ok(Json(settings))
}
