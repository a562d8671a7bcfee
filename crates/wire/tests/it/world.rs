//! A world in virtual time: one server core that keeps messages, clients, and a network between them that delays
//! and breaks, but neither loses nor reorders within a connection.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use model::{
    Body, ClientMessageId, ConversationId, DeviceId, MessageId, MessageKind, Seq, SessionId, Timestamp,
    UserId,
};
use uuid::Uuid;
use wire::{
    Arrival, ClientConfig, ClientEffect, ClientFrame, ClientInput, ClientLink, ClientMemory, CloseReason,
    Cursor, LinkConfig, Login, MessageFrame, SendMessage, ServerEffect, ServerFrame, ServerInput, ServerLink,
    Welcome,
};

pub(crate) fn user_id(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn login(user: &str, foreground: bool) -> Box<Login> {
    Box::new(Login {
        token: format!("token of {user}"),
        device: DeviceId(Uuid::from_u128(7)),
        report: model::DeviceReport::default(),
        certificate_names: Vec::new(),
        foreground,
    })
}

pub(crate) fn welcome(user: &UserId, now: Timestamp) -> Welcome {
    Welcome {
        session: SessionId(1),
        user: user.clone(),
        server_time: now,
        heartbeat_ms: 0,
        ack_within_ms: 0,
        certificates: Vec::new(),
        push_type: 0,
        has_pushed: false,
        last_device_id: None,
    }
}

pub(crate) fn message(from: &UserId, to: &UserId, seq: i64, now: Timestamp) -> MessageFrame {
    MessageFrame {
        id: MessageId(Uuid::from_u128(u128::from(seq.unsigned_abs()))),
        conversation: ConversationId::peer(from, to),
        seq: Seq(seq),
        kind: MessageKind::Message,
        sender: Some(from.clone()),
        body: Body::text(format!("{from} {seq}")),
        ext: None,
        sent_at: now,
    }
}

/// One direction of a connection.
type Pipe = VecDeque<(Timestamp, String)>;

/// One connection; each end learns of its loss at its own time.
struct Wire {
    link: ServerLink,
    user: Option<UserId>,
    up: Pipe,
    down: Pipe,
    /// When the client's end hears that it is closed.
    client_hears_close: Option<Timestamp>,
    server_hears_close: Option<Timestamp>,
    /// The current connection of its client.
    current: bool,
}

pub(crate) struct Phone {
    pub(crate) user: UserId,
    pub(crate) link: ClientLink,
    wire: Option<usize>,
    /// Answers nothing and reads nothing, with the socket open.
    pub(crate) frozen: bool,
    /// What the app got, in order.
    pub(crate) got: Vec<(MessageFrame, Arrival)>,
    pub(crate) events: Vec<ClientEffect>,
    next_send: u32,
}

pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) latency_ms: i64,
    config: LinkConfig,
    pub(crate) log: BTreeMap<ConversationId, Vec<Arc<MessageFrame>>>,
    sent_ids: BTreeMap<(UserId, ClientMessageId), (ConversationId, usize)>,
    wires: Vec<Wire>,
    pub(crate) phones: Vec<Phone>,
    pub(crate) acked: BTreeMap<(UserId, ConversationId), Seq>,
    pub(crate) closes: Vec<CloseReason>,
    /// Pages of a sync are read now and delivered so many milliseconds later.
    pages: VecDeque<(Timestamp, usize, Vec<Arc<MessageFrame>>)>,
    pub(crate) page_delay_ms: i64,
}

impl World {
    pub(crate) fn new(latency_ms: i64) -> Self {
        Self {
            now: Timestamp(1_000_000),
            latency_ms,
            config: LinkConfig::default(),
            log: BTreeMap::new(),
            sent_ids: BTreeMap::new(),
            wires: Vec::new(),
            phones: Vec::new(),
            acked: BTreeMap::new(),
            closes: Vec::new(),
            pages: VecDeque::new(),
            page_delay_ms: 0,
        }
    }

    pub(crate) fn add_phone(&mut self, user: &str) -> usize {
        let config = ClientConfig { jitter_seed: self.phones.len() as u64, ..ClientConfig::default() };
        self.phones.push(Phone {
            user: user_id(user),
            link: ClientLink::new(config, ClientMemory::default()),
            wire: None,
            frozen: false,
            got: Vec::new(),
            events: Vec::new(),
            next_send: 0,
        });
        let phone = self.phones.len() - 1;
        self.feed_client(phone, ClientInput::LogIn(login(user, true)));
        phone
    }

    pub(crate) fn feed_client(&mut self, phone: usize, input: ClientInput<'_>) {
        let effects = self.phones[phone].link.step(self.now, input);
        for effect in effects {
            self.act_for_client(phone, effect);
        }
    }

    fn act_for_client(&mut self, phone: usize, effect: ClientEffect) {
        let arrives = self.now.plus_ms(self.latency_ms);
        match effect {
            ClientEffect::Connect => {
                self.wires.push(Wire {
                    link: ServerLink::new(self.config, self.now),
                    user: None,
                    up: Pipe::new(),
                    down: Pipe::new(),
                    client_hears_close: None,
                    server_hears_close: None,
                    current: true,
                });
                self.phones[phone].wire = Some(self.wires.len() - 1);
                self.feed_client(phone, ClientInput::Connected);
            }
            ClientEffect::Transmit(text) => {
                let wire = &mut self.wires[self.phones[phone].wire.expect("transmits only while connected")];
                wire.up.push_back((arrives, text));
            }
            ClientEffect::Close => {
                if let Some(wire) = self.phones[phone].wire.take() {
                    self.wires[wire].current = false;
                    self.wires[wire].server_hears_close = Some(arrives);
                }
            }
            ClientEffect::Messages { messages, arrival } => {
                self.phones[phone].got.extend(messages.into_iter().map(|message| (message, arrival)));
            }
            ClientEffect::Persist => {
                // A process that starts from what was stored must stand where this one stands.
                let stored = serde_json::to_string(&self.phones[phone].link.memory()).unwrap();
                assert_eq!(self.phones[phone].link.memory(), serde_json::from_str(&stored).unwrap());
            }
            event => self.phones[phone].events.push(event),
        }
    }

    /// The phone is killed and started again from what it stored.
    pub(crate) fn restart(&mut self, phone: usize) {
        self.act_for_client(phone, ClientEffect::Close);
        let memory = self.phones[phone].link.memory();
        self.phones[phone].link = ClientLink::new(ClientConfig::default(), memory);
        let user = self.phones[phone].user.clone();
        self.feed_client(phone, ClientInput::LogIn(login(user.as_str(), true)));
    }

    /// The connection breaks; both ends hear of it, each after a while. `None`: the server does not hear of it.
    pub(crate) fn cut(&mut self, phone: usize, server_after_ms: Option<i64>) {
        if let Some(wire) = self.phones[phone].wire {
            let wire = &mut self.wires[wire];
            wire.up.clear();
            wire.down.clear();
            wire.client_hears_close = Some(self.now);
            wire.server_hears_close = server_after_ms.map(|ms| self.now.plus_ms(ms));
        }
    }

    pub(crate) fn send(&mut self, from: usize, to: &str) {
        let phone = &mut self.phones[from];
        phone.next_send += 1;
        let message = SendMessage {
            client_message_id: ClientMessageId::new(&format!("c{}", phone.next_send)).unwrap(),
            to: user_id(to),
            body: Body::text(format!("number {}", phone.next_send)),
            push: None,
        };
        self.feed_client(from, ClientInput::Send(Box::new(message)));
    }

    fn feed_server(&mut self, wire: usize, input: ServerInput<'_>) {
        let effects = self.wires[wire].link.step(self.now, input);
        for effect in effects {
            self.act_for_server(wire, effect);
        }
    }

    fn act_for_server(&mut self, wire: usize, effect: ServerEffect) {
        let arrives = self.now.plus_ms(self.latency_ms);
        match effect {
            ServerEffect::Send(text) => self.wires[wire].down.push_back((arrives, text)),
            ServerEffect::Login(login) => {
                let user = user_id(login.token.strip_prefix("token of ").unwrap());
                self.wires[wire].user = Some(user.clone());
                self.feed_server(wire, ServerInput::Accepted(Box::new(welcome(&user, self.now))));
            }
            ServerEffect::Request(frame) => self.serve(wire, frame),
            ServerEffect::Acked(cursors) => {
                let user = self.wires[wire].user.clone().unwrap();
                for Cursor { conversation, seq } in cursors {
                    let stored = self.log[&conversation].last().map_or(Seq(0), |message| message.seq);
                    assert!(seq <= stored, "acked beyond what exists");
                    let cursor = self.acked.entry((user.clone(), conversation)).or_insert(Seq(0));
                    *cursor = seq.max(*cursor);
                }
            }
            ServerEffect::AckMissed(_) => {}
            ServerEffect::Close(reason) => {
                self.closes.push(reason);
                if self.wires[wire].current {
                    self.wires[wire].client_hears_close.get_or_insert(arrives);
                }
            }
        }
    }

    fn serve(&mut self, wire: usize, frame: ClientFrame) {
        let user = self.wires[wire].user.clone().unwrap();
        match frame {
            ClientFrame::Send(send) => self.accept(wire, &user, *send),
            ClientFrame::Sync { heads } => {
                let heads: BTreeMap<_, _> =
                    heads.into_iter().map(|head| (head.conversation, head.seq)).collect();
                let page = self
                    .log
                    .iter()
                    .filter(|(conversation, _)| conversation.includes(&user))
                    .flat_map(|(conversation, messages)| {
                        let head = heads.get(conversation).copied().unwrap_or(Seq(0));
                        messages.iter().filter(move |message| message.seq > head).cloned()
                    })
                    .collect();
                self.pages.push_back((self.now.plus_ms(self.page_delay_ms), wire, page));
                self.run_pages();
            }
            ClientFrame::Presence { request, .. }
            | ClientFrame::Bind { request, .. }
            | ClientFrame::Unbind { request, .. }
            | ClientFrame::Logout { request } => {
                self.feed_server(wire, ServerInput::Reply(ServerFrame::Ok { request }));
            }
            ClientFrame::Login(_) | ClientFrame::Ping {} | ClientFrame::Ack { .. } => {
                panic!("the link answers these itself")
            }
        }
    }

    fn run_pages(&mut self) {
        while let Some((_, wire, page)) = self.pages.pop_front_if(|(due, ..)| *due <= self.now) {
            for part in page.chunks(3) {
                self.feed_server(wire, ServerInput::Page(part));
            }
            self.feed_server(wire, ServerInput::Synced);
        }
    }

    fn accept(&mut self, wire: usize, user: &UserId, send: SendMessage) {
        let id = (user.clone(), send.client_message_id.clone());
        let conversation = ConversationId::peer(user, &send.to);
        let is_new = !self.sent_ids.contains_key(&id);
        if is_new {
            let messages = self.log.entry(conversation.clone()).or_default();
            let seq = messages.len() as i64 + 1;
            let mut frame = message(user, &send.to, seq, self.now);
            frame.body = send.body;
            messages.push(Arc::new(frame));
            self.sent_ids.insert(id.clone(), (conversation, messages.len() - 1));
        }
        let (conversation, index) = self.sent_ids[&id].clone();
        let stored = Arc::clone(&self.log[&conversation][index]);
        let sent = ServerFrame::Sent {
            client_message_id: send.client_message_id,
            message: stored.id,
            conversation,
            seq: stored.seq,
            sent_at: stored.sent_at,
        };
        self.feed_server(wire, ServerInput::Reply(sent));
        if is_new {
            for other in 0..self.wires.len() {
                if other != wire && self.wires[other].user.as_ref() == Some(&send.to) {
                    self.feed_server(other, ServerInput::Deliver(&[Arc::clone(&stored)]));
                }
            }
        }
    }

    /// The next moment at which anything happens.
    fn next_moment(&self) -> Option<Timestamp> {
        let wires = self.wires.iter().flat_map(|wire| {
            [
                wire.link.next_deadline(),
                wire.up.front().map(|(at, _)| *at),
                wire.down.front().map(|(at, _)| *at),
                wire.client_hears_close.filter(|_| wire.current),
                wire.server_hears_close.filter(|_| wire.link.next_deadline().is_some()),
            ]
        });
        let phones = self.phones.iter().filter(|phone| !phone.frozen).map(|phone| phone.link.next_deadline());
        let pages = self.pages.front().map(|(due, ..)| *due);
        wires.chain(phones).chain([pages]).flatten().filter(|at| *at > self.now).min()
    }

    /// Lets time pass.
    pub(crate) fn run_for(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        self.settle();
        while let Some(moment) = self.next_moment().filter(|moment| *moment <= end) {
            self.now = moment;
            self.settle();
        }
        self.now = end;
    }

    /// Everything that is due now.
    fn settle(&mut self) {
        self.run_pages();
        for wire in 0..self.wires.len() {
            while let Some((_, text)) = self.wires[wire].up.pop_front_if(|(at, _)| *at <= self.now) {
                self.feed_server(wire, ServerInput::Text(&text));
            }
            if self.wires[wire].server_hears_close.is_some_and(|at| at <= self.now) {
                self.feed_server(wire, ServerInput::SocketClosed);
            }
            self.feed_server(wire, ServerInput::Tick);
        }
        for phone in 0..self.phones.len() {
            if self.phones[phone].frozen {
                continue;
            }
            while let Some(wire) = self.phones[phone].wire
                && let Some((_, text)) = self.wires[wire].down.pop_front_if(|(at, _)| *at <= self.now)
            {
                self.feed_client(phone, ClientInput::Text(&text));
            }
            if let Some(wire) = self.phones[phone].wire
                && self.wires[wire].client_hears_close.is_some_and(|at| at <= self.now)
            {
                self.wires[wire].current = false;
                self.phones[phone].wire = None;
                self.feed_client(phone, ClientInput::Closed);
            }
            self.feed_client(phone, ClientInput::Tick);
        }
    }

    /// What another user sent to this one, in the order of the log.
    pub(crate) fn log_for(&self, user: &UserId) -> Vec<(ConversationId, Seq)> {
        self.log
            .values()
            .flatten()
            .filter(|message| message.conversation.includes(user) && message.sender.as_ref() != Some(user))
            .map(|message| (message.conversation.clone(), message.seq))
            .collect()
    }

    /// What a phone's app got from others, per conversation in the order it came.
    pub(crate) fn got_from_others(&self, phone: usize) -> Vec<(ConversationId, Seq)> {
        let phone = &self.phones[phone];
        let mut got: Vec<_> = phone
            .got
            .iter()
            .filter(|(message, _)| message.sender.as_ref() != Some(&phone.user))
            .map(|(message, _)| (message.conversation.clone(), message.seq))
            .collect();
        // Stable: within a conversation the order stays as it was.
        got.sort_by(|one, other| one.0.cmp(&other.0));
        got
    }
}

impl World {
    /// Ends every session.
    pub(crate) fn kick(&mut self, reason: wire::KickReason) {
        self.feed_all_servers(|| ServerInput::Kick(reason));
    }

    /// The same input to every connection's server end.
    pub(crate) fn feed_all_servers(&mut self, input: impl Fn() -> ServerInput<'static>) {
        for wire in 0..self.wires.len() {
            self.feed_server(wire, input());
        }
    }
}
