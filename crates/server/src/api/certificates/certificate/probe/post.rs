//! `POST /v1/certificates/{certificate}/probe`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::CertificateId;

use crate::{
    api::certificates::{saving::find, view::Probe},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Ask the vendor whether it takes a certificate
#[utoipa::path(post, path = "/v1/certificates/{certificate}/probe", operation_id = "probe_certificate",
    tag = "Certificates",
    params(("certificate" = u32, Path, description = "The certificate's numeric id")),
    responses((status = 200, description = "What it says.", body = Probe)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<CertificateId>,
) -> Result<Json<Probe>, Problem> {
    let found = find(&shared, caller.app(), id).await?;
    let report = shared.gateway.probe(found.vendor, &found.form).await?;
    Ok(Json(report.into()))
}
