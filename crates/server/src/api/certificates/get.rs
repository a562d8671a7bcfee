//! `GET /v1/certificates`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::CertificateView;
use crate::{key::Caller, problem::Problem, shared::Shared};

/// The App's certificates.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Certificates {
    /// By id.
    certificates: Vec<CertificateView>,
}

/// List certificates
#[utoipa::path(get, path = "/v1/certificates", operation_id = "list_certificates", tag = "Certificates",
    responses((status = 200, description = "By id.", body = Certificates)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Json<Certificates>, Problem> {
    let now = shared.now();
    let certificates = &caller.view()?.certificates;
    Ok(Json(Certificates {
        certificates: certificates.iter().map(|found| CertificateView::of(found, now)).collect(),
    }))
}
