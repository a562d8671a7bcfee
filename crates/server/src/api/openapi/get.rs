//! `GET /v1/openapi.json`

use std::sync::LazyLock;

use http::header;

use crate::api::openapi_json;

static DOCUMENT: LazyLock<String> = LazyLock::new(openapi_json);

/// This document
#[utoipa::path(get, path = "/v1/openapi.json", operation_id = "openapi", tag = "Server",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json")))]
pub(in crate::api) async fn handler() -> ([(header::HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}
