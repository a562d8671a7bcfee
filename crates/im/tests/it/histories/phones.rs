//! Phones and their connections: the server's end is the real one, fed with the frames a client writes.

use std::{collections::BTreeMap, sync::Arc};

use model::{BindingKind, ConversationId, LoginPolicy, Message, Seq, SessionId, SessionState, Timestamp};
use rules::Reason;
use wire::{
    ClientFrame, Cursor, KickReason, LinkConfig, MessageFrame, ServerEffect, ServerFrame, ServerInput,
    ServerLink, Welcome, decode_server, encode,
};

use super::{
    cast::{CERTIFICATE, GADGETS, Gadget, Person, device_id, token},
    ledger::{Ledger, Letter},
    world::World,
};

/// How often a phone is heard though it has nothing to say; well below the server's patience.
pub(crate) const PING_MS: i64 = 25_000;

/// A phone in its user's hand.
#[derive(Debug, Default)]
pub(crate) struct Phone {
    /// Who the app believes is logged in.
    user: Option<Person>,
    running: bool,
    frozen: bool,
    /// How far the app has each conversation, for each user.
    heads: BTreeMap<(Person, ConversationId), Seq>,
    /// What it has and has not acknowledged.
    owed: Vec<Cursor>,
    /// What came while it was frozen.
    inbox: Vec<String>,
}

/// The server's end of a connection.
#[derive(Debug)]
pub(crate) struct Link {
    server: ServerLink,
    pub(crate) person: Person,
    session: SessionId,
    pub(crate) foreground: bool,
    /// Frames that are out, since when.
    pub(crate) out: BTreeMap<Letter, Timestamp>,
    /// The network is gone, and the server does not know.
    cut: bool,
}

impl World {
    /// A user logs in, asks for everything, and reports the device's own token.
    pub(crate) fn log_in(&mut self, person: Person, gadget: Gadget, foreground: bool, binds: bool) {
        self.feed(gadget, ServerInput::SocketClosed);
        self.phones[gadget] = Phone {
            user: Some(person),
            running: true,
            heads: std::mem::take(&mut self.phones[gadget].heads),
            ..Phone::default()
        };
        self.links[gadget] = Some(Link {
            server: ServerLink::new(LinkConfig::default(), self.now),
            person,
            session: SessionId(0),
            foreground,
            out: BTreeMap::new(),
            cut: false,
        });
        // By hand, for speed: a login is the longest frame by far, and most of what it tells is left out.
        let login = format!(
            r#"{{"type":"login","token":"{}","device":"{}","report":{{}},"foreground":{foreground}}}"#,
            self.cast.user(person),
            device_id(gadget),
        );
        self.feed(gadget, ServerInput::Text(&login));
        self.ask_for_everything(gadget);
        if binds && Ledger::has_vendor(gadget) {
            self.say_bind(gadget, &token(gadget));
        }
    }

    pub(crate) fn reconnect(&mut self, gadget: Gadget, foreground: bool) {
        if let Some(person) = self.phones[gadget].user {
            self.log_in(person, gadget, foreground, false);
        }
    }

    pub(crate) fn say_bind(&mut self, gadget: Gadget, token: &Arc<str>) {
        let (kind, token) = (BindingKind::Alert, token.to_string());
        self.say(gadget, &ClientFrame::Bind { request: 1, certificate: CERTIFICATE, kind, token });
    }

    pub(crate) fn ask_for_everything(&mut self, gadget: Gadget) {
        let phone = &self.phones[gadget];
        let heads = phone.heads.iter().filter(|((person, _), _)| Some(*person) == phone.user);
        let heads = heads
            .map(|((_, conversation), seq)| Cursor { conversation: conversation.clone(), seq: *seq })
            .collect();
        self.say(gadget, &ClientFrame::Sync { heads });
    }

    /// The app acknowledges what it has.
    pub(crate) fn acknowledge(&mut self, gadget: Gadget) {
        if !self.phones[gadget].owed.is_empty() && self.is_heard(gadget) {
            let cursors = std::mem::take(&mut self.phones[gadget].owed);
            self.say(gadget, &ClientFrame::Ack { cursors });
        }
    }

    pub(crate) fn kill(&mut self, gadget: Gadget) {
        let phone = &mut self.phones[gadget];
        (phone.running, phone.frozen) = (false, false);
        phone.owed.clear();
        phone.inbox.clear();
        if self.links[gadget].as_ref().is_some_and(|link| !link.cut) {
            self.feed(gadget, ServerInput::SocketClosed);
        }
    }

    pub(crate) fn freeze(&mut self, gadget: Gadget, frozen: bool) {
        self.phones[gadget].frozen = frozen;
        if !frozen {
            for text in std::mem::take(&mut self.phones[gadget].inbox) {
                self.read(gadget, &text);
            }
        }
    }

    pub(crate) fn lose_network(&mut self, gadget: Gadget) {
        self.phones[gadget].inbox.clear();
        if let Some(link) = &mut self.links[gadget] {
            link.cut = true;
        }
    }

    /// Every phone that can acknowledges what it has, and is heard now and then in any case.
    pub(crate) fn be_heard(&mut self) {
        let is_time = self.now.since_ms(self.pinged_at) >= PING_MS;
        for gadget in 0..GADGETS {
            self.acknowledge(gadget);
            if is_time && self.is_heard(gadget) {
                self.feed(gadget, ServerInput::Text(r#"{"type":"ping"}"#));
            }
        }
        if is_time {
            self.pinged_at = self.now;
        }
    }

    pub(crate) fn tick(&mut self) {
        for gadget in 0..GADGETS {
            let due = self.links[gadget].as_ref().and_then(|link| link.server.next_deadline());
            if due.is_some_and(|due| due <= self.now) {
                self.feed(gadget, ServerInput::Tick);
            }
        }
    }

    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.links.iter().flatten().filter_map(|link| link.server.next_deadline()).min()
    }

    fn is_heard(&self, gadget: Gadget) -> bool {
        let phone = &self.phones[gadget];
        phone.running && !phone.frozen && self.links[gadget].as_ref().is_some_and(|link| !link.cut)
    }

    pub(crate) fn say(&mut self, gadget: Gadget, frame: &ClientFrame) {
        if self.is_heard(gadget) {
            self.feed(gadget, ServerInput::Text(&encode(frame)));
        }
    }

    pub(crate) fn feed(&mut self, gadget: Gadget, input: ServerInput<'_>) {
        let Some(link) = &mut self.links[gadget] else { return };
        for effect in link.server.step(self.now, input) {
            self.act(gadget, effect);
        }
    }

    fn act(&mut self, gadget: Gadget, effect: ServerEffect) {
        match effect {
            ServerEffect::Send(text) => self.carry(gadget, text),
            ServerEffect::SendShared(text) => self.carry(gadget, text.to_string()),
            ServerEffect::Login(login) => self.open(gadget, login.foreground),
            ServerEffect::Request(frame) => self.serve(gadget, frame),
            ServerEffect::Acked(cursors) => self.acked(gadget, &cursors),
            ServerEffect::AckMissed(_) => {}
            ServerEffect::Close(_) => self.closed(gadget),
        }
    }

    fn carry(&mut self, gadget: Gadget, text: String) {
        let phone = &mut self.phones[gadget];
        if !phone.running || self.links[gadget].as_ref().is_none_or(|link| link.cut) {
            return;
        }
        if phone.frozen {
            phone.inbox.push(text);
        } else {
            self.read(gadget, &text);
        }
    }

    fn read(&mut self, gadget: Gadget, text: &str) {
        if !text.starts_with(r#"{"type":"messages""#) && !text.starts_with(r#"{"type":"kicked""#) {
            return;
        }
        let phone = &mut self.phones[gadget];
        match decode_server(text).unwrap() {
            ServerFrame::Messages { messages, .. } => {
                let Some(person) = phone.user else { return };
                for message in messages {
                    self.truth.received(person, gadget, letter_of(&message));
                    let head = phone.heads.entry((person, message.conversation.clone())).or_insert(Seq(0));
                    *head = message.seq.max(*head);
                    phone.owed.push(Cursor { conversation: message.conversation, seq: message.seq });
                }
            }
            ServerFrame::Kicked { .. } => phone.user = None,
            _ => {}
        }
    }

    fn open(&mut self, gadget: Gadget, foreground: bool) {
        let Some(person) = self.links[gadget].as_ref().map(|link| link.person) else { return };
        let state = if foreground { SessionState::OnlineForeground } else { SessionState::OnlineBackground };
        let policy: LoginPolicy = self.view.app.policy.login;
        let (session, ended) = self.ledger.open((person, gadget), &self.cast, (state, policy), self.now);
        for &(other, elsewhere) in &ended {
            self.truth.ended(other, elsewhere, SessionState::Kicked, self.moment);
        }
        self.truth.logged_in(person, gadget, foreground);
        for (_, elsewhere) in ended {
            if elsewhere != gadget {
                self.feed(elsewhere, ServerInput::Kick(KickReason::AnotherLogin));
            }
        }
        if let Some(link) = &mut self.links[gadget] {
            link.session = session;
        }
        let welcome = Welcome {
            session,
            user: self.cast.user(person).clone(),
            server_time: self.now,
            heartbeat_ms: 0,
            ack_within_ms: 0,
            push_id: None,
            push_on: true,
            certificates: Vec::new(),
            push_type: 0,
            has_pushed: false,
            last_device_id: None,
        };
        self.feed(gadget, ServerInput::Accepted(Box::new(welcome)));
    }

    fn serve(&mut self, gadget: Gadget, frame: ClientFrame) {
        let Some(link) = &mut self.links[gadget] else { return };
        let (key, session) = ((link.person, gadget), link.session);
        match frame {
            ClientFrame::Sync { heads } => return self.hand_out(key, &heads),
            ClientFrame::Presence { foreground, .. } => {
                link.foreground = foreground;
                let to =
                    if foreground { SessionState::OnlineForeground } else { SessionState::OnlineBackground };
                self.truth.on_screen(key.0, gadget, foreground, self.moment);
                self.ledger.move_to(key, session, to, self.now, self.moment);
            }
            ClientFrame::Bind { token, .. } => {
                let token: Arc<str> = token.into();
                self.ledger.bind(gadget, key.0, &token, self.now);
                self.truth.bound(key.0, gadget, &token);
            }
            ClientFrame::PushSwitch { on, .. } => {
                self.truth.push_switched(gadget, on, self.moment);
                self.ledger.switch_push(gadget, on, self.now);
            }
            ClientFrame::Unregister { .. } => {
                self.truth.unregistered(gadget);
                self.ledger.unregister(gadget, self.now);
            }
            ClientFrame::Logout { .. } => {
                let (how, why) = (SessionState::LoggedOut, Reason::LOGGED_OUT_BEFORE_SEND);
                self.truth.ended(key.0, gadget, how, self.moment);
                self.ledger.end(key, how, why, self.now);
                self.phones[gadget].user = None;
            }
            _ => unreachable!("phones ask for nothing else"),
        }
        self.feed(gadget, ServerInput::Reply(ServerFrame::Ok { request: 1 }));
    }

    /// The answer to `sync`: pushes that it makes needless are cancelled, then the pages go out.
    fn hand_out(&mut self, key: (Person, Gadget), heads: &[Cursor]) {
        self.truth.fetched(key.0, key.1, self.moment);
        self.ledger.fetch(key, self.moment);
        for head in heads {
            self.ledger.ack(key, &head.conversation, head.seq);
        }
        for conversation in self.ledger.conversations() {
            if !self.cast.members(&conversation).contains(&key.0) {
                continue;
            }
            let head = heads.iter().find(|head| head.conversation == conversation);
            let messages = self.ledger.after(&conversation, head.map_or(Seq(0), |head| head.seq));
            let frames: Vec<_> = messages.iter().filter_map(|message| frame_of(message)).collect();
            self.feed(key.1, ServerInput::Page(&frames));
        }
        self.feed(key.1, ServerInput::Synced);
    }

    fn acked(&mut self, gadget: Gadget, cursors: &[Cursor]) {
        let Some(link) = &mut self.links[gadget] else { return };
        for cursor in cursors {
            self.ledger.ack((link.person, gadget), &cursor.conversation, cursor.seq);
        }
        let (ledger, key) = (&self.ledger, (link.person, gadget));
        link.out.retain(|&letter, _| !ledger.has_acked(key, &ledger.letters[letter]));
    }

    /// The socket is gone: what was out on it is looked at again at once.
    fn closed(&mut self, gadget: Gadget) {
        let Some(link) = self.links[gadget].take() else { return };
        let key = (link.person, gadget);
        self.truth.connection_lost(gadget);
        self.ledger.move_to(key, link.session, SessionState::Disconnected, self.now, self.moment);
        for letter in link.out.into_keys() {
            if let Some(due_at) = self.ledger.fanouts.get_mut(&letter) {
                *due_at = self.now;
            }
        }
    }
}

/// A message as its receivers see it; `None` for a push alone.
pub(crate) fn frame_of(message: &Message) -> Option<Arc<MessageFrame>> {
    Some(Arc::new(MessageFrame {
        id: message.id,
        conversation: message.addressee.conversation()?.clone(),
        seq: message.seq,
        kind: message.kind,
        sender: message.sender.clone(),
        body: message.body.clone(),
        mentions: message.mentions.clone(),
        ext: None,
        sent_at: message.sent_at,
        reminder: None,
    }))
}

fn letter_of(message: &MessageFrame) -> Letter {
    usize::try_from(message.id.0.as_u128()).unwrap()
}
