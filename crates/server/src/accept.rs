//! The accept loop: connections, each with its limits, until the server goes down.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time,
};

use crate::{
    roads::Roads,
    shared::{Shared, went_down},
    streams,
};

/// A client has this long to send a request's head, and a connection this long between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
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
pub(crate) struct ConnectionGuard {
    _counted: Arc<Counted>,
    _open: mpsc::Sender<Infallible>,
}

/// One open connection, counted while it is.
struct Counted {
    _permit: OwnedSemaphorePermit,
    shared: Arc<Shared>,
}

impl Counted {
    fn new(permit: OwnedSemaphorePermit, shared: Arc<Shared>) -> Self {
        shared.meter.connections.shift(1);
        Self { _permit: permit, shared }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.shared.meter.connections.shift(-1);
    }
}

/// The other end of the connection that a request came over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where connections lead.
pub(crate) struct Door {
    pub(crate) roads: Roads,
    pub(crate) shared: Arc<Shared>,
    pub(crate) connections_max: usize,
}

/// Accepts until the server goes down.
pub(crate) async fn run(
    listener: TcpListener,
    door: Door,
    mut goes_down: watch::Receiver<bool>,
    open: mpsc::Sender<Infallible>,
) {
    let permits = Arc::new(Semaphore::new(door.connections_max.min(Semaphore::MAX_PERMITS)));
    loop {
        let accepted = async {
            let permit = Arc::clone(&permits).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = went_down(&mut goes_down) => return,
        };
        let Ok(permit) = permit else { return };
        match accepted {
            Ok((stream, peer)) => {
                let counted = Arc::new(Counted::new(permit, Arc::clone(&door.shared)));
                let guard = ConnectionGuard { _counted: counted, _open: open.clone() };
                tokio::spawn(serve((stream, peer), door.roads.clone(), guard, goes_down.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                time::sleep(REFUSED_PAUSE).await;
            }
        }
    }
}

async fn serve(
    (stream, peer): (TcpStream, SocketAddr),
    roads: Roads,
    guard: ConnectionGuard,
    goes_down: watch::Receiver<bool>,
) {
    // Without it small frames wait for the peer's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    match time::timeout(HEAD_WITHIN, speaks_http2(&stream)).await {
        Ok(Ok(true)) => streams::serve(stream, peer, roads, goes_down).await,
        Ok(Ok(false)) => serve_http1((stream, peer), roads, guard, goes_down).await,
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke"),
        Err(_) => tracing::debug!("a connection asked nothing"),
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

async fn serve_http1(
    (stream, peer): (TcpStream, SocketAddr),
    roads: Roads,
    guard: ConnectionGuard,
    mut goes_down: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(guard.clone());
        request.extensions_mut().insert(Peer(peer));
        let answer = roads.answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_MAX_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades());
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
