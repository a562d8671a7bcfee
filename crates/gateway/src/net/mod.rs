//! Requests as data to answers as data, over TLS: HTTP/1.1 and HTTP/2 behind one pool.

mod answer;
mod connection;
mod dial;
mod elsewhere;
mod http1;
mod http2;
mod once;
mod pool;
mod request;

pub(crate) use answer::Lost;
pub(crate) use dial::{DialError, Dialer, Endpoint};
pub(crate) use elsewhere::Elsewhere;
pub(crate) use once::exchange_once;
pub(crate) use pool::{ConnectionId, Dialed, Landing, Pool};
