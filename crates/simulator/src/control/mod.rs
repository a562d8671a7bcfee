//! The control API: what a Device Lab, a command line or a test does with the simulated world.
//!
//! Each area is a router of its own; this file puts them together and in front of them the bearer key.

mod access;
mod credentials;
mod faults;
mod news;
mod page;
mod phones;
mod problem;
mod world;

use std::{future::Future, net::SocketAddr, sync::Arc};

use axum::{Router, extract::DefaultBodyLimit, middleware, serve::ListenerExt};
use model::Secret;
use tokio::net::TcpListener;

pub use self::credentials::{IssuedP12, WantedP12};
use crate::{
    handset::{self, Handsets},
    world::World,
};

/// Largest request body, in bytes.
const BODY_MAX_BYTES: usize = 64 * 1024;

/// Takes a free loopback port; the future serves until it is dropped.
///
/// # Errors
/// Where there is no port.
pub(crate) async fn bind(
    world: Arc<World>,
    handsets: Arc<Handsets>,
    key: Secret<String>,
) -> std::io::Result<(SocketAddr, impl Future<Output = ()> + Send + 'static)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "could not switch off delaying");
        }
    });
    let router = router(world, handsets, key);
    let serving = async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::warn!(%error, "the control API ended");
        }
    };
    Ok((address, serving))
}

/// The whole control API.
fn router(world: Arc<World>, handsets: Arc<Handsets>, key: Secret<String>) -> Router {
    Router::new()
        .merge(phones::router())
        .merge(faults::router())
        .merge(world::router())
        .merge(news::router())
        .merge(credentials::router())
        .fallback(problem::not_found)
        .with_state(world)
        .merge(handset::routes(handsets))
        .layer(middleware::from_fn_with_state(Arc::new(key), access::check))
        .merge(page::router())
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
}
