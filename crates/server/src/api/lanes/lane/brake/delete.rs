//! `DELETE /v1/lanes/{certificate}/brake`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::CertificateId;

use crate::{api::certificates::saving::find, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// Release a lane's brake on mass removal
///
/// The vendor called almost every token dead, and none was cleared since. Look whether certificate and app belong
/// together first: for an hour from now tokens are cleared as the vendor says, whatever their number.
#[utoipa::path(delete, path = "/v1/lanes/{certificate}/brake", operation_id = "release_brake", tag = "Operation",
    params(("certificate" = u32, Path, description = "The certificate's numeric id")),
    responses((status = 204, description = "Released.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(certificate): Path<CertificateId>,
) -> Result<StatusCode, Problem> {
    let found = find(&shared, caller.app(), certificate).await?;
    shared.gateway.release_brake(found.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
