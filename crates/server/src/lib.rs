//! HTTP and WebSocket front: REST, client sockets, console.
//!
//! [`Server::start`] binds one port and serves everything on it: client sockets at `/v1/ws`, the REST API under `/v1`,
//! its OpenAPI document at `/v1/openapi.json`. Nothing here decides: sockets drive `wire` and `im`, endpoints call `im`,
//! the store and the gateway, and [`explain`] composes what they know into one answer.

mod accept;
mod api;
mod before_send;
mod console;
mod dead_letters;
pub mod explain;
mod intake;
mod key;
mod problem;
mod shared;
mod ws;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use gateway::Gateway;
use im::Im;
use model::{Clock, Secret, Timestamp};
use tokio::{
    net::TcpListener,
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    before_send::Asking,
    console::{Entrance, Grant},
    shared::Shared,
};

pub use api::{Listed, endpoints, openapi_json};
pub use key::create_api_key;

/// What a server is set to.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where others reach this server, such as `https://push.example.com`; `None`: as it listens.
    pub public_url: Option<String>,
    /// The simulator whose handsets the console shows; `None`: no Device Lab.
    pub simulator: Option<SimulatorAddress>,
    /// Connections held at once; one more waits until another goes.
    pub connections_max: usize,
    /// How long requests and sockets have to end when the server goes down.
    pub drain: Duration,
}

impl ServerConfig {
    /// Listens there, with everything else as usual.
    #[must_use]
    pub const fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: None,
            simulator: None,
            connections_max: 100_000,
            drain: Duration::from_secs(5),
        }
    }
}

/// Where the simulator's control API is.
#[derive(Debug, Clone)]
pub struct SimulatorAddress {
    /// Its base URL.
    pub url: String,
    /// Its key.
    pub key: Secret<String>,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct StartError {
    /// Where it should have listened.
    pub address: SocketAddr,
    /// Why not.
    pub source: std::io::Error,
}

/// The front of Posthouse.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Binds and serves until [`Running::shutdown`].
    ///
    /// # Errors
    /// [`StartError`] where the address cannot be bound.
    pub async fn start(
        im: Arc<Im>,
        gateway: Arc<Gateway>,
        clock: Arc<dyn Clock>,
        config: ServerConfig,
    ) -> Result<Running, StartError> {
        let refused = |source| StartError { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let local_addr = listener.local_addr().map_err(refused)?;
        let (going_down, goes_down) = watch::channel(false);
        let (open, all_closed) = mpsc::channel(1);
        let drain = config.drain;
        let connections_max = config.connections_max;
        im.ask_before_send(Arc::new(Asking(Arc::clone(&gateway))));
        let entrance = Arc::new(Entrance::new(base_url(&config, local_addr)));
        let shared = Shared::new(im, gateway, clock, config, Arc::clone(&entrance), goes_down.clone());
        let router = router(shared);
        let accepting = tokio::spawn(accept::run(listener, router, connections_max, goes_down, open));
        Ok(Running { local_addr, entrance, going_down, all_closed, drain, accepting })
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(ws::router(Arc::clone(&shared)))
        .merge(console::router(Arc::clone(&shared)))
        .merge(api::router(shared))
}

/// Where browsers find the server: as configured, or where it listens.
fn base_url(config: &ServerConfig, local_addr: SocketAddr) -> String {
    let reachable = match local_addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let listens = || format!("http://{}", SocketAddr::new(reachable, local_addr.port()));
    config.public_url.clone().unwrap_or_else(listens).trim_end_matches('/').to_owned()
}

/// A server that serves.
#[derive(Debug)]
pub struct Running {
    local_addr: SocketAddr,
    entrance: Arc<Entrance>,
    going_down: watch::Sender<bool>,
    all_closed: mpsc::Receiver<std::convert::Infallible>,
    drain: Duration,
    accepting: JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// A link into the console: it signs in once, within 15 minutes, and opens every App.
    #[must_use]
    pub fn console_link(&self, now: Timestamp) -> String {
        self.entrance.new_link(Grant::Instance, now).0
    }

    /// Stops accepting, tells client sockets to come back later, lets requests end, and returns when all are closed or
    /// the drain time is over.
    pub async fn shutdown(mut self) {
        self.going_down.send_replace(true);
        if tokio::time::timeout(self.drain, self.all_closed.recv()).await.is_err() {
            tracing::warn!("connections were still open at the end of the drain time");
        }
        self.accepting.abort();
    }
}
