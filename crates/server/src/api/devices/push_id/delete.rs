//! `DELETE /v1/devices/{push_id}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::PushId;
use rules::Reason;
use store::Op;

use super::get::registered;
use crate::{intake::Path, key::Caller, problem::Problem, shared::Shared};

/// Unregister a device's Push ID
///
/// Its vendor tokens go and its queued pushes are cancelled. The device stays, so that explain can say why.
#[utoipa::path(delete, path = "/v1/devices/{push_id}", operation_id = "unregister_device", tag = "Devices",
    params(("push_id" = Uuid, Path, description = "The device's Push ID")),
    responses((status = 204, description = "Unregistered.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(push_id): Path<PushId>,
) -> Result<StatusCode, Problem> {
    let app = caller.app();
    registered(&shared, app, push_id).await?;
    let reason = Reason::UNREGISTERED_BEFORE_SEND;
    shared.store().commit(vec![Op::UnregisterDevice { app, push_id, reason, at: shared.now() }]).await?;
    Ok(StatusCode::NO_CONTENT)
}
