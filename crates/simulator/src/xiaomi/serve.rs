//! The shell around the desk: HTTP in, HTTP out, faults between.

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::sync::mpsc;

use super::{
    answer::{Answer, Ask, Ending},
    desk::Desk,
    receipt::{Collector, Post},
};
use crate::{callback::post_form, faults::Fault, listener::Visit, phone::Report, shared::Host};

/// Largest body, in bytes: a thousand long registration ids and a full message fit four times.
const BODY_MAX_BYTES: usize = 1024 * 1024;
/// Posts to receivers that are under way at a time.
const POSTS_AT_A_TIME: usize = 16;

/// Serves one connection to its end.
pub(super) async fn serve(desk: Arc<Desk>, visit: Visit) {
    let host = visit.host;
    let service = service_fn(move |request| answer(Arc::clone(&desk), Arc::clone(&host), request));
    let io = TokioIo::new(visit.stream);
    if let Err(error) = auto::Builder::new(TokioExecutor::new()).serve_connection(io, service).await {
        tracing::debug!(%error, "connection ended");
    }
}

/// Answers one request; an error cuts the connection.
async fn answer(
    desk: Arc<Desk>,
    host: Arc<Host>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let turn = host.faults.turn();
    if turn.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(turn.latency_ms.into())).await;
    }
    let (head, body) = request.into_parts();
    let answer = match &turn.fault {
        None | Some(Fault::LoseAnswer | Fault::Goaway(_)) => match read(body).await? {
            Some(body) => desk.answer(&Ask::new(&head, &body), &turn),
            None => Answer::too_long(),
        },
        Some(fault) => Answer::of_fault(fault),
    };
    let answer = if turn.fault == Some(Fault::LoseAnswer) { answer.lost() } else { answer };
    desk.write_log(&host, &head, &answer);
    match answer.ending {
        Ending::Silent => std::future::pending().await,
        Ending::Cut => Err(io::Error::other("cut on demand")),
        Ending::Answered => Ok(response(answer)),
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

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let json = HeaderValue::from_static("application/json;charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// Takes in what phones report, and posts receipts, until the last phone is gone.
pub(super) async fn run_receipts(desk: Arc<Desk>, mut reports: mpsc::Receiver<Report>) {
    let mut collector = Collector::default();
    while let Some(report) = reports.recv().await {
        desk.note(&report);
        collector.add(report);
        if collector.is_empty() {
            continue;
        }
        let deadline = tokio::time::Instant::now() + desk.receipt_collect();
        while let Ok(Some(report)) = tokio::time::timeout_at(deadline, reports.recv()).await {
            desk.note(&report);
            collector.add(report);
        }
        stream::iter(collector.drain())
            .for_each_concurrent(POSTS_AT_A_TIME, |post| call_back(&desk, post))
            .await;
    }
}

async fn call_back(desk: &Desk, post: Post) {
    let outcome = post_form(&post.url, post.body).await;
    desk.write_callback_log(&post.url, post.events, outcome);
}
