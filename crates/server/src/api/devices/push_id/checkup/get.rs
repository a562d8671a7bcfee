//! `GET /v1/devices/{push_id}/checkup`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::PushId;
use store::DeliveryFilter;

use crate::{
    checkup::{Checkup, RECENT_MAX, Subject, check_up},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What stands in a push's way?
///
/// Looks a device over before anything is sent: its certificate, the vendor's registration, what it reported, its last
/// login, its last pushes. Each look says what it saw and what to do.
#[utoipa::path(get, path = "/v1/devices/{push_id}/checkup", operation_id = "check_device", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID")),
    responses((status = 200, description = "What the looks came to.", body = Checkup)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
) -> Result<Json<Checkup>, Problem> {
    let (store, app) = (shared.store(), caller.app());
    let record = store.device_by_push_id(app, push_id).await?;
    let record = record.ok_or_else(|| Problem::not_found("the App has no such Push ID"))?;
    let filter = DeliveryFilter { device: Some(record.device.id), ..DeliveryFilter::default() };
    let recent = store.deliveries(app, &filter, RECENT_MAX).await?;
    let view = shared.view(app).await?;
    Ok(Json(check_up(&Subject {
        record: &record,
        certificates: &view.certificates,
        policy: &view.app.policy,
        recent: &recent,
        now: shared.now(),
    })))
}
