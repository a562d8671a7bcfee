//! One connection: inputs from the socket, the IM half and the clock go to the link; the link's effects are carried
//! out. No rule lives here.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::extract::ws::{WebSocket, close_code};
use im::{Ending, Live, Outbound};
use model::{ErrorCode, Timestamp};
use tokio::{
    sync::mpsc,
    time::{Instant, Sleep, sleep},
};
use wire::{
    CloseReason, ErrorFrame, LinkConfig, MessageFrame, ServerEffect, ServerFrame, ServerInput, ServerLink,
};

use super::{
    errands::{Answer, Done, Errands},
    pipe::{Heard, Pipe},
};
use crate::{
    accept::ConnectionGuard,
    meter::Surface,
    shared::{Shared, went_down},
};

/// Words the IM half may have waiting for one connection; one more, and the connection counts as lost.
const OUTBOX_WORDS: usize = 256;
/// With so many frames unsent, no more messages are taken from the outbox: each must be acknowledged within its
/// deadline, which begins when it is taken.
const FLOWING_FRAMES: usize = 16;
/// With so many frames unsent, the other end asks for more than it reads, and is not listened to.
const LISTENING_FRAMES: usize = 256;
/// Live messages that are put into one frame.
const GATHERED_MAX: usize = 64;

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
    outbox_door: Option<mpsc::Sender<Outbound>>,
    outbox: mpsc::Receiver<Outbound>,
    /// The login, once it is open and until its end was heard of.
    live: Option<Arc<Live>>,
    alarm: Alarm,
    closed: Option<CloseReason>,
    shared: Arc<Shared>,
    _guard: ConnectionGuard,
}

impl Connection {
    fn new(socket: WebSocket, shared: Arc<Shared>, guard: ConnectionGuard) -> Self {
        let (outbox_door, outbox) = mpsc::channel(OUTBOX_WORDS);
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
            live: None,
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
            tokio::select! {
                heard = self.pipe.hear(listening) => self.on_heard(heard),
                Some(word) = self.outbox.recv(), if flowing => self.on_told(word),
                ending = ended(self.live.as_deref()) => self.on_ended(ending),
                done = self.errands.next() => self.on_done(done),
                () = self.alarm.sleep.as_mut(), if self.alarm.is_set() => {
                    self.alarm.at = Timestamp::NEVER;
                    self.step(ServerInput::Tick);
                }
                () = went_down(&mut goes_down) => self.step(ServerInput::Shutdown),
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
                ServerEffect::Send(text) => {
                    self.shared.meter.frames_out.one();
                    self.pipe.write(text);
                }
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

    fn on_ended(&mut self, ending: Ending) {
        self.live = None;
        match ending {
            Ending::Kick(reason) => self.step(ServerInput::Kick(reason)),
            Ending::Replaced => self.step(ServerInput::SocketClosed),
        }
    }

    fn on_told(&mut self, word: Outbound) {
        let mut next = Some(word);
        while let Some(word) = next.take() {
            match word {
                Outbound::Deliver(frames) => match self.outbox.try_recv() {
                    Ok(Outbound::Deliver(more)) => {
                        let mut gathered = [&*frames, &*more].concat();
                        next = self.gather(&mut gathered);
                        self.step(ServerInput::Deliver(&gathered));
                    }
                    other => {
                        self.step(ServerInput::Deliver(&frames));
                        next = other.ok();
                    }
                },
                Outbound::Page(frames) => self.step(ServerInput::Page(&frames)),
                Outbound::Tell(frame) => self.reply(*frame),
            }
        }
    }

    /// Adds the live messages that wait already, so that they leave in one frame; gives back what came after them.
    fn gather(&mut self, gathered: &mut Vec<Arc<MessageFrame>>) -> Option<Outbound> {
        while gathered.len() < GATHERED_MAX {
            match self.outbox.try_recv().ok()? {
                Outbound::Deliver(frames) => gathered.extend_from_slice(&frames),
                other => return Some(other),
            }
        }
        None
    }

    fn on_done(&mut self, done: Done) {
        if let Some(code) = done.refusal() {
            self.shared.meter.note_refused(Surface::Socket, code);
        }
        match done {
            Done::LoggedIn(Ok(opened)) => {
                self.live = Some(opened.live);
                self.step(ServerInput::Accepted(Box::new(opened.welcome)));
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
                while let Ok(word) = self.outbox.try_recv() {
                    self.on_told(word);
                }
                self.step(ServerInput::Synced);
            }
            Done::Synced(Err(fault)) => {
                self.reply(ServerFrame::Error(ErrorFrame::of(&fault)));
                self.step(ServerInput::Shutdown);
            }
            Done::Acked(_) => {}
        }
    }

    fn reply(&mut self, frame: ServerFrame) {
        self.step(ServerInput::Reply(frame));
    }
}

/// Waits until the server's side has ended the login; for ever where there is none.
async fn ended(live: Option<&Live>) -> Ending {
    match live {
        Some(live) => live.ended().await,
        None => std::future::pending().await,
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
