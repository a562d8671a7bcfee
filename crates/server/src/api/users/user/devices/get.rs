//! `GET /v1/users/{user}/devices`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::UserId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{users::user::get::known, views::DeviceView},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A user's devices.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Devices {
    /// Every device the user has logged in on, with its newest login of whichever user.
    devices: Vec<DeviceView>,
}

/// A user's devices with logins and bindings
#[utoipa::path(get, path = "/v1/users/{user}/devices", operation_id = "list_user_devices", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 200, description = "The devices.", body = Devices)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<Json<Devices>, Problem> {
    let (store, app) = (shared.store(), caller.app());
    known(&shared, app, &user).await?;
    let mut devices = Vec::new();
    for session in store.sessions(app, &user).await? {
        devices.extend(store.device(app, session.device).await?.map(DeviceView::from));
    }
    Ok(Json(Devices { devices }))
}
