//! `PUT /v1/devices/{push_id}/push`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{ErrorCode, PushId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{devices::push_id::get::registered, views::DeviceView},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A push switch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct PushSwitch {
    /// On.
    on: bool,
}

impl Intake for PushSwitch {}

/// Switch a device's pushes on or off
///
/// Off cancels its queued pushes. The switch stays as it is over logins and logouts.
#[utoipa::path(put, path = "/v1/devices/{push_id}/push", operation_id = "switch_device_push", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID")), request_body = PushSwitch,
    responses((status = 200, description = "Switched, effective at once.", body = DeviceView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
    intake::Json(switch): intake::Json<PushSwitch>,
) -> Result<Json<DeviceView>, Problem> {
    let app = caller.app();
    let device = registered(&shared, app, push_id).await?.device.id;
    shared.im.switch_push_of(app, device, switch.on).await?;
    let device = shared.store().device(app, device).await?.ok_or(ErrorCode::Internal)?;
    Ok(Json(device.into()))
}
