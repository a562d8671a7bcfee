//! What is done for every call of the API, whichever way it found its endpoint.

use std::{
    fmt::{self, Display, Formatter},
    hash::{BuildHasher, RandomState},
    panic::AssertUnwindSafe,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, header};
use model::ErrorCode;
use tracing::Instrument;

use crate::{
    meter::Surface,
    problem::{Problem, RefusedWith},
    shared::Shared,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");

/// The same for every call that a router leads to its endpoint.
pub(crate) async fn every(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    attended(&shared, request, |request| next.run(request)).await
}

/// Gives a request an id, so that an answer can be found in the log, counts it, and answers for an endpoint that
/// panics.
pub(crate) async fn attended<F: Future<Output = Response>>(
    shared: &Shared,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let id = RequestId::next();
    let span = tracing::info_span!("request", %id, method = %request.method());
    let began = Instant::now();
    let answered = AssertUnwindSafe(answer(request).instrument(span)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        tracing::error!(%id, "an endpoint panicked");
        Problem::from(ErrorCode::Internal).into_response()
    });
    shared.meter.request.took(began.elapsed());
    if let Some(RefusedWith(code)) = response.extensions().get() {
        shared.meter.note_refused(Surface::Rest, *code);
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(NOSNIFF);
    headers.insert(REQUEST_ID, id.into());
    response
}

/// Tells requests apart: by what is this process's own, and by their count.
#[derive(Debug, Clone, Copy)]
struct RequestId(u64);

impl RequestId {
    fn next() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        Self(COUNT.fetch_add(1, Ordering::Relaxed))
    }
}

impl Display for RequestId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        static PROCESS: LazyLock<u32> = LazyLock::new(|| (RandomState::new().hash_one(()) >> 32) as u32);
        write!(f, "{:08x}-{:x}", *PROCESS, self.0)
    }
}

impl From<RequestId> for HeaderValue {
    /// Nothing to hide, but HTTP/2 must not remember it either: it never comes again.
    fn from(id: RequestId) -> Self {
        let value = Self::try_from(id.to_string());
        let mut value = value.unwrap_or_else(|_| Self::from_static(""));
        value.set_sensitive(true);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_requests_share_an_id() {
        assert_ne!(RequestId::next().to_string(), RequestId::next().to_string());
    }
}
