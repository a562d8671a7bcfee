//! `DELETE /v1/devices/{push_id}/binding`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::{CertificateId, PushId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::devices::push_id::get::registered,
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which binding.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Which {
    /// Only this certificate's; absent: all.
    #[param(value_type = Option<u32>)]
    certificate: Option<CertificateId>,
}

/// Take a device's vendor token back
#[utoipa::path(delete, path = "/v1/devices/{push_id}/binding", operation_id = "unbind_device", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID"), Which),
    responses((status = 204, description = "Nothing is bound any more.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
    Query(which): Query<Which>,
) -> Result<StatusCode, Problem> {
    let found = registered(&shared, caller.app(), push_id).await?;
    shared.im.unbind_of(caller.app(), &found, which.certificate).await?;
    Ok(StatusCode::NO_CONTENT)
}
