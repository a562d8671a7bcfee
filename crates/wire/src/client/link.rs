//! The state machine of the client's end.

use std::collections::VecDeque;

use model::{ErrorCode, FRAME_MAX_BYTES, Timestamp};

use super::{
    ClientConfig, ClientEffect, ClientInput, ClientMemory, LinkState,
    asking::Asks,
    inbox::Inbox,
    live::{Asked, Live},
};
use crate::{Backoff, ClientFrame, ErrorFrame, Login, SendMessage, encode};

/// The client's end of a login and all its connections, without I/O: feed it what happens, do what it says, and
/// tick it at [`ClientLink::next_deadline`].
#[derive(Debug)]
pub struct ClientLink {
    pub(super) config: ClientConfig,
    pub(super) backoff: Backoff,
    pub(super) phase: Phase,
    pub(super) login: Option<Box<Login>>,
    /// The user wants out: the next connection is for the logout alone.
    pub(super) leaving: bool,
    pub(super) user: Option<model::UserId>,
    pub(super) inbox: Inbox,
    pub(super) pending: VecDeque<SendMessage>,
    pub(super) asks: Asks,
    /// The badge's number that the server has not confirmed.
    pub(super) untold_unread: Option<u32>,
    /// Collected during one step.
    pub(super) effects: Vec<ClientEffect>,
}

#[derive(Debug)]
pub(super) enum Phase {
    Idle,
    Waiting { until: Timestamp },
    Connecting { until: Timestamp },
    LoggingIn { until: Timestamp, foreground: bool },
    Live(Live),
}

impl ClientLink {
    /// An end that is not logged in and remembers this.
    #[must_use]
    pub fn new(config: ClientConfig, memory: ClientMemory) -> Self {
        Self {
            config,
            backoff: Backoff::new(config.backoff_min_ms, config.backoff_max_ms, config.jitter_seed),
            phase: Phase::Idle,
            login: None,
            leaving: false,
            user: memory.user,
            inbox: Inbox::new(&memory.heads),
            pending: memory.pending,
            asks: Asks::of(memory.asks),
            untold_unread: None,
            effects: Vec::new(),
        }
    }

    /// What to store, so that a new process goes on from here.
    #[must_use]
    pub fn memory(&self) -> ClientMemory {
        ClientMemory {
            user: self.user.clone(),
            heads: self.inbox.heads(),
            pending: self.pending.clone(),
            asks: self.asks.kept(),
        }
    }

    /// What the device tells of itself from the next login on.
    pub fn set_report(&mut self, report: &model::DeviceReport) {
        if let Some(login) = &mut self.login {
            login.report = report.clone();
        }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> LinkState {
        match self.phase {
            Phase::Idle => LinkState::Idle,
            Phase::Waiting { .. } => LinkState::Waiting,
            Phase::Connecting { .. } => LinkState::Connecting,
            Phase::LoggingIn { .. } => LinkState::LoggingIn,
            Phase::Live(_) => LinkState::Live,
        }
    }

    /// Takes what happened and says what to do, in this order.
    pub fn step(&mut self, now: Timestamp, input: ClientInput<'_>) -> Vec<ClientEffect> {
        match input {
            ClientInput::LogIn(login) => self.log_in(now, login),
            ClientInput::LogOut => self.log_out(now),
            ClientInput::Connected => self.on_connected(now),
            ClientInput::Closed => self.on_closed(now),
            ClientInput::Text(text) => self.on_text(now, text),
            ClientInput::Send(message) => self.send_message(now, *message),
            ClientInput::Presence { foreground, unread } => self.set_presence(now, foreground, unread),
            ClientInput::Ask(ask) => self.ask(now, ask),
            ClientInput::Nudge => self.nudge(now),
            ClientInput::Tick => {}
        }
        self.expire(now);
        self.expire_asks(now);
        std::mem::take(&mut self.effects)
    }

    /// When to tick next; `None` while nothing is wanted.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let of_phase = match &self.phase {
            Phase::Idle => None,
            Phase::Waiting { until } | Phase::Connecting { until } | Phase::LoggingIn { until, .. } => {
                Some(*until)
            }
            Phase::Live(live) => Some(live.next_deadline()),
        };
        [of_phase, self.asks.next_deadline()].into_iter().flatten().min()
    }

    fn log_in(&mut self, now: Timestamp, login: Box<Login>) {
        self.drop_connection();
        self.login = Some(login);
        self.leaving = false;
        self.drop_token_asks();
        self.backoff.succeeded();
        self.connect(now);
    }

    fn log_out(&mut self, now: Timestamp) {
        if self.login.is_none() {
            return;
        }
        self.leaving = true;
        match &self.phase {
            Phase::Live(_) => self.transmit_logout(now),
            _ => self.nudge(now),
        }
    }

    fn set_presence(&mut self, now: Timestamp, foreground: bool, unread: Option<u32>) {
        let Some(login) = &mut self.login else { return };
        let is_news = login.foreground != foreground || unread.is_some();
        login.foreground = foreground;
        self.untold_unread = unread.filter(|_| !foreground);
        if is_news && matches!(self.phase, Phase::Live(_)) {
            self.transmit_presence(now, foreground);
        }
        if foreground {
            self.nudge(now);
        }
    }

    fn send_message(&mut self, now: Timestamp, message: SendMessage) {
        let frame = ClientFrame::Send(Box::new(message.clone()));
        let refusal = if encode(&frame).len() > FRAME_MAX_BYTES {
            Some(ErrorCode::FrameTooLarge)
        } else if self.login.is_none() {
            Some(ErrorCode::LoginFirst)
        } else if self.pending.len() >= self.config.pending_max {
            Some(ErrorCode::Busy)
        } else {
            None
        };
        if let Some(code) = refusal {
            self.fail_send(&message, code);
            return;
        }
        self.pending.push_back(message);
        self.effects.push(ClientEffect::Persist);
        if matches!(self.phase, Phase::Live(_)) && !self.leaving {
            self.transmit_awaiting_answer(now, &frame);
        }
    }

    pub(super) fn fail_send(&mut self, message: &SendMessage, code: ErrorCode) {
        self.effects.push(ClientEffect::SendFailed {
            client_message_id: message.client_message_id.clone(),
            error: ErrorFrame::of(&code.into()),
        });
    }

    fn nudge(&mut self, now: Timestamp) {
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.connect(now);
        }
    }

    fn connect(&mut self, now: Timestamp) {
        let until = now.plus_ms(i64::from(self.config.connect_within_ms));
        self.phase = Phase::Connecting { until };
        self.effects.push(ClientEffect::Connect);
    }

    fn on_connected(&mut self, now: Timestamp) {
        let (Phase::Connecting { .. }, Some(login)) = (&self.phase, &self.login) else { return };
        let text = encode(&ClientFrame::Login(login.clone()));
        let until = now.plus_ms(i64::from(self.config.answer_within_ms));
        self.phase = Phase::LoggingIn { until, foreground: login.foreground };
        self.effects.push(ClientEffect::Transmit(text));
    }

    fn on_closed(&mut self, now: Timestamp) {
        if !matches!(self.phase, Phase::Idle | Phase::Waiting { .. }) {
            self.wait_to_reconnect(now);
        }
    }

    fn wait_to_reconnect(&mut self, now: Timestamp) {
        let wait_ms = self.backoff.next_wait_ms();
        self.phase = Phase::Waiting { until: now.plus_ms(i64::from(wait_ms)) };
    }

    /// Gives up a connection that the other end may still believe in.
    pub(super) fn give_up_connection(&mut self, now: Timestamp) {
        self.effects.push(ClientEffect::Close);
        self.wait_to_reconnect(now);
    }

    pub(super) fn drop_connection(&mut self) {
        if !matches!(self.phase, Phase::Idle | Phase::Waiting { .. }) {
            self.effects.push(ClientEffect::Close);
        }
        self.phase = Phase::Idle;
    }

    pub(super) fn start_sync(&mut self, now: Timestamp) {
        let Phase::Live(live) = &mut self.phase else { return };
        live.syncing = true;
        let mut heads = self.inbox.begin_sync();
        let mut frame = ClientFrame::Sync { heads: heads.clone() };
        // What does not fit is sent again from its beginning and dropped here as known.
        while encode(&frame).len() > FRAME_MAX_BYTES {
            heads.truncate(heads.len() * 3 / 4);
            frame = ClientFrame::Sync { heads: heads.clone() };
        }
        self.transmit_awaiting_answer(now, &frame);
    }

    pub(super) fn transmit_presence(&mut self, now: Timestamp, foreground: bool) {
        let unread = self.untold_unread;
        let Phase::Live(live) = &mut self.phase else { return };
        let request = live.ask(Asked::Presence { unread });
        self.transmit_awaiting_answer(now, &ClientFrame::Presence { request, foreground, unread });
    }

    pub(super) fn transmit_logout(&mut self, now: Timestamp) {
        let Phase::Live(live) = &mut self.phase else { return };
        let request = live.ask(Asked::Logout);
        self.transmit_awaiting_answer(now, &ClientFrame::Logout { request });
    }

    pub(super) fn transmit_awaiting_answer(&mut self, now: Timestamp, frame: &ClientFrame) {
        let due = now.plus_ms(i64::from(self.config.answer_within_ms));
        if let Phase::Live(live) = &mut self.phase {
            live.answer_due.get_or_insert(due);
        }
        self.transmit(now, frame);
    }

    fn transmit(&mut self, now: Timestamp, frame: &ClientFrame) {
        if let Phase::Live(live) = &mut self.phase {
            live.ping_due = now.plus_ms(i64::from(live.heartbeat_ms));
            self.effects.push(ClientEffect::Transmit(encode(frame)));
        }
    }

    pub(super) fn note_answer(&mut self, now: Timestamp) {
        let due = now.plus_ms(i64::from(self.config.answer_within_ms));
        if let Phase::Live(live) = &mut self.phase {
            let outstanding = live.syncing || live.has_asked() || !self.pending.is_empty();
            live.answer_due = outstanding.then_some(due);
        }
    }

    fn expire(&mut self, now: Timestamp) {
        match &mut self.phase {
            Phase::Waiting { until } if *until <= now => self.connect(now),
            Phase::Connecting { until } | Phase::LoggingIn { until, .. } if *until <= now => {
                self.give_up_connection(now);
            }
            Phase::Live(live) => {
                if [live.pong_due, live.answer_due].into_iter().flatten().any(|due| due <= now) {
                    self.give_up_connection(now);
                    return;
                }
                let (acks_due, again_due) =
                    (take_due(&mut live.ack_due, now), take_due(&mut live.again_due, now));
                if acks_due {
                    let cursors = self.inbox.take_acks();
                    self.transmit(now, &ClientFrame::Ack { cursors });
                }
                if again_due {
                    self.ask_again(now);
                }
                self.ping(now);
            }
            _ => {}
        }
    }

    fn ping(&mut self, now: Timestamp) {
        let pong_due = now.plus_ms(i64::from(self.config.answer_within_ms));
        let Phase::Live(live) = &mut self.phase else { return };
        if live.ping_due <= now {
            live.pong_due.get_or_insert(pong_due);
            self.transmit(now, &ClientFrame::Ping {});
        }
    }
}

/// Whether the time has come; then it is no longer waited for.
fn take_due(due: &mut Option<Timestamp>, now: Timestamp) -> bool {
    due.take_if(|due| *due <= now).is_some()
}
