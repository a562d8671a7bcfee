//! What the client's end makes of the server's frames.

use model::{ErrorCode, Timestamp};

use super::{
    Answer, Arrival, ClientEffect,
    inbox::Inbox,
    link::{ClientLink, Phase},
    live::{Asked, Live},
};
use crate::{ClientFrame, ErrorFrame, KickReason, MessageFrame, ServerFrame, Welcome, decode_server};

impl ClientLink {
    pub(super) fn on_text(&mut self, now: Timestamp, text: &str) {
        // A frame of a type that a newer server knows is none of our business.
        let Ok(frame) = decode_server(text) else { return };
        if let Phase::Live(live) = &mut self.phase {
            live.pong_due = None;
            self.on_live_frame(now, frame);
        } else if let Phase::LoggingIn { foreground, .. } = self.phase {
            match frame {
                ServerFrame::Welcome(welcome) => self.on_welcome(now, welcome, foreground),
                ServerFrame::Error(error) => self.on_login_error(now, error),
                ServerFrame::Kicked { reason } => self.on_kicked(reason),
                _ => {}
            }
        }
    }

    fn on_login_error(&mut self, now: Timestamp, error: ErrorFrame) {
        if error.is_passing() {
            self.give_up_connection(now);
        } else {
            self.drop_connection();
            self.login = None;
            self.leaving = false;
            self.effects.push(ClientEffect::LoginRefused(error));
        }
    }

    fn on_welcome(&mut self, now: Timestamp, welcome: Box<Welcome>, told_foreground: bool) {
        self.phase = Phase::Live(Live::new(welcome.heartbeat_ms, now));
        self.inbox.reset_connection();
        if self.leaving {
            self.transmit_logout(now);
            return;
        }
        if self.user.as_ref().is_some_and(|user| *user != welcome.user) {
            self.forget();
        }
        self.user = Some(welcome.user.clone());
        self.effects.push(ClientEffect::Persist);
        self.effects.push(ClientEffect::LoggedIn(welcome));
        if let Some(foreground) = self.login.as_ref().map(|login| login.foreground)
            && (foreground != told_foreground || self.untold_unread.is_some())
        {
            self.transmit_presence(now, foreground);
        }
        self.start_sync(now);
        for message in self.pending.clone() {
            self.transmit_awaiting_answer(now, &ClientFrame::Send(Box::new(message)));
        }
        for ask in self.asks.all() {
            self.transmit_ask(now, ask);
        }
    }

    /// Nothing of one user may show to another.
    fn forget(&mut self) {
        for message in std::mem::take(&mut self.pending) {
            self.fail_send(&message, ErrorCode::LoginFirst);
        }
        self.user = None;
        self.inbox = Inbox::default();
        self.untold_unread = None;
        self.fail_asks(|ask| !ask.is_of_device());
    }

    fn on_live_frame(&mut self, now: Timestamp, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome(_) | ServerFrame::Pong {} => {}
            ServerFrame::Messages { messages, sync } => self.on_messages(now, messages, sync),
            ServerFrame::Synced {} => self.on_synced(now),
            ServerFrame::Sent { client_message_id, message, conversation, seq, sent_at } => {
                self.pending.retain(|pending| pending.client_message_id != client_message_id);
                self.inbox.note_sent(&conversation, seq);
                self.note_answer(now);
                self.effects.push(ClientEffect::Persist);
                let sent = ClientEffect::Sent { client_message_id, message, conversation, seq, sent_at };
                self.effects.push(sent);
            }
            ServerFrame::Read { user, conversation, seq } => {
                self.effects.push(ClientEffect::Read { user, conversation, seq });
            }
            ServerFrame::Group { request, group } => self.on_answer(now, request, Ok(Answer::Group(group))),
            ServerFrame::History { request, messages } => {
                self.on_answer(now, request, Ok(Answer::History(messages)));
            }
            ServerFrame::Conversations { request, conversations } => {
                self.on_answer(now, request, Ok(Answer::Conversations(conversations)));
            }
            ServerFrame::Bound { request, push_id } => {
                self.on_answer(now, request, Ok(Answer::Bound(push_id)));
            }
            ServerFrame::Ok { request } => self.on_answer(now, request, Ok(Answer::Done)),
            ServerFrame::Error(error) => self.on_error(now, error),
            ServerFrame::Kicked { reason } => self.on_kicked(reason),
        }
    }

    fn on_messages(&mut self, now: Timestamp, messages: Vec<MessageFrame>, sync: bool) {
        let fresh = self.inbox.take(messages, sync);
        let ack_due = now.plus_ms(i64::from(self.config.ack_delay_ms));
        let Phase::Live(live) = &mut self.phase else { return };
        if self.inbox.has_unacked() {
            live.ack_due.get_or_insert(ack_due);
        }
        let ask_for_missing = self.inbox.has_gap() && !live.syncing;
        self.note_answer(now);
        if !fresh.is_empty() {
            let arrival = if sync { Arrival::Sync } else { Arrival::Live };
            self.effects.push(ClientEffect::Messages { messages: fresh, arrival });
            self.effects.push(ClientEffect::Persist);
        }
        if ask_for_missing {
            self.start_sync(now);
        }
    }

    fn on_synced(&mut self, now: Timestamp) {
        let Phase::Live(live) = &mut self.phase else { return };
        live.syncing = false;
        self.note_answer(now);
        if self.inbox.has_gap() {
            self.start_sync(now);
        } else {
            self.backoff.succeeded();
            self.effects.push(ClientEffect::Synced);
        }
    }

    fn on_error(&mut self, now: Timestamp, error: ErrorFrame) {
        if let Some(request) = error.request {
            self.on_answer(now, request, Err(error));
        } else if let Some(client_message_id) = error.client_message_id.clone() {
            self.pending.retain(|pending| pending.client_message_id != client_message_id);
            self.note_answer(now);
            self.effects.push(ClientEffect::Persist);
            self.effects.push(ClientEffect::SendFailed { client_message_id, error });
        } else {
            self.effects.push(ClientEffect::Error(error));
        }
    }

    fn on_answer(&mut self, now: Timestamp, request: u32, outcome: Result<Answer, ErrorFrame>) {
        let Phase::Live(live) = &mut self.phase else { return };
        let asked = live.answered(request);
        self.note_answer(now);
        match (asked, outcome) {
            (Some(Asked::Ask(ask)), outcome) => self.on_ask_answered(now, ask, outcome),
            (Some(Asked::Logout), Ok(_)) => {
                self.drop_connection();
                self.login = None;
                self.leaving = false;
                self.forget();
                self.effects.push(ClientEffect::LoggedOut);
                self.effects.push(ClientEffect::Persist);
            }
            (Some(Asked::Logout), Err(_)) => self.give_up_connection(now),
            (Some(Asked::Presence { unread }), Ok(_)) => {
                if self.untold_unread == unread {
                    self.untold_unread = None;
                }
            }
            (Some(Asked::Presence { .. }), Err(error)) => self.effects.push(ClientEffect::Error(error)),
            (None, _) => {}
        }
    }

    fn on_kicked(&mut self, reason: KickReason) {
        self.drop_connection();
        self.login = None;
        self.leaving = false;
        self.fail_asks(|ask| !ask.is_kept());
        self.effects.push(ClientEffect::Kicked(reason));
        self.effects.push(ClientEffect::Persist);
    }
}
