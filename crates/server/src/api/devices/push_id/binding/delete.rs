//! `DELETE /v1/devices/{push_id}/binding`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::{BindingKind, BindingLoss, BindingState, CertificateId, Event, PushId};
use serde::Deserialize;
use store::Op;
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
    let (app, at) = (caller.app(), shared.now());
    let found = registered(&shared, app, push_id).await?;
    let device = found.device.id;
    let unbind =
        |certificate, kind| Op::Unbind { app, device, certificate, kind, loss: BindingLoss::Unbound, at };
    let view = caller.view()?;
    let announce = |certificate| {
        let event = Event::Token { device: Some(device), push_id: Some(push_id), certificate, bound: false };
        view.announcing(event, at)
    };
    let bound = found.bindings.iter().filter_map(|state| match state {
        BindingState::Bound(binding) => Some(binding.certificate),
        BindingState::Lost(_) => None,
    });
    let ops: Vec<Op> = bound
        .filter(|certificate| which.certificate.is_none_or(|only| only == *certificate))
        .flat_map(|certificate| {
            let gone = [BindingKind::Alert, BindingKind::Voip].map(|kind| unbind(certificate, kind));
            gone.into_iter().chain(announce(certificate))
        })
        .collect();
    if !ops.is_empty() {
        shared.store().commit(ops).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
