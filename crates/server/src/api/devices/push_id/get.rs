//! `GET /v1/devices/{push_id}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, PushId};
use store::DeviceRecord;

use crate::{api::views::DeviceView, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// One device
#[utoipa::path(get, path = "/v1/devices/{push_id}", operation_id = "get_device", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID")),
    responses((status = 200, description = "The device.", body = DeviceView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
) -> Result<Json<DeviceView>, Problem> {
    let device = shared.store().device_by_push_id(caller.app(), push_id).await?;
    let device = device.ok_or_else(|| Problem::not_found("the App has no such Push ID"))?;
    Ok(Json(device.into()))
}

/// A device that is still registered.
pub(in crate::api) async fn registered(
    shared: &Shared,
    app: AppId,
    push_id: PushId,
) -> Result<DeviceRecord, Problem> {
    let device = shared.store().device_by_push_id(app, push_id).await?;
    let device = device.ok_or_else(|| Problem::not_found("the App has no such Push ID"))?;
    if device.device.unregistered_at.is_some() {
        return Err(Problem::not_found("the Push ID was unregistered; register the device again"));
    }
    Ok(device)
}
