//! The bearer key in front of the control API.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::{ErrorCode, Secret};
use subtle::ConstantTimeEq;

use super::problem::Problem;

/// Lets a request pass that brings the key.
pub(super) async fn check(State(key): State<Arc<Secret<String>>>, request: Request, next: Next) -> Response {
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
        .unwrap_or_default();
    if bool::from(given.ct_eq(key.expose().as_bytes())) {
        next.run(request).await
    } else {
        Problem::from(ErrorCode::Unauthenticated).into_response()
    }
}
