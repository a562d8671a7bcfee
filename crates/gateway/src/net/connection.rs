//! One open connection of either protocol.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::time::timeout;
use vendors::{Protocol, WireReply, WireRequest};

use super::{
    DialError, Endpoint,
    answer::Lost,
    http1, http2,
    request::{self, Repeated},
};

/// Reads and writes for a connection until it ends; nothing moves on it unless this is polled.
pub(crate) type Driver = BoxFuture<'static, ()>;

/// An answer, with the sending end where the protocol lends it out.
pub(super) struct Outcome {
    pub(super) result: Result<WireReply, Lost>,
    pub(super) back: Option<http1::Sender>,
}

/// Whether a new request may begin on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readiness {
    Ready,
    /// Another request has to get out of the way first.
    NotYet,
    /// It has ended, or was told to go away.
    Ended,
}

/// The sending end of a connection.
pub(super) enum Connection {
    /// `None` while a request has it.
    Http1(Option<http1::Sender>),
    Http2(http2::Sender, Repeated),
}

impl Connection {
    /// Opens one.
    pub(super) async fn open(endpoint: Arc<Endpoint>) -> Result<(Self, Driver), DialError> {
        let stream = endpoint.dial().await?;
        match if stream.speaks_http2() { Protocol::Http2 } else { Protocol::Http1 } {
            Protocol::Http1 => {
                let (sender, driver) = http1::open(stream).await.map_err(|_| DialError::Protocol)?;
                let driver: Driver = Box::pin(async move {
                    let _ = driver.await;
                });
                Ok((Self::Http1(Some(sender)), driver))
            }
            Protocol::Http2 => {
                let (sender, driver) = http2::open(stream).await.map_err(|_| DialError::Protocol)?;
                Ok((Self::http2(sender), Box::pin(http2::drive(driver, endpoint.times))))
            }
        }
    }

    fn http2(sender: http2::Sender) -> Self {
        Self::Http2(sender, Repeated::default())
    }

    /// How many requests may be on it at once, as the other side says at this moment.
    pub(super) fn capacity(&self) -> usize {
        match self {
            Self::Http1(_) => 1,
            Self::Http2(sender, _) => sender.current_max_send_streams(),
        }
    }

    /// Whether a new request may begin on it.
    pub(super) fn readiness(&mut self) -> Readiness {
        match self {
            Self::Http1(None) => Readiness::NotYet,
            Self::Http1(Some(sender)) if sender.is_closed() => Readiness::Ended,
            Self::Http1(Some(_)) => Readiness::Ready,
            Self::Http2(sender, _) => http2::readiness(sender),
        }
    }

    /// Another sending end of the same connection, where the protocol has one.
    pub(super) fn another(&self) -> Option<Self> {
        match self {
            Self::Http1(_) => None,
            Self::Http2(sender, _) => Some(Self::http2(sender.clone())),
        }
    }

    /// Sends; `finish` shapes the outcome. An error means that nothing was written.
    pub(super) fn send<T: 'static>(
        &mut self,
        endpoint: &Endpoint,
        wire: &WireRequest,
        deadline: Duration,
        finish: impl FnOnce(Outcome) -> T + Send + 'static,
    ) -> Result<BoxFuture<'static, T>, Lost> {
        let mut none_before = Repeated::default();
        let (protocol, repeated) = match self {
            Self::Http1(_) => (Protocol::Http1, &mut none_before),
            Self::Http2(_, repeated) => (Protocol::Http2, repeated),
        };
        let head = request::http_head(endpoint, protocol, wire, repeated).map_err(|_| Lost::Unsendable)?;
        let body = Bytes::from(wire.body.clone());
        match self {
            Self::Http1(slot) => {
                let mut sender = slot.take().ok_or(Lost::Unsent)?;
                Ok(Box::pin(async move {
                    let exchange = timeout(deadline, http1::exchange(&mut sender, head, body)).await;
                    let (result, again) = exchange.unwrap_or((Err(Lost::timeout()), false));
                    let back = if again { http1::settled(sender).await } else { None };
                    finish(Outcome { result, back })
                }))
            }
            Self::Http2(sender, _) => {
                let answer = http2::answer(http2::begin(sender, head, body)?);
                Ok(Box::pin(async move {
                    let result = timeout(deadline, answer).await.unwrap_or(Err(Lost::timeout()));
                    finish(Outcome { result, back: None })
                }))
            }
        }
    }
}
