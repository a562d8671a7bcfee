//! The accept loop: connections, each with its limits, until the server goes down.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time,
};
use tower::ServiceExt;

use crate::{peer::Peer, shared::went_down};

/// A client has this long to send a request's head, and a connection this long between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(60);
/// Largest request head over HTTP/1.1, and largest header list over HTTP/2, in bytes.
const HEAD_MAX_BYTES: u32 = 32 * 1024;
/// Streams of one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;
/// How long to wait after the system refused to accept, for instance for want of file descriptors.
const REFUSED_PAUSE: Duration = Duration::from_millis(50);

/// Held by everything that lives on a connection, also after it was upgraded: when the last one is dropped, the
/// connection counts no longer.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionGuard {
    _permit: Arc<OwnedSemaphorePermit>,
    _open: mpsc::Sender<Infallible>,
}

/// Accepts until the server goes down.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    connections_max: usize,
    mut goes_down: watch::Receiver<bool>,
    open: mpsc::Sender<Infallible>,
) {
    let permits = Arc::new(Semaphore::new(connections_max.min(Semaphore::MAX_PERMITS)));
    let builder = Arc::new(builder());
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
                let guard = ConnectionGuard { _permit: Arc::new(permit), _open: open.clone() };
                let peer = Peer(peer.ip());
                let router = router.clone();
                tokio::spawn(serve(stream, peer, router, Arc::clone(&builder), guard, goes_down.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                time::sleep(REFUSED_PAUSE).await;
            }
        }
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

async fn serve(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    builder: Arc<Builder<TokioExecutor>>,
    guard: ConnectionGuard,
    mut goes_down: watch::Receiver<bool>,
) {
    // Without it small frames wait for the peer's delayed acknowledgement.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection was gone before it began");
        return;
    }
    let service = router.map_request(move |mut request: http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(guard.clone());
        request.extensions_mut().insert(peer);
        request
    });
    let service = TowerToHyperService::new(service);
    let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
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
