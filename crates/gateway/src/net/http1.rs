//! HTTP/1.1: one request at a time on a kept connection.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{TrySendError, http1},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use vendors::WireReply;

use super::{
    answer::{Lost, gather, wire_reply},
    stream::Stream,
};

/// How long a connection may take to be free after an answer; one that takes longer is closed.
const SETTLE_TIME: Duration = Duration::from_millis(20);

/// A connection's sending end. It travels with the request and comes back with the answer.
pub(super) type Sender = http1::SendRequest<Full<Bytes>>;

/// A connection's other half, which does the reading and writing.
pub(super) type Driver = http1::Connection<TokioIo<Stream>, Full<Bytes>>;

pub(super) async fn open(stream: Stream) -> Result<(Sender, Driver), hyper::Error> {
    http1::handshake(TokioIo::new(stream)).await
}

/// Sends and reads the answer. Also says whether the connection may be used again.
pub(super) async fn exchange(
    sender: &mut Sender,
    head: Request<()>,
    body: Bytes,
) -> (Result<WireReply, Lost>, bool) {
    let request = head.map(|()| Full::new(body));
    let response = match sender.try_send_request(request).await {
        Ok(response) => response,
        Err(error) => return (Err(lost(error)), false),
    };
    let (head, incoming) = response.into_parts();
    match read(incoming).await {
        Ok((body, complete)) => (Ok(wire_reply(&head, body)), complete),
        Err(error) => (Err(Lost::broken(&error)), false),
    }
}

/// The sender, once it takes another request. That is so at once, unless the other side answered before it had read
/// everything, or closes.
pub(super) async fn settled(mut sender: Sender) -> Option<Sender> {
    let ready = timeout(SETTLE_TIME, sender.ready()).await;
    matches!(ready, Ok(Ok(()))).then_some(sender)
}

async fn read(mut incoming: Incoming) -> Result<(Vec<u8>, bool), hyper::Error> {
    let mut body = Vec::new();
    while let Some(frame) = incoming.frame().await {
        if let Some(chunk) = frame?.data_ref()
            && !gather(&mut body, chunk)
        {
            return Ok((body, false));
        }
    }
    Ok((body, true))
}

/// A request that comes back with its error was never written.
fn lost(mut error: TrySendError<Request<Full<Bytes>>>) -> Lost {
    if error.take_message().is_some() { Lost::Unsent } else { Lost::broken(error.error()) }
}
