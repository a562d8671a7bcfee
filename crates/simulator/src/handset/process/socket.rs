//! The app's WebSocket: plain, without Nagle's delay, and never waited on for long.

use std::{pin::Pin, time::Duration};

use futures_util::SinkExt;
use http::Uri;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, protocol::WebSocketConfig},
};

/// A connection that stands.
pub(crate) type Socket = Box<WebSocketStream<TcpStream>>;
/// A connection that is being opened; what goes wrong is said in words for the app's log.
pub(super) type Connecting = Pin<Box<dyn Future<Output = Result<Socket, String>> + Send>>;

/// Largest message taken from a server, in bytes.
const MESSAGE_MAX_BYTES: usize = 1 << 20;
/// A socket that takes nothing for so long is given up.
const WRITE_WITHIN: Duration = Duration::from_secs(5);

/// Opens a connection.
pub(super) fn connect(url: String) -> Connecting {
    Box::pin(open(url))
}

async fn open(url: String) -> Result<Socket, String> {
    let uri: Uri = url.parse().map_err(|_| format!("{url} is no address"))?;
    let (Some("ws"), Some(host)) = (uri.scheme_str(), uri.host()) else {
        return Err(format!("{url} is not a ws:// address"));
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream =
        TcpStream::connect((host, uri.port_u16().unwrap_or(80))).await.map_err(|error| error.to_string())?;
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(0)
        .max_message_size(Some(MESSAGE_MAX_BYTES))
        .max_frame_size(Some(MESSAGE_MAX_BYTES));
    let (socket, _) =
        client_async_with_config(url, stream, Some(config)).await.map_err(|error| error.to_string())?;
    Ok(Box::new(socket))
}

/// Writes one text message.
pub(super) async fn write(socket: &mut Socket, text: String) -> Result<(), tungstenite::Error> {
    timeout(WRITE_WITHIN, socket.send(Message::text(text)))
        .await
        .unwrap_or(Err(tungstenite::Error::ConnectionClosed))
}
