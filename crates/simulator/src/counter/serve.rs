//! The shell around a clerk: HTTP in, HTTP out, faults between.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::sync::Notify;

use super::{Answer, AnswerBody, Ask, Clerk, Counter, Ending};
use crate::{faults::Fault, listener::Visit, log::Entry, shared::Host};

/// Largest body, in bytes: a thousand long tokens and a full message fit several times.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Streams that one HTTP/2 connection may have open.
const STREAMS_MAX: u32 = 1000;

/// Serves one connection to its end.
pub(super) async fn serve<C: Clerk>(counter: Arc<Counter<C>>, visit: Visit) {
    let Visit { host, neighbours, stream } = visit;
    let leaving = Arc::new(Notify::new());
    let told = Arc::clone(&leaving);
    let service = service_fn(move |request: Request<Incoming>| {
        let (counter, host, told) = (Arc::clone(&counter), Arc::clone(&host), Arc::clone(&told));
        let neighbours = Arc::clone(&neighbours);
        async move {
            let (head, body) = request.into_parts();
            let neighbour =
                neighbours.iter().find(|desk| !counter.clerk.takes(&head) && desk.book.takes(&head));
            let request = Request::from_parts(head, body);
            match neighbour {
                Some(desk) => desk.book.attend(&desk.host, &told, request).await,
                None => answer(&counter, &host, &told, request).await,
            }
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http2().max_concurrent_streams(STREAMS_MAX);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = loop {
        tokio::select! {
            ended = connection.as_mut() => break ended,
            () = leaving.notified() => connection.as_mut().graceful_shutdown(),
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// Answers one request; an error cuts the connection.
pub(super) async fn answer<C: Clerk>(
    counter: &Counter<C>,
    host: &Arc<Host>,
    leaving: &Notify,
    request: Request<Incoming>,
) -> io::Result<Response<AnswerBody>> {
    let turn = host.faults.turn();
    if turn.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(turn.latency_ms.into())).await;
    }
    let (head, body) = request.into_parts();
    let body = read(body).await?;
    let now = counter.shared.clock.now();
    let ask = Ask::new(host, &head, body.as_deref().unwrap_or_default(), now);
    let mut answer = match &turn.fault {
        _ if body.is_none() => counter.clerk.too_long(),
        None | Some(Fault::LoseAnswer | Fault::HalfAnswer | Fault::Goaway(_)) => {
            counter.clerk.answer(&ask, &turn)
        }
        Some(Fault::Fail(code)) => {
            Answer::of_status_code(code).unwrap_or_else(|| counter.clerk.refuse(code, &ask).at("fault"))
        }
        Some(Fault::BlackHole) => Answer::silent(),
        Some(Fault::Reset) => Answer::cut(),
    };
    match &turn.fault {
        Some(Fault::LoseAnswer) => answer.ending = Ending::Cut,
        Some(Fault::HalfAnswer) => answer.ending = Ending::Half,
        Some(Fault::Goaway(_)) => leaving.notify_one(),
        _ if turn.drip_ms > 0 && answer.ending == Ending::Answered => {
            answer.ending = Ending::Dripping(turn.drip_ms);
        }
        _ => (),
    }
    answer.headers.extend(turn.retry_after(answer.status).map(|wait| ("retry-after", wait)));
    write_log(counter, host, &head, &answer);
    match answer.ending {
        Ending::Silent => std::future::pending().await,
        Ending::Cut => Err(io::Error::other("cut on demand")),
        Ending::Answered | Ending::Dripping(_) | Ending::Half => Ok(response(answer)),
    }
}

/// The whole body; `None` where it is too long.
async fn read(body: Incoming) -> Result<Option<Bytes>, io::Error> {
    match Limited::new(body, BODY_MAX_BYTES).collect().await {
        Ok(collected) => Ok(Some(collected.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn response(answer: Answer) -> Response<AnswerBody> {
    let body = match answer.ending {
        Ending::Dripping(wait_ms) => AnswerBody::dripping(answer.body, Duration::from_millis(wait_ms.into())),
        Ending::Half => AnswerBody::half(answer.body),
        Ending::Answered | Ending::Cut | Ending::Silent => AnswerBody::whole(answer.body),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn write_log<C: Clerk>(counter: &Counter<C>, host: &Host, head: &Parts, answer: &Answer) {
    let logged = &answer.logged;
    let path = if logged.path.is_empty() { "another path" } else { logged.path };
    counter.shared.tally.note_request(counter.clerk.vendor());
    counter.shared.log.write(Entry {
        number: 0,
        at: counter.shared.clock.now(),
        vendor: counter.clerk.vendor(),
        host: host.name.into(),
        path: format!("{} {path}", head.method).into(),
        targets: logged.targets,
        token: logged.token.clone(),
        status: if matches!(answer.ending, Ending::Cut | Ending::Silent) { 0 } else { answer.status },
        code: logged.code.clone(),
        stage: if logged.stage.is_empty() { "answered" } else { logged.stage },
    });
    counter.shared.news.changed();
}
