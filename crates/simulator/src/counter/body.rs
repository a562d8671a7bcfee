//! An answer's body as it leaves: at once, or as a fault wants it.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// An answer's body.
#[derive(Debug)]
pub(crate) enum AnswerBody {
    /// At once.
    Whole(Full<Bytes>),
    /// A byte at a time.
    Dripping {
        /// What has not left.
        rest: Bytes,
        /// Before each byte.
        wait: Duration,
        /// Until the next byte.
        sleep: Pin<Box<Sleep>>,
    },
    /// Its first half, then the connection is cut.
    Half(Option<Bytes>, u64),
}

impl AnswerBody {
    pub(super) fn whole(body: Vec<u8>) -> Self {
        Self::Whole(Full::new(body.into()))
    }

    pub(super) fn dripping(body: Vec<u8>, wait: Duration) -> Self {
        Self::Dripping { rest: body.into(), wait, sleep: Box::pin(sleep_until(Instant::now() + wait)) }
    }

    pub(super) fn half(body: Vec<u8>) -> Self {
        let bytes = body.len() as u64;
        let mut first = Bytes::from(body);
        first.truncate(first.len() / 2);
        Self::Half(Some(first), bytes)
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body).poll_frame(cx).map_err(|never| match never {}),
            Self::Dripping { rest, .. } if rest.is_empty() => Poll::Ready(None),
            Self::Dripping { rest, wait, sleep } => {
                ready!(sleep.as_mut().poll(cx));
                sleep.as_mut().reset(Instant::now() + *wait);
                Poll::Ready(Some(Ok(Frame::data(rest.split_to(1)))))
            }
            Self::Half(first, _) => match first.take().filter(|first| !first.is_empty()) {
                Some(first) => Poll::Ready(Some(Ok(Frame::data(first)))),
                None => Poll::Ready(Some(Err(io::Error::other("cut on demand")))),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Dripping { rest, .. } => rest.is_empty(),
            Self::Half(..) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Dripping { rest, .. } => SizeHint::with_exact(rest.len() as u64),
            Self::Half(_, bytes) => SizeHint::with_exact(*bytes),
        }
    }
}
