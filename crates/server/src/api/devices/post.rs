//! `POST /v1/devices`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{DeviceId, DeviceReport, ErrorCode, PushId};
use serde::Deserialize;
use store::{Op, Outcome};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{schema, views::DeviceView},
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A device to register, with or without a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewDevice {
    /// The installation's own id; absent: a new one is made.
    #[schema(value_type = String, format = Uuid, required = false, nullable = false)]
    device: Option<DeviceId>,
    /// What the device tells of itself.
    #[serde(default)]
    #[schema(value_type = schema::DeviceReport, required = false)]
    report: DeviceReport,
}

impl Intake for NewDevice {}

/// Register a device and get its Push ID
///
/// A device that is registered already keeps its Push ID, and its report is renewed.
#[utoipa::path(post, path = "/v1/devices", operation_id = "register_device", tag = "Devices",
    request_body = NewDevice,
    responses((status = 201, description = "Registered.", body = DeviceView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewDevice>,
) -> Result<(StatusCode, Json<DeviceView>), Problem> {
    let app = caller.app();
    let register = Op::RegisterDevice {
        app,
        device: new.device.unwrap_or_else(|| DeviceId(Uuid::new_v4())),
        push_id: PushId(Uuid::new_v4()),
        report: new.report,
        at: shared.now(),
    };
    let outcome = shared.store().commit(vec![register]).await?.pop();
    let Some(Outcome::Device(push_id)) = outcome else { return Err(ErrorCode::Internal.into()) };
    let device = shared.store().device_by_push_id(app, push_id).await?.ok_or(ErrorCode::Internal)?;
    Ok((StatusCode::CREATED, Json(device.into())))
}
