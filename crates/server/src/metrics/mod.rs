//! `GET /metrics`: everything that is counted, for Prometheus.
//!
//! On the server's own port a scraper sends the configured token or an instance key. On a port of its own, which is for
//! this machine alone unless a token is set, it needs the token where there is one.

mod page;
mod process;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, header};
use meter::Page;
use model::{ErrorCode, Secret};
use store::Scope;
use subtle::ConstantTimeEq;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
    StartError,
    key::{self, bearer_of},
    problem::Problem,
    shared::{Shared, went_down},
};

/// How metrics are served.
#[derive(Debug, Clone, Default)]
pub struct MetricsConfig {
    /// What a scraper sends as its bearer token.
    pub token: Option<Secret<String>>,
    /// A port of its own for `/metrics`; without a token it must be on a loopback address.
    pub listen: Option<SocketAddr>,
}

/// The door on the server's own port.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/metrics", get(guarded)).with_state(shared)
}

async fn guarded(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Problem> {
    if !bears_token(&shared, &headers) {
        let caller = key::caller_of(&shared, Scope::Instance, &headers).await?;
        tracing::trace!(app = %caller.app(), "metrics are read with an instance key");
    }
    page(&shared).await
}

async fn alone(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Result<Response, Problem> {
    if shared.config.metrics.token.is_some() && !bears_token(&shared, &headers) {
        return Err(ErrorCode::Unauthenticated.into());
    }
    page(&shared).await
}

fn bears_token(shared: &Shared, headers: &HeaderMap) -> bool {
    let token = shared.config.metrics.token.as_ref().map(|token| token.expose().as_bytes());
    token.zip(bearer_of(headers)).is_some_and(|(token, said)| token.ct_eq(said.as_bytes()).into())
}

async fn page(shared: &Shared) -> Result<Response, Problem> {
    let text = page::render(shared).await?;
    Ok(([(header::CONTENT_TYPE, Page::CONTENT_TYPE)], text).into_response())
}

/// Metrics on a port of their own.
#[derive(Debug)]
pub(crate) struct Alone {
    pub(crate) local_addr: SocketAddr,
    pub(crate) serving: JoinHandle<()>,
}

/// Opens the port of its own.
///
/// # Errors
/// Where it cannot be bound, or where it would be open to others without a token.
pub(crate) async fn serve_alone(
    shared: Arc<Shared>,
    address: SocketAddr,
    mut goes_down: watch::Receiver<bool>,
) -> Result<Alone, StartError> {
    let refused = |source| StartError::Listen { address, source };
    if !address.ip().is_loopback() && shared.config.metrics.token.is_none() {
        let why = "metrics for others than this machine need a token: set metrics.token";
        return Err(refused(std::io::Error::new(std::io::ErrorKind::PermissionDenied, why)));
    }
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let local_addr = listener.local_addr().map_err(refused)?;
    let router = Router::new().route("/metrics", get(alone)).with_state(shared);
    let serving = tokio::spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(async move { went_down(&mut goes_down).await })
            .await;
        if let Err(error) = served {
            tracing::warn!(%error, "metrics are served no more");
        }
    });
    Ok(Alone { local_addr, serving })
}
