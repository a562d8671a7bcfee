//! `GET /v1/certificates/{certificate}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::CertificateId;

use crate::{
    api::certificates::{saving::find, view::CertificateView},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// One certificate
#[utoipa::path(get, path = "/v1/certificates/{certificate}", operation_id = "get_certificate", tag = "Certificates",
    params(("certificate" = u32, Path, description = "The certificate's numeric id")),
    responses((status = 200, description = "The certificate.", body = CertificateView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(id): Path<CertificateId>,
) -> Result<Json<CertificateView>, Problem> {
    let found = find(&shared, caller.app(), id).await?;
    Ok(Json(CertificateView::of(&found, shared.now())))
}
