//! Requests as data to answers as data: HTTP/1.1 and HTTP/2 behind one pool, over TLS but for webhooks inside.

mod answer;
mod connection;
mod dial;
mod elsewhere;
mod host;
mod http1;
mod http2;
mod once;
mod pool;
mod request;
mod stream;

pub(crate) use answer::Lost;
pub(crate) use dial::{DialError, Dialer, Endpoint, Place, is_public};
pub(crate) use elsewhere::Elsewhere;
pub(crate) use host::Host;
pub(crate) use once::exchange_once;
pub(crate) use pool::{ConnectionId, Dialed, Landing, Pool};
