//! The accept loop: connections, each with its limits, until the server goes down.

mod crowding;

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time,
};

use self::crowding::{Crowding, Place};
use crate::{
    roads::Roads,
    shared::{Shared, went_down},
    streams,
    tls::Tls,
};

/// A client has this long to send a request's head, and a connection this long between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// A client has this long to agree on keys.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Largest request head, in bytes.
const HEAD_MAX_BYTES: usize = 32 * 1024;
/// What a client begins with that speaks HTTP/2 without being asked (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long to wait for the rest of a preface of which only a piece has come.
const PIECE_PAUSE: Duration = Duration::from_millis(1);
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
    roads: Roads,
    shared: Arc<Shared>,
    http1: http1::Builder,
    tls: Option<Arc<Tls>>,
    connections: Arc<Semaphore>,
    crowding: Arc<Crowding>,
}

impl Front {
    pub(crate) fn new(roads: Roads, shared: Arc<Shared>, tls: Option<Arc<Tls>>) -> Self {
        let (connections_max, connections_per_ip_max) =
            (shared.config.connections_max, shared.config.connections_per_ip_max);
        Self {
            roads,
            shared,
            http1: http1_builder(),
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

/// Finds out what the client speaks; where the front has TLS, it says so while it agrees on keys.
async fn greet(
    (stream, peer): (TcpStream, SocketAddr),
    front: Arc<Front>,
    guard: ConnectionGuard,
    goes_down: watch::Receiver<bool>,
) {
    let Some(tls) = &front.tls else {
        return match time::timeout(HEAD_WITHIN, speaks_http2(&stream)).await {
            Ok(Ok(http2)) => serve((stream, peer), http2, &front, guard, goes_down).await,
            Ok(Err(error)) => tracing::debug!(%error, "a connection broke"),
            Err(_) => tracing::debug!("a connection asked nothing"),
        };
    };
    let handshake = Box::pin(tls.acceptor().accept(stream));
    match time::timeout(HANDSHAKE_WITHIN, handshake).await {
        Ok(Ok(stream)) => {
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            serve((stream, peer), http2, &front, guard, goes_down).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// Looks at what the client says first, without taking it.
async fn speaks_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0; PREFACE.len()];
    loop {
        let heard = stream.peek(&mut first).await?;
        if heard == 0 || !PREFACE.starts_with(&first[..heard]) {
            return Ok(false);
        }
        if heard == PREFACE.len() {
            return Ok(true);
        }
        time::sleep(PIECE_PAUSE).await;
    }
}

fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_MAX_BYTES);
    builder
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    (stream, peer): (S, SocketAddr),
    http2: bool,
    front: &Front,
    guard: ConnectionGuard,
    mut goes_down: watch::Receiver<bool>,
) {
    let roads = front.roads.clone();
    if http2 {
        // Boxed: a phone's connection, which is none of these, stays small.
        return Box::pin(streams::serve(stream, peer, roads, goes_down)).await;
    }
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(guard.clone());
        request.extensions_mut().insert(Peer(peer));
        let answer = roads.answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let connection = front.http1.serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection.with_upgrades());
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
