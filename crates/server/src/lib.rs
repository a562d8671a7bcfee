//! HTTP and WebSocket front: REST, client sockets, console.
//!
//! [`Server::start`] binds one port and serves everything on it: client sockets at `/v1/ws`, the REST API under `/v1`,
//! its OpenAPI document at `/v1/openapi.json`. Nothing here decides: sockets drive `wire` and `im`, endpoints call
//! `im`, the store and the gateway, and [`explain`] composes what they know into one answer.

mod accept;
mod api;
mod api_keys;
mod attend;
mod audit;
mod before_send;
mod checkup;
mod console;
mod date;
mod dead_letters;
pub mod explain;
mod intake;
mod key;
mod lanes;
mod limits;
mod meter;
mod metrics;
mod policy;
mod problem;
mod roads;
mod shared;
mod streams;
mod tls;
mod webhooks;
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
    accept::Front,
    before_send::Asking,
    console::{Entrance, Grant},
    roads::Roads,
    shared::Shared,
    tls::Tls,
};

pub use api::{Listed, endpoints, openapi_json};
pub use console::{ConsolePage, Need, console_pages};
pub use key::create_api_key;
pub use limits::Limits;
pub use metrics::MetricsConfig;
pub use tls::{TlsError, TlsFiles};

/// What a server is set to.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where others reach this server, such as `https://push.example.com`; `None`: as it listens.
    pub public_url: Option<String>,
    /// The simulator whose handsets the console shows; `None`: no Device Lab.
    pub simulator: Option<SimulatorAddress>,
    /// The front's certificate; `None`: no TLS, for a proxy on this machine or a private network.
    pub tls: Option<TlsFiles>,
    /// Connections held at once; one more waits until another goes.
    pub connections_max: usize,
    /// How many requests may be made.
    pub limits: Limits,
    /// How metrics are served.
    pub metrics: MetricsConfig,
    /// Connections of one address at once; one more is closed. Many phones share the address of their network.
    pub connections_per_ip_max: usize,
    /// How long requests and sockets have to end when the server goes down.
    pub drain: Duration,
}

impl ServerConfig {
    /// Listens there, with everything else as usual.
    #[must_use]
    pub fn at(listen: SocketAddr) -> Self {
        Self {
            listen,
            public_url: None,
            simulator: None,
            tls: None,
            connections_max: 100_000,
            limits: Limits::default(),
            metrics: MetricsConfig::default(),
            connections_per_ip_max: 10_000,
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
pub enum StartError {
    /// The address is not to be had.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where it should have listened.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The front's certificate cannot be served.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The front of Posthouse.
#[derive(Debug)]
pub struct Server;

impl Server {
    /// Binds and serves until [`Running::shutdown`].
    ///
    /// # Errors
    /// [`StartError`] where the address cannot be bound or the certificate cannot be served.
    pub async fn start(
        im: Arc<Im>,
        gateway: Arc<Gateway>,
        clock: Arc<dyn Clock>,
        config: ServerConfig,
    ) -> Result<Running, StartError> {
        let tls = config.tls.clone().map(Tls::load).transpose()?.map(Arc::new);
        let refused = |source| StartError::Listen { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let local_addr = listener.local_addr().map_err(refused)?;
        let (going_down, goes_down) = watch::channel(false);
        let (open, all_closed) = mpsc::channel(1);
        let drain = config.drain;
        im.ask_before_send(Arc::new(Asking(Arc::clone(&gateway))));
        let entrance = Arc::new(Entrance::new(base_url(&config, local_addr)));
        let metrics_at = config.metrics.listen;
        let shared = Shared::new(im, gateway, clock, config, Arc::clone(&entrance), goes_down.clone());
        let metrics = match metrics_at {
            Some(address) => {
                Some(metrics::serve_alone(Arc::clone(&shared), address, goes_down.clone()).await?)
            }
            None => None,
        };
        let noting = tokio::spawn(key::run_noting(Arc::clone(&shared), goes_down.clone()));
        if let Some(tls) = tls.clone() {
            tokio::spawn(tls::watch_files(tls, goes_down.clone()));
        }
        let roads = Roads::new(api::direct(Arc::clone(&shared)), router(Arc::clone(&shared)));
        let front = Arc::new(Front::new(roads, Arc::clone(&shared), tls.clone()));
        let accepting = tokio::spawn(accept::run(listener, front, goes_down, open));
        Ok(Running {
            local_addr,
            shared,
            entrance,
            tls,
            going_down,
            all_closed,
            drain,
            accepting,
            noting,
            metrics,
        })
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(ws::router(Arc::clone(&shared)))
        .merge(console::router(Arc::clone(&shared)))
        .merge(metrics::router(Arc::clone(&shared)))
        .merge(api::router(shared))
}

/// Where browsers find the server: as configured, or where it listens.
fn base_url(config: &ServerConfig, local_addr: SocketAddr) -> String {
    let reachable = match local_addr.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let listens = || format!("{scheme}://{}", SocketAddr::new(reachable, local_addr.port()));
    config.public_url.clone().unwrap_or_else(listens).trim_end_matches('/').to_owned()
}

/// A server that serves.
pub struct Running {
    local_addr: SocketAddr,
    shared: Arc<Shared>,
    entrance: Arc<Entrance>,
    tls: Option<Arc<Tls>>,
    going_down: watch::Sender<bool>,
    all_closed: mpsc::Receiver<std::convert::Infallible>,
    drain: Duration,
    accepting: JoinHandle<()>,
    noting: JoinHandle<()>,
    metrics: Option<metrics::Alone>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Where `/metrics` has a port of its own.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|alone| alone.local_addr)
    }

    /// Other limits hold from now on.
    pub fn set_limits(&self, limits: &Limits) {
        self.shared.gate.set(limits);
    }

    /// Reads the front's certificate and key again; where it has none, there is nothing to do.
    ///
    /// # Errors
    /// [`TlsError`]; then the front goes on with what it had.
    pub fn reload_tls(&self) -> Result<(), TlsError> {
        self.tls.as_ref().map_or(Ok(()), |tls| tls.reload())
    }

    /// A link into the console: it signs in once, within 15 minutes, and opens every App.
    #[must_use]
    pub fn console_link(&self, now: Timestamp) -> String {
        self.entrance.new_link(Grant::Instance, now).0
    }

    /// A link that makes the console's first owner, once, within a day. It does nothing where there is an operator.
    #[must_use]
    pub fn first_run_link(&self, now: Timestamp) -> String {
        self.entrance.first_run_link(now)
    }

    /// Where people sign in to the console.
    #[must_use]
    pub fn console_url(&self) -> String {
        self.entrance.address("/console/signin")
    }

    /// Stops accepting, tells client sockets to come back later, lets requests end, and returns when all are closed or
    /// the drain time is over.
    pub async fn shutdown(mut self) {
        self.going_down.send_replace(true);
        self.shared.im.tell_shutdown();
        if tokio::time::timeout(self.drain, self.all_closed.recv()).await.is_err() {
            tracing::warn!("connections were still open at the end of the drain time");
        }
        self.accepting.abort();
        let _ = self.noting.await;
        if let Some(alone) = self.metrics {
            alone.serving.abort();
        }
    }
}
