//! One WebSocket as texts in and texts out. Writing goes on while reading, and neither waits for the other.

use std::{
    collections::VecDeque,
    error::Error,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::{Sink, Stream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

/// How long the last frames and the other end's goodbye may take.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);

/// What came in.
#[derive(Debug)]
pub(super) enum Heard {
    Text(Utf8Bytes),
    Binary,
    TooLarge,
    Closed,
}

/// One WebSocket.
pub(super) struct Pipe {
    socket: WebSocket,
    unsent: VecDeque<Utf8Bytes>,
    unflushed: bool,
}

impl Pipe {
    pub(super) const fn new(socket: WebSocket) -> Self {
        Self { socket, unsent: VecDeque::new(), unflushed: false }
    }

    /// Queues a text; it leaves while [`Pipe::hear`] is awaited.
    pub(super) fn write(&mut self, text: Utf8Bytes) {
        self.unsent.push_back(text);
    }

    /// Frames that have not left yet.
    pub(super) fn unsent(&self) -> usize {
        self.unsent.len()
    }

    /// Writes what is queued and, where `listening`, waits for what comes in. Dropping the future loses nothing.
    pub(super) async fn hear(&mut self, listening: bool) -> Heard {
        poll_fn(|cx| self.poll_hear(cx, listening)).await
    }

    fn poll_hear(&mut self, cx: &mut Context<'_>, listening: bool) -> Poll<Heard> {
        if let Poll::Ready(Err(_)) = self.poll_write(cx) {
            return Poll::Ready(Heard::Closed);
        }
        if !listening {
            return Poll::Pending;
        }
        loop {
            let heard = match ready!(Pin::new(&mut self.socket).poll_next(cx)) {
                Some(Ok(Message::Text(text))) => Heard::Text(text),
                Some(Ok(Message::Binary(_))) => Heard::Binary,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Err(error)) if is_too_large(&error) => Heard::TooLarge,
                Some(Ok(Message::Close(_)) | Err(_)) | None => Heard::Closed,
            };
            return Poll::Ready(heard);
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        while !self.unsent.is_empty() {
            ready!(Pin::new(&mut self.socket).poll_ready(cx))?;
            if let Some(text) = self.unsent.pop_front() {
                Pin::new(&mut self.socket).start_send(Message::Text(text))?;
                self.unflushed = true;
            }
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what is queued, says goodbye with a code and a word, and waits a moment for the other end's goodbye: a
    /// socket that is closed with bytes unread resets the connection, and the last frames may be lost with it.
    pub(super) async fn close(mut self, code: u16, word: &'static str) {
        let goodbye = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(word) }));
        let parting = async {
            poll_fn(|cx| self.poll_write(cx)).await?;
            self.socket.send(goodbye).await?;
            while let Some(Ok(_)) = self.socket.recv().await {}
            Ok::<(), axum::Error>(())
        };
        if !matches!(timeout(GOODBYE_WITHIN, parting).await, Ok(Ok(()))) {
            tracing::trace!("a socket was gone before its goodbye");
        }
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    error
        .source()
        .and_then(|source| source.downcast_ref::<tungstenite::Error>())
        .is_some_and(|error| matches!(error, tungstenite::Error::Capacity(_)))
}
