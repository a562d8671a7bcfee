//! HTTP/2 of the front: a connection is one task, in which all its requests are answered.
//!
//! What became ready together leaves together, in one write; nothing is handed from task to task. So a backend that
//! keeps many requests on one connection costs little for each of them.

use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{body::Body, extract::Request, response::Response};
use bytes::Bytes;
use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use h2::{
    Ping, PingPong, Reason, RecvStream, SendStream,
    server::{self, Connection, SendResponse},
};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time::{sleep, timeout},
};

use crate::{accept::Peer, date::date_now, roads::Roads, shared::went_down};

/// A client has this long to send its first settings.
const SETTINGS_WITHIN: Duration = Duration::from_secs(20);
/// Requests on one connection at a time.
const STREAMS_MAX: u32 = 256;
/// Largest header list, in bytes.
const HEADERS_MAX_BYTES: u32 = 32 * 1024;
/// What many small bodies that wait to be read may cost beyond their length, in bytes: 256 for each of the requests,
/// four times over. The usual 25,600 would close the connection of a client that sends short messages quickly.
const SMALL_BODIES_BYTES: usize = 256 * 1024;
/// Between two pings.
const PING_EVERY: Duration = Duration::from_secs(30);
/// For the answer to a ping.
const PONG_WITHIN: Duration = Duration::from_secs(20);
/// A whole body up to this size is handed over at once, in bytes; a larger one as far as the client takes it.
const AT_ONCE_BYTES: usize = 16 * 1024;

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: SocketAddr,
    roads: Roads,
    mut goes_down: watch::Receiver<bool>,
) {
    let mut builder = server::Builder::new();
    builder.max_concurrent_streams(STREAMS_MAX).max_header_list_size(HEADERS_MAX_BYTES);
    builder.data_frame_budget(SMALL_BODIES_BYTES);
    let mut connection = match timeout(SETTINGS_WITHIN, builder.handshake(stream)).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return tracing::debug!(%error, "a connection broke"),
        Err(_) => return tracing::debug!("a connection sent no settings"),
    };
    let mut alive = std::pin::pin!(keep_alive(connection.ping_pong()));
    let mut serving = Serving { connection, peer, roads, answers: FuturesUnordered::new() };
    let mut going_down = false;
    loop {
        tokio::select! {
            ended = poll_fn(|cx| serving.poll(cx)) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke");
                }
                return;
            }
            () = &mut alive => return tracing::debug!("a connection answers no ping"),
            () = went_down(&mut goes_down), if !going_down => {
                going_down = true;
                serving.connection.graceful_shutdown();
            }
        }
    }
}

/// Comes back when a ping is not answered.
async fn keep_alive(pings: Option<PingPong>) {
    let Some(mut pings) = pings else { return std::future::pending().await };
    loop {
        sleep(PING_EVERY).await;
        if !matches!(timeout(PONG_WITHIN, pings.ping(Ping::opaque())).await, Ok(Ok(_))) {
            return;
        }
    }
}

/// A connection with the requests on it.
struct Serving<S> {
    connection: Connection<S, Bytes>,
    peer: SocketAddr,
    roads: Roads,
    answers: FuturesUnordered<BoxFuture<'static, ()>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Serving<S> {
    /// Takes in all requests that have come, then lets all answers go on, until neither is to be had.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), h2::Error>> {
        loop {
            while let Poll::Ready(next) = self.connection.poll_accept(cx) {
                match next.transpose()? {
                    Some((request, respond)) => self.begin(request, respond),
                    None => return Poll::Ready(Ok(())),
                }
            }
            let mut has_answered = false;
            while let Poll::Ready(Some(())) = self.answers.poll_next_unpin(cx) {
                has_answered = true;
            }
            if !has_answered {
                return Poll::Pending;
            }
        }
    }

    fn begin(&self, request: http::Request<RecvStream>, respond: SendResponse<Bytes>) {
        let mut request = request.map(|incoming| Body::new(Received(incoming)));
        request.extensions_mut().insert(Peer(self.peer));
        self.answers.push(Box::pin(answer(self.roads.clone(), request, respond)));
    }
}

/// Answers one request. A client that wants the answer no more ends it.
async fn answer(roads: Roads, request: Request, mut respond: SendResponse<Bytes>) {
    let is_head = request.method() == http::Method::HEAD;
    let answering = roads.answer(request);
    let response = tokio::select! {
        biased;
        response = answering => response,
        _ = poll_fn(|cx| respond.poll_reset(cx)) => return,
    };
    // An error means that the client or the connection is gone: there is nobody to tell.
    let _ = send(response, is_head, respond).await;
}

async fn send(response: Response, is_head: bool, mut respond: SendResponse<Bytes>) -> Result<(), h2::Error> {
    let (mut head, mut body) = response.into_parts();
    if let Some(length) = body.size_hint().exact().filter(|_| !is_head) {
        head.headers.entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    if let Some(date) = date_now() {
        head.headers.entry(header::DATE).or_insert(date);
    }
    // They belong to HTTP/1.1 (RFC 9113, 8.2.2).
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE] {
        head.headers.remove(name);
    }
    let head = http::Response::from_parts(head, ());
    if is_head || body.is_end_stream() {
        return respond.send_response(head, true).map(drop);
    }
    let mut stream = respond.send_response(head, false)?;
    loop {
        let frame = tokio::select! {
            biased;
            frame = body.frame() => frame,
            _ = poll_fn(|cx| stream.poll_reset(cx)) => return Ok(()),
        };
        match frame.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(data))) => {
                let is_last = body.is_end_stream();
                send_data(&mut stream, data, is_last).await?;
                if is_last {
                    return Ok(());
                }
            }
            Some(Ok(Err(_trailers))) => {}
            Some(Err(_)) => {
                stream.send_reset(Reason::INTERNAL_ERROR);
                return Ok(());
            }
            None => return stream.send_data(Bytes::new(), true),
        }
    }
}

/// Sends a piece of a body. A small one that is the last may wait in memory: there are only so many requests.
async fn send_data(stream: &mut SendStream<Bytes>, mut data: Bytes, is_last: bool) -> Result<(), h2::Error> {
    if is_last && data.len() <= AT_ONCE_BYTES {
        return stream.send_data(data, true);
    }
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let Some(room) = poll_fn(|cx| stream.poll_capacity(cx)).await else { return Ok(()) };
        let piece = data.split_to(room?.min(data.len()));
        let ends = is_last && data.is_empty();
        stream.send_data(piece, ends)?;
    }
    Ok(())
}

/// A request's body.
struct Received(RecvStream);

impl hyper::body::Body for Received {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        let Some(data) = ready!(self.0.poll_data(cx)) else {
            return self.poll_trailers(cx);
        };
        let data = data?;
        // Without giving the room back the client would stop after 64 KiB.
        let _ = self.0.flow_control().release_capacity(data.len());
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Received {
    fn poll_trailers(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        let trailers: Option<HeaderMap> = ready!(self.0.poll_trailers(cx))?;
        Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))))
    }
}
