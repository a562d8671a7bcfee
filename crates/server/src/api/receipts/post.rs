//! `POST /v1/receipts/{vendor}/{certificate}/{secret}`

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    http::header,
    response::IntoResponse,
};
use model::{CertificateId, ErrorCode, Vendor};

use crate::{
    accept::Peer,
    intake::{Path, read_body},
    problem::Problem,
    shared::Shared,
};

/// Largest receipt body, in bytes: vendors gather up to a thousand receipts in one.
const BODY_MAX_BYTES: usize = 1024 * 1024;

/// Take in a vendor's receipts
///
/// Called by vendors. The last part of the path stands for the key.
#[utoipa::path(post, path = "/v1/receipts/{vendor}/{certificate}/{secret}", operation_id = "receive_receipts",
    tag = "Receipts",
    params(
        ("vendor" = String, Path, description = "The vendor's word"),
        ("certificate" = u32, Path, description = "The certificate's numeric id"),
        ("secret" = String, Path, description = "The unguessable part"),
    ),
    request_body(content = String, description = "As the vendor's book says"),
    responses((status = 200, description = "Taken in; the body is what the vendor expects.", body = String)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    Extension(Peer(peer)): Extension<Peer>,
    Path((vendor, certificate, secret)): Path<(Vendor, CertificateId, String)>,
    request: Request,
) -> Result<impl IntoResponse, Problem> {
    let (parts, body) = request.into_parts();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = read_body(body, BODY_MAX_BYTES).await?;
    if let Err(fault) = shared.gateway.receipt(vendor, certificate, &secret, &headers, &body).await {
        // Who guesses at secrets counts as any other without a key.
        if fault.code == ErrorCode::NotFound {
            shared.gate.pass_address(shared.gate.origin(peer, &parts.headers), &shared.meter)?;
        }
        return Err(fault.into());
    }
    let (media_type, answer) = vendors::adapter(vendor).receipt_answer();
    Ok(([(header::CONTENT_TYPE, media_type)], answer))
}
