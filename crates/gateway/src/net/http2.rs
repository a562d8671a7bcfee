//! HTTP/2 on the `h2` crate: many streams on few connections.

use bytes::Bytes;
use futures_util::FutureExt;
use h2::{
    Ping, PingPong, Reason,
    client::{self, Connection, ResponseFuture, SendRequest},
};
use http::Request;
use tokio::time::{sleep, timeout};
use vendors::WireReply;

use super::{
    answer::{Lost, gather, wire_reply},
    connection::Readiness,
    stream::Stream,
};
use crate::{config::LaneTimes, own_codes};

pub(super) type Sender = SendRequest<Bytes>;

pub(super) type Driver = Connection<Stream, Bytes>;

/// One stream until the vendor's settings say more: Apple allows one until a first request has shown a valid token,
/// and more would only be refused.
const STREAMS_BEFORE_SETTINGS: usize = 1;

/// Largest header list of an answer; vendors send a few hundred bytes.
const HEADERS_MAX_BYTES: u32 = 16 * 1024;

/// What many small answers that wait to be read may cost beyond their length, in bytes. The usual amount is used up by
/// some 150 answers that come at once, and then the connection would be closed with all that is on it.
const SMALL_ANSWERS_BYTES: usize = 1024 * 1024;

pub(super) async fn open(stream: Stream) -> Result<(Sender, Driver), h2::Error> {
    client::Builder::new()
        .initial_max_send_streams(STREAMS_BEFORE_SETTINGS)
        .max_header_list_size(HEADERS_MAX_BYTES)
        .enable_push(false)
        .data_frame_budget(SMALL_ANSWERS_BYTES)
        .handshake(stream)
        .await
}

/// Reads and writes until the connection ends, or a ping is not answered.
pub(super) async fn drive(mut driver: Driver, times: LaneTimes) {
    let pings = driver.ping_pong();
    tokio::select! {
        _ = driver => {}
        () = watch(pings, times) => {}
    }
}

async fn watch(pings: Option<PingPong>, times: LaneTimes) {
    let Some(mut pings) = pings else { return std::future::pending().await };
    loop {
        sleep(times.ping_every).await;
        if !matches!(timeout(times.ping_answer, pings.ping(Ping::opaque())).await, Ok(Ok(_))) {
            return;
        }
    }
}

/// Whether a new stream may begin on this connection.
pub(super) fn readiness(sender: &mut Sender) -> Readiness {
    match std::future::poll_fn(|cx| sender.poll_ready(cx)).now_or_never() {
        Some(Ok(())) => Readiness::Ready,
        Some(Err(_)) => Readiness::Ended,
        None => Readiness::NotYet,
    }
}

/// Begins a stream. What fails here was never written.
pub(super) fn begin(sender: &mut Sender, head: Request<()>, body: Bytes) -> Result<ResponseFuture, Lost> {
    let (response, mut stream) = sender.send_request(head, body.is_empty()).map_err(|_| Lost::Unsent)?;
    if !body.is_empty() {
        stream.send_data(body, true).map_err(|error| lost(&error))?;
    }
    Ok(response)
}

/// Reads the answer. Dropping this resets the stream and nothing else.
pub(super) async fn answer(response: ResponseFuture) -> Result<WireReply, Lost> {
    let (head, mut incoming) = response.await.map_err(|error| lost(&error))?.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = incoming.data().await {
        let chunk = chunk.map_err(|error| lost(&error))?;
        // Without giving the room back the connection would stop after 64 KiB of answers.
        let _ = incoming.flow_control().release_capacity(chunk.len());
        if !gather(&mut body, &chunk) {
            break;
        }
    }
    Ok(wire_reply(&head, body))
}

/// A refused stream, or one above the last that a GOAWAY names, was not begun by the other side (RFC 9113, 6.8 and
/// 8.7).
fn lost(error: &h2::Error) -> Lost {
    let refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    if error.is_remote() && (error.is_go_away() || refused) {
        Lost::Unsent
    } else if error.is_reset() {
        Lost::Unknown { code: own_codes::STREAM_RESET, text: error.to_string() }
    } else {
        Lost::broken(error)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    const REQUESTS: usize = 500;

    /// Takes every request, then answers all at once.
    async fn answer_all_at_once(listener: TcpListener) {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let mut asked = Vec::new();
        while let Some(next) = connection.accept().await {
            asked.push(next.unwrap().1);
            if asked.len() == REQUESTS {
                for mut respond in asked.drain(..) {
                    let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                    body.send_data(Bytes::from_static(br#"{"name":"projects/demo/messages/0"}"#), false)
                        .unwrap();
                    // Many servers learn only then that the body is over.
                    body.send_data(Bytes::new(), true).unwrap();
                }
            }
        }
    }

    #[tokio::test]
    async fn many_small_answers_that_come_at_once_are_all_read() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let vendor = tokio::spawn(answer_all_at_once(listener));
        let (sender, driver) = open(Stream::Plain(stream)).await.unwrap();
        let driver = tokio::spawn(driver);
        let mut responses = Vec::new();
        for _ in 0..REQUESTS {
            let mut sender = sender.clone().ready().await.unwrap();
            let head = Request::post("https://vendor.test/send").body(()).unwrap();
            responses.push(begin(&mut sender, head, Bytes::from_static(b"{}")).unwrap());
        }
        // Once the last answer is there, those before it wait to be read.
        responses.reverse();
        let mut answers = Vec::new();
        for response in responses {
            answers.push(answer(response).await);
        }
        let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert_eq!(lost, Vec::<&Lost>::new());
        drop(sender);
        driver.await.unwrap().unwrap();
        vendor.await.unwrap();
    }
}
