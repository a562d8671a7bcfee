//! One connection: inputs from the socket, the IM half and the clock go to the link; the link's effects are carried
//! out. No rule lives here.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::extract::ws::{Utf8Bytes, WebSocket, close_code};
use bytes::Bytes;
use im::{Ending, Outbound, Outbox, OutboxDoor, Told, outbox};
use model::{ErrorCode, Timestamp};
use tokio::time::{Instant, Sleep, sleep};
use wire::{CloseReason, ErrorFrame, LinkConfig, ServerEffect, ServerFrame, ServerInput, ServerLink};

use super::{
    errands::{Answer, Done, Errands},
    pipe::{Heard, Pipe},
};
use crate::{
    accept::ConnectionGuard,
    meter::Surface,
    shared::{Shared, went_down},
};

/// With so many frames unsent, no more messages are taken from the outbox: each must be acknowledged within its
/// deadline, which begins when it is taken.
const FLOWING_FRAMES: usize = 16;
/// With so many frames unsent, the other end asks for more than it reads, and is not listened to.
const LISTENING_FRAMES: usize = 256;

/// Serves a connection to its end. The future is kept small: there is one for every idle phone.
pub(super) fn run(
    socket: WebSocket,
    shared: Arc<Shared>,
    guard: ConnectionGuard,
) -> impl Future<Output = ()> + Send {
    let mut connection = Connection::new(socket, shared, guard);
    async move {
        let reason = connection.serve().await;
        Box::pin(connection.end(reason)).await;
    }
}

struct Connection {
    link: ServerLink,
    pipe: Pipe,
    errands: Errands,
    /// Handed to the IM half at login.
    outbox_door: Option<OutboxDoor>,
    outbox: Outbox,
    alarm: Alarm,
    closed: Option<CloseReason>,
    shared: Arc<Shared>,
    _guard: ConnectionGuard,
}

impl Connection {
    fn new(socket: WebSocket, shared: Arc<Shared>, guard: ConnectionGuard) -> Self {
        let (outbox_door, outbox) = outbox();
        let times = shared.im.config();
        let config = LinkConfig {
            heartbeat_ms: times.heartbeat_ms,
            ack_within_ms: times.ack_within_ms,
            call_ack_within_ms: times.call_ack_within_ms,
            ..LinkConfig::default()
        };
        Self {
            link: ServerLink::new(config, shared.now()),
            pipe: Pipe::new(socket),
            errands: Errands::new(Arc::clone(&shared.im)),
            outbox_door: Some(outbox_door),
            outbox,
            alarm: Alarm { sleep: Box::pin(sleep(Duration::ZERO)), at: Timestamp::NEVER },
            closed: None,
            shared,
            _guard: guard,
        }
    }

    async fn serve(&mut self) -> CloseReason {
        let mut goes_down = self.shared.goes_down.clone();
        loop {
            if let Some(reason) = self.closed {
                return reason;
            }
            let flowing = self.pipe.unsent() < FLOWING_FRAMES;
            let listening = self.pipe.unsent() < LISTENING_FRAMES && self.errands.have_room();
            self.alarm.set(self.link.next_deadline(), self.shared.now());
            // A session hears of it as of any other end: so many need not wait for one word.
            let alone = !self.link.is_live();
            tokio::select! {
                heard = self.pipe.hear(listening) => self.on_heard(heard),
                told = self.outbox.told(flowing) => self.on_told(told),
                done = self.errands.next() => {
                    self.on_done(done);
                    self.take_done();
                }
                () = self.alarm.sleep.as_mut(), if self.alarm.is_set() => {
                    self.alarm.at = Timestamp::NEVER;
                    self.step(ServerInput::Tick);
                }
                () = went_down(&mut goes_down), if alone => self.step(ServerInput::Shutdown),
            }
        }
    }

    async fn end(self, reason: CloseReason) {
        let Self { pipe, errands, outbox, _guard: guard, .. } = self;
        // The IM half must not wait for room in an outbox that nobody reads any more.
        drop(outbox);
        match goodbye(reason) {
            Some((code, word)) => {
                tokio::join!(errands.finish(), pipe.close(code, word));
            }
            None => {
                drop(pipe);
                errands.finish().await;
            }
        }
        drop(guard);
    }

    fn step(&mut self, input: ServerInput<'_>) {
        for effect in self.link.step(self.shared.now(), input) {
            match effect {
                ServerEffect::Send(text) => self.write(text.into()),
                ServerEffect::SendShared(text) => self.write(shared_text(text)),
                ServerEffect::Login(login) => {
                    if let Some(door) = self.outbox_door.take() {
                        self.errands.log_in(*login, door);
                    }
                }
                ServerEffect::Request(frame) => self.errands.request(frame),
                ServerEffect::Acked(cursors) => self.errands.ack(cursors),
                ServerEffect::AckMissed(unacked) => {
                    tracing::debug!(conversations = unacked.len(), "messages were not acknowledged in time");
                }
                ServerEffect::Close(reason) => self.closed = Some(reason),
            }
        }
    }

    fn write(&mut self, text: Utf8Bytes) {
        self.shared.meter.frames_out.one();
        self.pipe.write(text);
    }

    fn on_heard(&mut self, heard: Heard) {
        match heard {
            Heard::Text(text) => {
                self.shared.meter.frames_in.one();
                self.step(ServerInput::Text(&text));
            }
            Heard::Binary => self.step(ServerInput::Binary),
            Heard::TooLarge => self.step(ServerInput::TooLarge),
            Heard::Closed => self.step(ServerInput::SocketClosed),
        }
    }

    fn on_told(&mut self, told: Told) {
        match told {
            Told::Word(word) => {
                self.on_word(word);
                self.take_words();
            }
            Told::Ended(Ending::Kick(reason)) => self.step(ServerInput::Kick(reason)),
            Told::Ended(Ending::Replaced) => self.step(ServerInput::SocketClosed),
            Told::Ended(Ending::Shutdown) => self.step(ServerInput::Shutdown),
        }
    }

    /// Takes the words that wait already, so that they leave together.
    fn take_words(&mut self) {
        while self.pipe.unsent() < FLOWING_FRAMES
            && let Some(word) = self.outbox.try_recv()
        {
            self.on_word(word);
        }
    }

    /// Takes what ended with it, in the same commit mostly, so that the answers leave together.
    fn take_done(&mut self) {
        while self.closed.is_none()
            && let Some(done) = self.errands.try_next()
        {
            self.on_done(done);
        }
    }

    fn on_word(&mut self, word: Outbound) {
        match word {
            Outbound::Deliver(frames) => self.step(ServerInput::Deliver(&frames)),
            Outbound::Parcel(parcel) => self.step(ServerInput::Parcel(&parcel)),
            Outbound::Page(frames) => self.step(ServerInput::Page(&frames)),
            Outbound::Tell(frame) => self.reply(*frame),
        }
    }

    fn on_done(&mut self, done: Done) {
        if let Some(code) = done.refusal() {
            self.shared.meter.note_refused(Surface::Socket, code);
        }
        match done {
            Done::LoggedIn(Ok(opened)) => {
                self.step(ServerInput::Accepted(Box::new(opened.welcome)));
                // Who logged in while the others were told has not heard it.
                if *self.shared.goes_down.borrow() {
                    self.step(ServerInput::Shutdown);
                }
            }
            Done::LoggedIn(Err(fault)) => self.step(ServerInput::Refused(&fault)),
            Done::Sent(client_message_id, result) => self.reply(match result {
                Ok(accepted) => match accepted.conversation {
                    Some(conversation) => ServerFrame::Sent {
                        client_message_id,
                        message: accepted.message,
                        conversation,
                        seq: accepted.seq,
                        sent_at: accepted.sent_at,
                    },
                    None => refusal(client_message_id, &ErrorCode::Internal.into()),
                },
                Err(fault) => refusal(client_message_id, &fault),
            }),
            Done::Answered(request, Ok(answer)) => self.reply(match answer {
                Answer::Done => ServerFrame::Ok { request },
                Answer::Group(group) => ServerFrame::Group { request, group },
                Answer::History(messages) => ServerFrame::History { request, messages },
                Answer::Conversations(conversations) => ServerFrame::Conversations { request, conversations },
            }),
            Done::Answered(request, Err(fault)) => {
                self.reply(ServerFrame::Error(ErrorFrame::of_request(&fault, request)));
            }
            Done::Synced(Ok(())) => {
                // The pages went through the outbox; `synced` must not overtake them.
                while let Some(word) = self.outbox.try_recv() {
                    self.on_word(word);
                }
                self.step(ServerInput::Synced);
            }
            Done::Synced(Err(fault)) => {
                self.reply(ServerFrame::Error(ErrorFrame::of(&fault)));
                self.step(ServerInput::Shutdown);
            }
        }
    }

    fn reply(&mut self, frame: ServerFrame) {
        self.step(ServerInput::Reply(frame));
    }
}

/// A text that many connections write, without a copy for each.
fn shared_text(text: Arc<str>) -> Utf8Bytes {
    Utf8Bytes::try_from(Bytes::from_owner(SharedText(text))).unwrap_or_default()
}

struct SharedText(Arc<str>);

impl AsRef<[u8]> for SharedText {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn refusal(client_message_id: model::ClientMessageId, fault: &model::Fault) -> ServerFrame {
    ServerFrame::Error(ErrorFrame { client_message_id: Some(client_message_id), ..ErrorFrame::of(fault) })
}

/// What is said at the end; `None` where nobody is there to hear it.
const fn goodbye(reason: CloseReason) -> Option<(u16, &'static str)> {
    Some(match reason {
        CloseReason::SocketClosed => return None,
        CloseReason::LoginTimeout => (close_code::POLICY, "login_timeout"),
        CloseReason::LoginRefused => (close_code::POLICY, "login_refused"),
        CloseReason::LoginFirst => (close_code::POLICY, "login_first"),
        CloseReason::Garbage => (close_code::POLICY, "garbage"),
        CloseReason::FrameTooLarge => (close_code::SIZE, "frame_too_large"),
        CloseReason::HeartbeatLost => (close_code::AWAY, "heartbeat_lost"),
        CloseReason::AckMissed => (close_code::AWAY, "ack_missed"),
        CloseReason::Kicked(_) => (close_code::POLICY, "kicked"),
        CloseReason::LoggedOut => (close_code::NORMAL, "logged_out"),
        CloseReason::Shutdown => (close_code::RESTART, "shutdown"),
    })
}

/// The link's deadline on the runtime's timer. A deadline that moved later lets the timer ring early once, which costs
/// less than moving the timer at every frame.
struct Alarm {
    sleep: Pin<Box<Sleep>>,
    at: Timestamp,
}

impl Alarm {
    fn set(&mut self, due: Option<Timestamp>, now: Timestamp) {
        if let Some(due) = due.filter(|due| *due < self.at) {
            self.at = due;
            self.sleep.as_mut().reset(Instant::now() + due.after(now));
        }
    }

    fn is_set(&self) -> bool {
        self.at != Timestamp::NEVER
    }
}
