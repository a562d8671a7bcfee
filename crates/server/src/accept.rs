//! The accept loop: connections, each with its limits, until the server goes down.

mod crowding;

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time,
};
use tower::ServiceExt;

use self::crowding::{Crowding, Place};
use crate::{
    shared::{Shared, went_down},
    tls::Tls,
};

/// A client has this long to send a request's head, and a connection this long between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// A client has this long to agree on keys.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Largest request head over HTTP/1.1, and largest header list over HTTP/2, in bytes.
const HEAD_MAX_BYTES: u32 = 32 * 1024;
/// Streams of one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;
/// How long to wait after the system refused to accept, for instance for want of file descriptors.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);

/// Held by everything that lives on a connection, also after it was upgraded: when the last one is dropped, the
/// connection counts no longer.
#[derive(Clone)]
pub(crate) struct ConnectionGuard(#[expect(dead_code, reason = "held for its end")] Arc<Held>);

/// One open connection, counted while it is.
struct Held {
    _permit: OwnedSemaphorePermit,
    _place: Place,
    _open: mpsc::Sender<Infallible>,
    shared: Arc<Shared>,
}

impl Held {
    fn new(
        permit: OwnedSemaphorePermit,
        place: Place,
        open: mpsc::Sender<Infallible>,
        shared: Arc<Shared>,
    ) -> Self {
        shared.meter.connections.shift(1);
        Self { _permit: permit, _place: place, _open: open, shared }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.shared.meter.connections.shift(-1);
    }
}

/// The other end of the connection that a request came over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// What every connection is served with.
pub(crate) struct Front {
    router: Router,
    shared: Arc<Shared>,
    builder: Builder<TokioExecutor>,
    tls: Option<Arc<Tls>>,
    connections: Arc<Semaphore>,
    crowding: Arc<Crowding>,
}

impl Front {
    pub(crate) fn new(router: Router, shared: Arc<Shared>, tls: Option<Arc<Tls>>) -> Self {
        let (connections_max, connections_per_ip_max) =
            (shared.config.connections_max, shared.config.connections_per_ip_max);
        Self {
            router,
            shared,
            builder: builder(),
            tls,
            connections: Arc::new(Semaphore::new(connections_max.min(Semaphore::MAX_PERMITS))),
            crowding: Arc::new(Crowding::new(connections_per_ip_max)),
        }
    }
}

/// Accepts until the server goes down.
pub(crate) async fn run(
    listener: TcpListener,
    front: Arc<Front>,
    mut goes_down: watch::Receiver<bool>,
    open: mpsc::Sender<Infallible>,
) {
    loop {
        let accepted = async {
            let permit = Arc::clone(&front.connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = went_down(&mut goes_down) => return,
        };
        let Ok(permit) = permit else { return };
        match accepted {
            Ok((stream, peer)) => admit(&front, (stream, peer), permit, &goes_down, &open),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
}

fn admit(
    front: &Arc<Front>,
    (stream, peer): (TcpStream, SocketAddr),
    permit: OwnedSemaphorePermit,
    goes_down: &watch::Receiver<bool>,
    open: &mpsc::Sender<Infallible>,
) {
    let Some(place) = front.crowding.admit(peer.ip()) else {
        tracing::debug!("an address has too many connections");
        return;
    };
    // Without it small frames wait for the peer's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let held = Held::new(permit, place, open.clone(), Arc::clone(&front.shared));
    let (front, goes_down) = (Arc::clone(front), goes_down.clone());
    tokio::spawn(greet((stream, peer), front, ConnectionGuard(Arc::new(held)), goes_down));
}

/// Agrees on keys where the front has TLS.
async fn greet(
    (stream, peer): (TcpStream, SocketAddr),
    front: Arc<Front>,
    guard: ConnectionGuard,
    goes_down: watch::Receiver<bool>,
) {
    let Some(tls) = &front.tls else {
        return serve((stream, peer), &front, guard, goes_down).await;
    };
    let handshake = Box::pin(tls.acceptor().accept(stream));
    match time::timeout(HANDSHAKE_WITHIN, handshake).await {
        Ok(Ok(stream)) => serve((stream, peer), &front, guard, goes_down).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_MAX_BYTES as usize);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_MAX_BYTES)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    (stream, peer): (S, SocketAddr),
    front: &Front,
    guard: ConnectionGuard,
    mut goes_down: watch::Receiver<bool>,
) {
    let service =
        front.router.clone().map_request(move |mut request: http::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(guard.clone());
            request.extensions_mut().insert(Peer(peer));
            request
        });
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(front.builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = went_down(&mut goes_down) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
