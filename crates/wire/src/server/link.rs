//! The state machine of the server's end.

use std::sync::Arc;

use model::{ErrorCode, FRAME_MAX_BYTES, Fault, MessageKind, Seq, Timestamp};

use super::{CloseReason, LinkConfig, ServerEffect, ServerInput};
use crate::{
    ClientFrame, Cursor, ErrorFrame, KickReason, MessageFrame, Parcel, ServerFrame, Welcome, decode_client,
    encode, encode_messages,
    flows::{Flows, Pace},
};

/// So many frames that are none end the connection.
const GARBAGE_MAX: u8 = 10;
/// A `messages` frame is closed at about this size, in bytes, so that a page does not hold up everything else.
const MESSAGES_FRAME_BYTES: usize = 32 * 1024;
/// What a message takes beside its texts, in bytes, roughly.
const MESSAGE_OVERHEAD_BYTES: usize = 400;

/// The server's end of one connection, without I/O: feed it what happens, do what it says, and tick it at
/// [`ServerLink::next_deadline`].
#[derive(Debug)]
pub struct ServerLink {
    config: LinkConfig,
    phase: Phase,
    garbage: u8,
    /// Collected during one step.
    effects: Vec<ServerEffect>,
}

#[derive(Debug)]
enum Phase {
    AwaitingLogin { until: Timestamp },
    CheckingLogin { until: Timestamp },
    Live(Live),
    Closed,
}

#[derive(Debug)]
struct Live {
    heard_at: Timestamp,
    flows: Flows,
    sync: Sync,
    /// When messages that are held back must have gone out. A client that never syncs misses this.
    held_until: Option<Timestamp>,
    /// The number of the `logout` that is being carried out.
    leaving: Option<u32>,
}

/// Live messages wait for the first `sync`, and during one they go out only where they follow on directly: the
/// pages bring the rest. So within a connection every conversation's places only ever rise, without a gap.
#[derive(Debug)]
enum Sync {
    Awaited,
    Running {
        /// A message was held back that the pages may have been read too early to contain.
        behind: bool,
        /// Another `sync` came meanwhile.
        next: Option<Vec<Cursor>>,
    },
    Done,
}

impl Live {
    /// Whether a live message goes out now; it is then in flight.
    fn lets_out(&mut self, config: LinkConfig, now: Timestamp, message: &MessageFrame) -> bool {
        // For connected devices alone: in no order, never asked for again, so nothing is to be waited for.
        if message.seq == Seq(0) {
            return true;
        }
        let delivered = self.flows.delivered(&message.conversation);
        if message.seq <= delivered {
            return false;
        }
        let (pace, due) = config.ack_due(now, message);
        let follows = message.seq.0 == delivered.0.saturating_add(1);
        match &mut self.sync {
            Sync::Done => {}
            Sync::Running { .. } if follows => {}
            Sync::Running { behind, .. } => {
                *behind = true;
                self.hold_until(due);
                return false;
            }
            Sync::Awaited => {
                self.hold_until(due);
                return false;
            }
        }
        self.flows.deliver(&message.conversation, message.seq, pace, due);
        true
    }

    fn hold_until(&mut self, due: Timestamp) {
        self.held_until = Some(self.held_until.map_or(due, |earlier| earlier.min(due)));
    }
}

impl LinkConfig {
    /// When a message that goes out now must be acknowledged.
    fn ack_due(&self, now: Timestamp, message: &MessageFrame) -> (Pace, Timestamp) {
        let (pace, within_ms) = match message.kind {
            MessageKind::Call => (Pace::Call, self.call_ack_within_ms),
            _ => (Pace::Usual, self.ack_within_ms),
        };
        (pace, now.plus_ms(i64::from(within_ms)))
    }
}

impl ServerLink {
    /// A connection that was opened now.
    #[must_use]
    pub const fn new(config: LinkConfig, now: Timestamp) -> Self {
        let until = now.plus_ms(config.login_within_ms as i64);
        Self { config, phase: Phase::AwaitingLogin { until }, garbage: 0, effects: Vec::new() }
    }

    /// Takes what happened and says what to do, in this order.
    pub fn step(&mut self, now: Timestamp, input: ServerInput<'_>) -> Vec<ServerEffect> {
        match input {
            ServerInput::Text(text) => self.on_text(now, text),
            ServerInput::Binary => self.on_garbage(now, &Fault::new(ErrorCode::Malformed, "frames are text")),
            ServerInput::TooLarge => {
                self.refuse_and_close(&ErrorCode::FrameTooLarge.into(), CloseReason::FrameTooLarge);
            }
            ServerInput::SocketClosed => self.close(CloseReason::SocketClosed),
            ServerInput::Accepted(welcome) => self.accept(now, *welcome),
            ServerInput::Refused(fault) => self.refuse(fault),
            ServerInput::Deliver(messages) => self.deliver(now, messages),
            ServerInput::Parcel(parcel) => self.deliver_parcel(now, parcel),
            ServerInput::Page(messages) => self.deliver_page(now, messages),
            ServerInput::Synced => self.finish_sync(),
            ServerInput::Reply(frame) => self.reply(frame),
            ServerInput::Kick(reason) => self.kick(reason),
            ServerInput::Shutdown => self.close(CloseReason::Shutdown),
            ServerInput::Tick => {}
        }
        self.expire(now);
        std::mem::take(&mut self.effects)
    }

    /// When to tick next; `None` once the connection is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        match &self.phase {
            Phase::AwaitingLogin { until } | Phase::CheckingLogin { until } => Some(*until),
            Phase::Live(live) => [Some(self.silence_ends(live)), live.flows.next_due(), live.held_until]
                .into_iter()
                .flatten()
                .min(),
            Phase::Closed => None,
        }
    }

    /// Whether a login was accepted and the connection stands.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live(_))
    }

    fn silence_ends(&self, live: &Live) -> Timestamp {
        live.heard_at.plus_ms(i64::from(self.config.heartbeat_ms) * 5 / 2)
    }

    fn on_text(&mut self, now: Timestamp, text: &str) {
        if matches!(self.phase, Phase::Closed) {
            return;
        }
        match decode_client(text) {
            Ok(frame) => self.on_frame(now, frame),
            Err(fault) if fault.code == ErrorCode::FrameTooLarge => {
                self.refuse_and_close(&fault, CloseReason::FrameTooLarge);
            }
            Err(fault) => self.on_garbage(now, &fault),
        }
    }

    fn on_garbage(&mut self, now: Timestamp, fault: &Fault) {
        match &mut self.phase {
            Phase::Closed => return,
            Phase::Live(live) => live.heard_at = now,
            Phase::AwaitingLogin { .. } | Phase::CheckingLogin { .. } => {}
        }
        self.garbage += 1;
        if self.garbage >= GARBAGE_MAX {
            self.refuse_and_close(fault, CloseReason::Garbage);
        } else {
            self.send(&ServerFrame::Error(ErrorFrame::of(fault)));
        }
    }

    fn on_frame(&mut self, now: Timestamp, frame: ClientFrame) {
        match (&mut self.phase, frame) {
            (Phase::AwaitingLogin { until }, ClientFrame::Login(login)) => {
                self.phase = Phase::CheckingLogin { until: *until };
                self.effects.push(ServerEffect::Login(login));
            }
            (Phase::CheckingLogin { .. } | Phase::Live(_), ClientFrame::Login(_)) => {
                self.send(&ServerFrame::Error(ErrorFrame::of(&ErrorCode::AlreadyLoggedIn.into())));
            }
            (Phase::CheckingLogin { .. }, ClientFrame::Ping {}) => self.send(&ServerFrame::Pong {}),
            (Phase::AwaitingLogin { .. } | Phase::CheckingLogin { .. }, _) => {
                self.refuse_and_close(&ErrorCode::LoginFirst.into(), CloseReason::LoginFirst);
            }
            (Phase::Live(live), frame) => {
                live.heard_at = now;
                self.on_live_frame(frame);
            }
            (Phase::Closed, _) => {}
        }
    }

    fn on_live_frame(&mut self, frame: ClientFrame) {
        match frame {
            ClientFrame::Ping {} => self.send(&ServerFrame::Pong {}),
            ClientFrame::Ack { cursors } => self.ack(&cursors),
            ClientFrame::Sync { heads } => self.sync(heads),
            ClientFrame::Logout { request } => {
                if let Phase::Live(live) = &mut self.phase {
                    live.leaving = Some(request);
                }
                self.effects.push(ServerEffect::Request(ClientFrame::Logout { request }));
            }
            frame => self.effects.push(ServerEffect::Request(frame)),
        }
    }

    fn ack(&mut self, cursors: &[Cursor]) {
        let Phase::Live(live) = &mut self.phase else { return };
        let moved: Vec<Cursor> = cursors.iter().filter_map(|cursor| live.flows.ack(cursor)).collect();
        if !moved.is_empty() {
            self.effects.push(ServerEffect::Acked(moved));
        }
    }

    /// A client's heads are an ack of what this connection delivered, too.
    fn sync(&mut self, heads: Vec<Cursor>) {
        self.ack(&heads);
        let Phase::Live(live) = &mut self.phase else { return };
        if let Sync::Running { next, .. } = &mut live.sync {
            *next = Some(heads);
            return;
        }
        live.flows.rebase(&heads);
        live.held_until = None;
        live.sync = Sync::Running { behind: false, next: None };
        self.effects.push(ServerEffect::Request(ClientFrame::Sync { heads }));
    }

    fn finish_sync(&mut self) {
        let Phase::Live(live) = &mut self.phase else { return };
        let Sync::Running { behind, next } = std::mem::replace(&mut live.sync, Sync::Done) else { return };
        live.held_until = None;
        if let Some(heads) = next {
            self.send(&ServerFrame::Synced {});
            self.sync(heads);
        } else if behind {
            live.sync = Sync::Running { behind: false, next: None };
            let heads = live.flows.known_heads();
            self.effects.push(ServerEffect::Request(ClientFrame::Sync { heads }));
        } else {
            self.send(&ServerFrame::Synced {});
        }
    }

    fn accept(&mut self, now: Timestamp, mut welcome: Welcome) {
        if !matches!(self.phase, Phase::CheckingLogin { .. }) {
            return;
        }
        welcome.heartbeat_ms = self.config.heartbeat_ms;
        welcome.ack_within_ms = self.config.ack_within_ms;
        self.phase = Phase::Live(Live {
            heard_at: now,
            flows: Flows::default(),
            sync: Sync::Awaited,
            held_until: None,
            leaving: None,
        });
        self.send(&ServerFrame::Welcome(Box::new(welcome)));
    }

    fn refuse(&mut self, fault: &Fault) {
        if matches!(self.phase, Phase::CheckingLogin { .. }) {
            self.refuse_and_close(fault, CloseReason::LoginRefused);
        }
    }

    fn deliver(&mut self, now: Timestamp, messages: &[Arc<MessageFrame>]) {
        let config = self.config;
        let Phase::Live(live) = &mut self.phase else { return };
        let out: Vec<_> =
            messages.iter().filter(|message| live.lets_out(config, now, message)).map(Arc::clone).collect();
        self.send_messages(&out, false);
    }

    fn deliver_parcel(&mut self, now: Timestamp, parcel: &Parcel) {
        let config = self.config;
        let Phase::Live(live) = &mut self.phase else { return };
        if live.lets_out(config, now, parcel.message()) {
            self.effects.push(ServerEffect::SendShared(Arc::clone(parcel.text())));
        }
    }

    fn deliver_page(&mut self, now: Timestamp, messages: &[Arc<MessageFrame>]) {
        let config = self.config;
        let Phase::Live(live) = &mut self.phase else { return };
        let mut out = Vec::new();
        for message in messages {
            if message.seq > live.flows.delivered(&message.conversation) {
                let (pace, due) = config.ack_due(now, message);
                live.flows.deliver(&message.conversation, message.seq, pace, due);
                out.push(Arc::clone(message));
            }
        }
        if live.held_until.is_some() {
            live.held_until = Some(now.plus_ms(i64::from(config.ack_within_ms)));
        }
        self.send_messages(&out, true);
    }

    fn reply(&mut self, frame: ServerFrame) {
        let Phase::Live(live) = &mut self.phase else { return };
        let left = match &frame {
            ServerFrame::Sent { conversation, seq, .. } => {
                live.flows.note_sent(conversation, *seq);
                false
            }
            ServerFrame::Ok { request } => live.leaving == Some(*request),
            _ => false,
        };
        self.send(&frame);
        if left {
            self.close(CloseReason::LoggedOut);
        }
    }

    fn kick(&mut self, reason: KickReason) {
        if self.is_live() {
            self.send(&ServerFrame::Kicked { reason });
        }
        self.close(CloseReason::Kicked(reason));
    }

    fn expire(&mut self, now: Timestamp) {
        match &self.phase {
            Phase::AwaitingLogin { until } | Phase::CheckingLogin { until } if *until <= now => {
                self.close(CloseReason::LoginTimeout);
            }
            Phase::Live(live) => {
                let due = [live.flows.next_due(), live.held_until].into_iter().flatten().min();
                if due.is_some_and(|due| due <= now) {
                    self.effects.push(ServerEffect::AckMissed(live.flows.unacked()));
                    self.close(CloseReason::AckMissed);
                } else if self.silence_ends(live) <= now {
                    self.close(CloseReason::HeartbeatLost);
                }
            }
            _ => {}
        }
    }

    fn send(&mut self, frame: &ServerFrame) {
        self.effects.push(ServerEffect::Send(encode(frame)));
    }

    fn send_messages(&mut self, messages: &[Arc<MessageFrame>], sync: bool) {
        let mut rest = messages;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take_while(|message| {
                bytes += rough_size(message);
                bytes <= MESSAGES_FRAME_BYTES
            });
            let (frame, later) = rest.split_at(fitting.count().max(1));
            self.effects.push(ServerEffect::Send(encode_messages(frame, sync)));
            rest = later;
        }
    }

    fn refuse_and_close(&mut self, fault: &Fault, reason: CloseReason) {
        self.send(&ServerFrame::Error(ErrorFrame::of(fault)));
        self.close(reason);
    }

    fn close(&mut self, reason: CloseReason) {
        if !matches!(self.phase, Phase::Closed) {
            self.phase = Phase::Closed;
            self.effects.push(ServerEffect::Close(reason));
        }
    }
}

fn rough_size(message: &MessageFrame) -> usize {
    let beside = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let reminder = message
        .reminder
        .as_ref()
        .map_or(0, |reminder| reminder.title.len() + reminder.body.len() + beside(&reminder.payload));
    let mentions = message.mentions.users.iter().map(|user| user.as_str().len()).sum::<usize>();
    message.body.content().len() + beside(&message.ext) + reminder + mentions + MESSAGE_OVERHEAD_BYTES
}

const _: () =
    assert!(MESSAGES_FRAME_BYTES <= FRAME_MAX_BYTES, "a page is no larger than what clients may send");
