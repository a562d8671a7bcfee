//! Lets APNs send frames of its own between those of the HTTP/2 library.
//!
//! Apple moves the stream limit while a connection lives and tells a reason when it ends one. The library offers
//! neither, so this layer under it follows the frames in both directions, slips its own in at frame boundaries,
//! and keeps the acknowledgements of its own SETTINGS from the library.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::frames::{self, Follower, HEAD_BYTES, PREFACE_BYTES};
use crate::lock::lock;

/// Bytes read from below at a time.
const READ_BYTES: usize = 16 * 1024;

/// What the connection's owner can do to the frames.
#[derive(Debug, Clone)]
pub(super) struct Levers(Arc<Mutex<LeverState>>);

#[derive(Debug)]
struct LeverState {
    /// Frames to slip in at the next boundary.
    queue: BytesMut,
    /// Limits that were announced and not yet acknowledged.
    announced: VecDeque<u32>,
    last_announced: u32,
    /// The limit the client has acknowledged; `None` before the first.
    in_force: Option<u32>,
}

impl Levers {
    /// Announces another stream limit, if it is another.
    pub(super) fn set_stream_limit(&self, limit: u32) {
        let mut state = lock(&self.0);
        if state.last_announced != limit {
            state.last_announced = limit;
            state.announced.push_back(limit);
            state.queue.extend_from_slice(&frames::stream_limit(limit));
        }
    }

    /// Says that streams after the last one will not be looked at, and why.
    pub(super) fn goaway(&self, last_stream: u32, reason: &str) {
        lock(&self.0).queue.extend_from_slice(&frames::goaway(last_stream, reason));
    }

    /// How many streams the client may have open: the largest limit it may still believe in.
    pub(super) fn allowed_streams(&self) -> u32 {
        let state = lock(&self.0);
        let believed = state.in_force.unwrap_or(u32::MAX);
        state.announced.iter().copied().max().map_or(believed, |announced| announced.max(believed))
    }
}

impl LeverState {
    /// Takes note of an acknowledgement; returns whether the library waits for it.
    fn acknowledged(&mut self) -> bool {
        let first = self.in_force.is_none();
        if let Some(limit) = self.announced.pop_front() {
            self.in_force = Some(limit);
        }
        first
    }
}

/// A byte stream with frames slipped in.
#[derive(Debug)]
pub(super) struct Splice<T> {
    below: T,
    levers: Levers,
    initial_limit: u32,
    greeted: bool,
    outgoing: Follower,
    /// Bytes that go out before any others.
    outbox: BytesMut,
    raw: Box<[u8]>,
    raw_held: usize,
    /// Bytes of the present incoming frame, or of the preface, that are still to come.
    incoming_left: usize,
    inbox: BytesMut,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Splice<T> {
    /// Wraps a stream on which the library is about to serve; the first limit it announces becomes this one.
    pub(super) fn new(below: T, initial_limit: u32) -> (Self, Levers) {
        let levers = Levers(Arc::new(Mutex::new(LeverState {
            queue: BytesMut::new(),
            announced: VecDeque::from([initial_limit]),
            last_announced: initial_limit,
            in_force: None,
        })));
        let splice = Self {
            below,
            levers: levers.clone(),
            initial_limit,
            greeted: false,
            outgoing: Follower::default(),
            outbox: BytesMut::new(),
            raw: vec![0; READ_BYTES].into(),
            raw_held: 0,
            incoming_left: PREFACE_BYTES,
            inbox: BytesMut::new(),
        };
        (splice, levers)
    }

    /// Moves the queue into the outbox where a frame has just ended, and writes the outbox out.
    fn poll_outbox(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.greeted && self.outgoing.at_boundary() {
            let mut state = lock(&self.levers.0);
            if !state.queue.is_empty() {
                let queue = state.queue.split();
                self.outbox.extend_from_slice(&queue);
            }
        }
        while !self.outbox.is_empty() {
            let written = ready!(Pin::new(&mut self.below).poll_write(cx, &self.outbox))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outbox.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Takes the library's first frame, its SETTINGS, and sends it on with our limit in it.
    fn greet(&mut self, bytes: &[u8]) -> Option<usize> {
        let head: &[u8; HEAD_BYTES] = bytes.first_chunk()?;
        let frame = bytes.get(..HEAD_BYTES + frames::payload_bytes(head))?;
        self.outbox.extend_from_slice(frame);
        frames::patch_stream_limit(&mut self.outbox, self.initial_limit);
        self.greeted = true;
        Some(frame.len())
    }

    /// Passes what was read on to the inbox, without the acknowledgements that are ours.
    fn sift(&mut self, total: usize) {
        let mut at = 0;
        while at < total {
            if self.incoming_left > 0 {
                let passed = self.incoming_left.min(total - at);
                self.inbox.extend_from_slice(&self.raw[at..at + passed]);
                self.incoming_left -= passed;
                at += passed;
                continue;
            }
            let Some(head) = self.raw[at..total].first_chunk::<HEAD_BYTES>() else { break };
            let ours = frames::is_settings_ack(head) && !lock(&self.levers.0).acknowledged();
            self.incoming_left = frames::payload_bytes(head);
            if !ours {
                self.inbox.extend_from_slice(head);
            }
            at += HEAD_BYTES;
        }
        self.raw.copy_within(at..total, 0);
        self.raw_held = total - at;
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncRead for Splice<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.inbox.is_empty() {
            let mut raw = ReadBuf::new(&mut this.raw[this.raw_held..]);
            ready!(Pin::new(&mut this.below).poll_read(cx, &mut raw))?;
            let read = raw.filled().len();
            if read == 0 {
                return Poll::Ready(Ok(()));
            }
            this.sift(this.raw_held + read);
        }
        let passed = this.inbox.len().min(out.remaining());
        out.put_slice(&this.inbox[..passed]);
        this.inbox.advance(passed);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Splice<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_outbox(cx))?;
        if !this.greeted
            && let Some(taken) = this.greet(bytes)
        {
            return Poll::Ready(Ok(taken));
        }
        let waiting = !lock(&this.levers.0).queue.is_empty();
        let bytes = if waiting { &bytes[..this.outgoing.to_boundary(bytes)] } else { bytes };
        let written = ready!(Pin::new(&mut this.below).poll_write(cx, bytes))?;
        this.outgoing.pass(&bytes[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_outbox(cx))?;
        Pin::new(&mut this.below).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_outbox(cx))?;
        Pin::new(&mut this.below).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const ACK: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];
    const PING: &[u8] = &[0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    #[tokio::test]
    async fn frames_go_in_between_and_their_acknowledgements_do_not_come_through() {
        for piece in 1..40 {
            let (client, server) = duplex(64 * 1024);
            let (mut splice, levers) = Splice::new(server, 1);
            let (mut from_server, mut to_server) = tokio::io::split(client);
            let library = [&frames::stream_limit(2000)[..], PING, PING].concat();
            splice.write_all(&library[..15]).await.unwrap();
            levers.set_stream_limit(1000);
            assert_eq!(levers.allowed_streams(), u32::MAX, "nothing is in force before it is acknowledged");
            for bytes in library[15..].chunks(piece) {
                splice.write_all(bytes).await.unwrap();
            }
            levers.goaway(7, "Shutdown");
            splice.flush().await.unwrap();
            let sent = [
                frames::stream_limit(1),
                frames::stream_limit(1000),
                PING.to_vec(),
                PING.to_vec(),
                frames::goaway(7, "Shutdown"),
            ]
            .concat();
            let mut seen = vec![0; sent.len()];
            from_server.read_exact(&mut seen).await.unwrap();
            assert_eq!(seen, sent, "pieces of {piece}");

            let preface = [b'P'; PREFACE_BYTES];
            let incoming = [&preface[..], ACK, PING, ACK, PING].concat();
            let through = [&preface[..], ACK, PING, PING].concat();
            let mut seen = vec![0; through.len()];
            let write = async {
                for bytes in incoming.chunks(piece) {
                    to_server.write_all(bytes).await.unwrap();
                    tokio::task::yield_now().await;
                }
            };
            let (read, ()) = tokio::join!(splice.read_exact(&mut seen), write);
            read.unwrap();
            assert_eq!(seen, through, "pieces of {piece}");
            assert_eq!(levers.allowed_streams(), 1000);
        }
    }
}
