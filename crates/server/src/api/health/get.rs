//! `GET /health`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The server serves.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

/// Whether the server serves
#[utoipa::path(get, path = "/health", operation_id = "health", tag = "Server",
    responses((status = 200, description = "It does.", body = Health)))]
pub(in crate::api) async fn handler() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
