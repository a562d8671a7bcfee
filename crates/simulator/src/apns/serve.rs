//! The shell around the desk: one task serves one HTTP/2 connection and alone holds what belongs to it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt, stream::FuturesUnordered};
use h2::{
    Reason as H2Reason, RecvStream, SendStream,
    server::{Connection, SendResponse},
};
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use tokio::time::{Instant, Sleep};

use super::{
    answer::{Answer, Ending},
    desk::{Ask, Desk},
    provider::Passport,
    splice::{Levers, Splice},
};
use crate::{
    faults::{Fault, Turn},
    listener::{Stream, Visit},
    shared::Host,
};

/// Streams on a connection that has shown who it is. Observed: 500, 1000 and 1500.
const STREAMS: u32 = 1000;
/// Streams before the first accepted request with a provider token, and after a 400. Documented and observed.
const STREAMS_CAUTIOUS: u32 = 1;
/// What the library itself allows; our own limit lies below.
const STREAMS_HARD: u32 = 2 * STREAMS;
/// Of a larger payload only so much is kept, to tell its size and no more.
const PAYLOAD_KEPT_BYTES: usize = 8 * 1024;
/// A payload that goes on beyond this is answered without its end.
const PAYLOAD_READ_BYTES: usize = 64 * 1024;
const HEADERS_MAX_BYTES: u32 = 16 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// How long a connection may linger after its end was announced.
const DRAIN_MAX: Duration = Duration::from_secs(5);

/// How long a half answer has to get to the client before the connection is cut.
const WRITTEN_WITHIN: Duration = Duration::from_millis(20);
/// Requests that are taken in before the first of them is answered.
const BATCH_MAX: usize = 128;

type Incoming = (Request<RecvStream>, SendResponse<Bytes>);
type Wire = Splice<Stream>;

/// Serves one connection to its end.
pub(super) async fn serve(desk: Arc<Desk>, visit: Visit) {
    let Visit { host, stream, .. } = visit;
    let passport = passport(&desk, &host, &stream);
    let cautious = desk.shared.settings.moving_stream_limit && !passport.has_certificate();
    let (wire, levers) = Splice::new(stream, if cautious { STREAMS_CAUTIOUS } else { STREAMS });
    let handshake = h2::server::Builder::new()
        .max_concurrent_streams(STREAMS_HARD)
        .max_header_list_size(HEADERS_MAX_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .handshake::<_, Bytes>(wire);
    let connection = match handshake.await {
        Ok(connection) => connection,
        Err(error) => return tracing::debug!(host = host.name, %error, "not HTTP/2"),
    };
    let visit = Conversation {
        desk,
        host,
        passport,
        levers,
        open: FuturesUnordered::new(),
        held: Vec::new(),
        end: None,
    };
    visit.run(connection).await;
}

fn passport(desk: &Desk, host: &Host, stream: &Stream) -> Passport {
    let environment = Desk::environment(host);
    let chain = stream.client_certificates();
    let certificate = chain.map(|chain| desk.authorities.read(chain, environment, desk.now()));
    Passport::new(environment, certificate)
}

/// One connection.
struct Conversation {
    desk: Arc<Desk>,
    host: Arc<Host>,
    passport: Passport,
    levers: Levers,
    open: FuturesUnordered<Exchange>,
    /// Streams that are never answered.
    held: Vec<SendResponse<Bytes>>,
    /// When a connection whose end was announced is closed.
    end: Option<Instant>,
}

/// Whether the connection goes on.
#[derive(PartialEq, Eq)]
enum Next {
    On,
    Cut,
}

impl Conversation {
    async fn run(mut self, mut connection: Connection<Wire, Bytes>) {
        let mut batch = Vec::new();
        loop {
            let end = self.end;
            let drained = async {
                match end {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let next = tokio::select! {
                biased;
                Some(step) = self.open.next() => self.step(step),
                accepted = connection.accept() => match accepted {
                    Some(Ok(first)) => {
                        batch.push(first);
                        gather(&mut connection, &mut batch);
                        self.accept_all(&mut batch)
                    }
                    Some(Err(_)) | None => Next::Cut,
                },
                () = drained => Next::Cut,
            };
            if next == Next::Cut {
                return;
            }
        }
    }

    fn accept_all(&mut self, batch: &mut Vec<Incoming>) -> Next {
        for (request, respond) in batch.drain(..) {
            if self.accept(request, respond) == Next::Cut {
                return Next::Cut;
            }
        }
        Next::On
    }

    fn accept(&mut self, request: Request<RecvStream>, mut respond: SendResponse<Bytes>) -> Next {
        if self.end.is_some() || self.open.len() as u64 >= u64::from(self.levers.allowed_streams()) {
            respond.send_reset(H2Reason::REFUSED_STREAM);
            return Next::On;
        }
        let turn = self.host.faults.turn();
        match &turn.fault {
            Some(Fault::Goaway(reason)) => {
                // Client streams have odd numbers: the one before this was the last to be looked at.
                let last = respond.stream_id().as_u32().saturating_sub(2);
                self.levers.goaway(last, reason);
                self.end = Some(Instant::now() + DRAIN_MAX);
                respond.send_reset(H2Reason::REFUSED_STREAM);
                return Next::On;
            }
            Some(Fault::BlackHole) => {
                self.held.push(respond);
                return Next::On;
            }
            Some(Fault::Reset) => return Next::Cut,
            Some(Fault::Fail(_) | Fault::LoseAnswer | Fault::HalfAnswer) | None => (),
        }
        let (head, body) = request.into_parts();
        let mut reading =
            Reading { head: Some(head), body, payload: Payload::default(), respond: Some(respond), turn };
        match (&mut reading).now_or_never() {
            Some(step) => self.step(step),
            None => {
                self.open.push(Exchange::Reading(Box::new(reading)));
                Next::On
            }
        }
    }

    fn step(&mut self, step: Step) -> Next {
        match step {
            Step::Gone => Next::On,
            Step::Received(received) => {
                let Received { head, payload, respond, turn } = *received;
                let ask = Ask { head: &head, payload: payload.bytes(), payload_bytes: payload.seen };
                let answer = self.desk.answer(&ask, &mut self.passport, &self.host, &turn);
                self.desk.write_log(&self.host, &head.method, &answer);
                if turn.latency_ms == 0 {
                    return self.finish(answer, respond, &turn);
                }
                let wait = tokio::time::sleep(Duration::from_millis(turn.latency_ms.into()));
                self.open.push(Exchange::Waiting(Box::pin(wait), Some(Box::new((answer, respond, turn)))));
                Next::On
            }
            Step::Answer(ready) => {
                let (answer, respond, turn) = *ready;
                self.finish(answer, respond, &turn)
            }
            Step::Dripped(mut dripping) => {
                // A client that has gone away needs no more.
                if dripping.body.send_data(Bytes::from_static(b" "), false).is_ok() {
                    dripping.sleep.as_mut().reset(Instant::now() + dripping.wait);
                    self.open.push(Exchange::Dripping(dripping));
                }
                Next::On
            }
            Step::Cut => Next::Cut,
        }
    }

    fn finish(&mut self, answer: Answer, mut respond: SendResponse<Bytes>, turn: &Turn) -> Next {
        match answer.ending {
            Ending::Cut => return Next::Cut,
            Ending::Silent => {
                self.held.push(respond);
                return Next::On;
            }
            Ending::Half => return self.halve(&answer, respond, turn),
            Ending::Answered if turn.drip_ms > 0 => return self.drip(&answer, respond, turn),
            Ending::Answered => (),
        }
        self.move_stream_limit(answer.status);
        let body = answer.body();
        let sent = respond.send_response(response(&answer, !body.is_empty(), turn), body.is_empty());
        if let Ok(mut stream) = sent
            && !body.is_empty()
        {
            // A stream that the client has given up needs no answer.
            let _ = stream.send_data(Bytes::from(body), true);
        }
        Next::On
    }

    /// The head, and the connection's end shortly behind it.
    fn halve(&mut self, answer: &Answer, mut respond: SendResponse<Bytes>, turn: &Turn) -> Next {
        if let Ok(body) = respond.send_response(response(answer, true, turn), false) {
            let wait = Box::pin(tokio::time::sleep(WRITTEN_WITHIN));
            self.open.push(Exchange::Cutting(wait, body));
        }
        Next::On
    }

    /// The head, and blanks behind it that have no end: the body of a success is empty.
    fn drip(&mut self, answer: &Answer, mut respond: SendResponse<Bytes>, turn: &Turn) -> Next {
        if let Ok(body) = respond.send_response(response(answer, true, turn), false) {
            let wait = Duration::from_millis(turn.drip_ms.into());
            let dripping = Dripping { body, wait, sleep: Box::pin(tokio::time::sleep(wait)) };
            self.open.push(Exchange::Dripping(Box::new(dripping)));
        }
        Next::On
    }

    /// Apple trusts a connection after a success and mistrusts it after a 400.
    fn move_stream_limit(&self, status: u16) {
        if !self.desk.shared.settings.moving_stream_limit {
            return;
        }
        match status {
            200 => self.levers.set_stream_limit(STREAMS),
            400 => self.levers.set_stream_limit(STREAMS_CAUTIOUS),
            _ => (),
        }
    }
}

/// Takes in what has come already. Every accept writes out the answers before it, so that answering a batch after
/// it was taken in costs one write instead of one for each request.
fn gather(connection: &mut Connection<Wire, Bytes>, batch: &mut Vec<Incoming>) {
    while batch.len() < BATCH_MAX
        && let Some(Some(Ok(next))) = connection.accept().now_or_never()
    {
        batch.push(next);
    }
}

fn response(answer: &Answer, with_body: bool, turn: &Turn) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut add = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    add("apns-id", &answer.id);
    if let Some(id) = &answer.unique_id {
        add("apns-unique-id", id);
    }
    if with_body {
        add("content-type", "application/json");
    }
    if let Some(wait) = turn.retry_after(answer.status) {
        add("retry-after", &wait);
    }
    response
}

/// A payload as it comes in: one piece is not copied.
#[derive(Debug, Default)]
struct Payload {
    first: Bytes,
    joined: BytesMut,
    seen: usize,
}

impl Payload {
    fn add(&mut self, piece: Bytes) {
        let before = self.seen;
        self.seen += piece.len();
        if before == 0 {
            self.first = piece;
        } else if before <= PAYLOAD_KEPT_BYTES {
            if self.joined.is_empty() {
                self.joined.extend_from_slice(&self.first);
            }
            self.joined.extend_from_slice(&piece);
        }
    }

    fn bytes(&self) -> &[u8] {
        if self.joined.is_empty() { &self.first } else { &self.joined }
    }
}

/// What one stream is at.
enum Exchange {
    Reading(Box<Reading>),
    Waiting(Pin<Box<Sleep>>, Option<Box<Ready>>),
    Dripping(Box<Dripping>),
    /// Until the head is written.
    Cutting(
        Pin<Box<Sleep>>,
        #[expect(dead_code, reason = "held so that its stream stays open")] SendStream<Bytes>,
    ),
    Over,
}

type Ready = (Answer, SendResponse<Bytes>, Turn);

/// An answer whose body comes a byte at a time.
struct Dripping {
    body: SendStream<Bytes>,
    wait: Duration,
    sleep: Pin<Box<Sleep>>,
}

/// What one stream has come to.
enum Step {
    Received(Box<Received>),
    Answer(Box<Ready>),
    /// Time for the next byte.
    Dripped(Box<Dripping>),
    /// Time to cut the connection.
    Cut,
    /// The client gave it up.
    Gone,
}

struct Received {
    head: Parts,
    payload: Payload,
    respond: SendResponse<Bytes>,
    turn: Turn,
}

/// A request whose payload is being read.
struct Reading {
    head: Option<Parts>,
    body: RecvStream,
    payload: Payload,
    respond: Option<SendResponse<Bytes>>,
    turn: Turn,
}

impl Future for Reading {
    type Output = Step;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        let this = self.get_mut();
        while this.payload.seen <= PAYLOAD_READ_BYTES {
            match ready!(this.body.poll_data(cx)) {
                Some(Ok(piece)) => {
                    // The window is only ever too small where the connection is gone already.
                    let _ = this.body.flow_control().release_capacity(piece.len());
                    this.payload.add(piece);
                }
                Some(Err(_)) => return Poll::Ready(Step::Gone),
                None => break,
            }
        }
        Poll::Ready(match (this.head.take(), this.respond.take()) {
            (Some(head), Some(respond)) => Step::Received(Box::new(Received {
                head,
                payload: std::mem::take(&mut this.payload),
                respond,
                turn: std::mem::take(&mut this.turn),
            })),
            _ => Step::Gone,
        })
    }
}

impl Future for Exchange {
    type Output = Step;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Step> {
        let this = self.get_mut();
        match this {
            Self::Reading(reading) => reading.poll_unpin(cx),
            Self::Waiting(wait, ready) => {
                ready!(wait.as_mut().poll(cx));
                Poll::Ready(ready.take().map_or(Step::Gone, Step::Answer))
            }
            Self::Cutting(wait, _) => {
                ready!(wait.as_mut().poll(cx));
                Poll::Ready(Step::Cut)
            }
            Self::Dripping(dripping) => {
                ready!(dripping.sleep.as_mut().poll(cx));
                match std::mem::replace(this, Self::Over) {
                    Self::Dripping(dripping) => Poll::Ready(Step::Dripped(dripping)),
                    _ => Poll::Ready(Step::Gone),
                }
            }
            Self::Over => Poll::Ready(Step::Gone),
        }
    }
}
