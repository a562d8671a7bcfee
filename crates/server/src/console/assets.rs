//! Style, script and icon: built into the program, kept by browsers for as long as they stay the same.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{StatusCode, header};
use sha2::{Digest, Sha256};

const FILES: [(&str, &str, &str); 8] = [
    ("console.css", "text/css; charset=utf-8", include_str!("../../assets/console.css")),
    ("find.css", "text/css; charset=utf-8", include_str!("../../assets/find.css")),
    ("phones.css", "text/css; charset=utf-8", include_str!("../../assets/phones.css")),
    ("papers.css", "text/css; charset=utf-8", include_str!("../../assets/papers.css")),
    ("people.css", "text/css; charset=utf-8", include_str!("../../assets/people.css")),
    ("overview.css", "text/css; charset=utf-8", include_str!("../../assets/overview.css")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("../../assets/live.js")),
    ("icon.svg", "image/svg+xml", include_str!("../../assets/icon.svg")),
];

/// The start of a hash over all files: in every asset's address, so that a new build is fetched at once.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for (_, _, text) in FILES {
        hash.update(text);
    }
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..6])
});

/// The address of a file.
pub(super) fn address(name: &str) -> String {
    format!("/console/assets/{name}?v={}", *VERSION)
}

/// `GET /console/assets/{name}`
pub(super) async fn serve(Path(name): Path<String>) -> Response {
    let Some((_, kind, text)) = FILES.iter().find(|(file, _, _)| *file == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers =
        [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, *text).into_response()
}
