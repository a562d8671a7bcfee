//! HTTP/1.1: one request at a time on a kept connection.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Incoming,
    client::conn::{TrySendError, http1},
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use vendors::WireReply;

use super::answer::{Lost, gather, wire_reply};

/// A connection's sending end. It travels with the request and comes back with the answer.
pub(super) type Sender = http1::SendRequest<Full<Bytes>>;

/// A connection's other half, which does the reading and writing.
pub(super) type Driver = http1::Connection<TokioIo<TlsStream<TcpStream>>, Full<Bytes>>;

pub(super) async fn open(stream: TlsStream<TcpStream>) -> Result<(Sender, Driver), hyper::Error> {
    http1::handshake(TokioIo::new(stream)).await
}

/// Sends and reads the answer; the sender comes back where the connection can be used again.
pub(super) async fn exchange(
    mut sender: Sender,
    head: Request<()>,
    body: Bytes,
) -> (Result<WireReply, Lost>, Option<Sender>) {
    let request = head.map(|()| Full::new(body));
    let response = match sender.try_send_request(request).await {
        Ok(response) => response,
        Err(error) => return (Err(lost(error)), None),
    };
    let (head, incoming) = response.into_parts();
    match read(incoming).await {
        Ok((body, complete)) => {
            let back = complete && sender.ready().await.is_ok();
            (Ok(wire_reply(&head, body)), back.then_some(sender))
        }
        Err(error) => (Err(Lost::broken(&error)), None),
    }
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
