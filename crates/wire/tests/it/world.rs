//! A world in virtual time: one server core that keeps messages, clients, and a network between them that delays
//! and breaks, but neither loses nor reorders within a connection.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use model::{
    Body, ClientMessageId, ConversationId, ConversationKind, DeviceId, GroupId, Mentions, MessageId,
    MessageKind, Seq, SessionId, Timestamp, UserId,
};
use uuid::Uuid;
use wire::{
    Arrival, ClientConfig, ClientEffect, ClientFrame, ClientInput, ClientLink, ClientMemory, CloseReason,
    Cursor, LinkConfig, Login, MessageFrame, Parcel, Recipient, SendMessage, ServerEffect, ServerFrame,
    ServerInput, ServerLink, Welcome,
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
        push_id: None,
        push_on: true,
        certificates: Vec::new(),
        push_type: 0,
        has_pushed: false,
        last_device_id: None,
    }
}

pub(crate) fn message(from: &UserId, to: &UserId, seq: i64, now: Timestamp) -> MessageFrame {
    message_in(ConversationId::peer(from, to), from, seq, now)
}

pub(crate) fn message_in(
    conversation: ConversationId,
    from: &UserId,
    seq: i64,
    now: Timestamp,
) -> MessageFrame {
    MessageFrame {
        id: MessageId(Uuid::from_u128(u128::from(seq.unsigned_abs()))),
        conversation,
        seq: Seq(seq),
        kind: MessageKind::Message,
        sender: Some(from.clone()),
        body: Body::text(format!("{from} {seq}")),
        mentions: Mentions::default(),
        ext: None,
        sent_at: now,
        reminder: None,
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
    sent_ids: BTreeMap<(UserId, ClientMessageId), Arc<MessageFrame>>,
    /// Who is in which group, and from after which place on.
    members: BTreeMap<(GroupId, UserId), Seq>,
    /// How often each request was carried out, by its frame's type.
    pub(crate) carried_out: BTreeMap<&'static str, usize>,
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
            members: BTreeMap::new(),
            carried_out: BTreeMap::new(),
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

    /// A user comes into a group; what was written there before is not shown.
    pub(crate) fn join(&mut self, group: &str, user: &str) {
        let group = GroupId::new(group).unwrap();
        let log = self.log.get(&ConversationId::group(&group));
        let from = log.and_then(|messages| messages.last()).map_or(Seq(0), |message| message.seq);
        self.members.entry((group, user_id(user))).or_insert(from);
    }

    /// After which place a user is shown a conversation; `None`: not at all.
    fn shown_from(&self, user: &UserId, conversation: &ConversationId) -> Option<Seq> {
        match conversation.kind() {
            ConversationKind::Group(group) => self.members.get(&(group, user.clone())).copied(),
            ConversationKind::Peer(..) | ConversationKind::System(_) => {
                conversation.includes(user).then_some(Seq(0))
            }
        }
    }

    pub(crate) fn send(&mut self, from: usize, to: &str) {
        self.send_to(from, user_id(to), false);
    }

    pub(crate) fn send_to(&mut self, from: usize, to: impl Into<Recipient>, online_only: bool) {
        let phone = &mut self.phones[from];
        phone.next_send += 1;
        let id = ClientMessageId::new(&format!("c{}", phone.next_send)).unwrap();
        let body = Body::text(format!("number {}", phone.next_send));
        let message = SendMessage { online_only, ..SendMessage::new(id, to, body) };
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
            ServerEffect::SendShared(text) => self.wires[wire].down.push_back((arrives, text.to_string())),
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
                let mut page = Vec::new();
                for (conversation, messages) in &self.log {
                    let Some(from) = self.shown_from(&user, conversation) else { continue };
                    let head = heads.get(conversation).copied().unwrap_or(Seq(0)).max(from);
                    page.extend(messages.iter().filter(|message| message.seq > head).cloned());
                }
                self.pages.push_back((self.now.plus_ms(self.page_delay_ms), wire, page));
                self.run_pages();
            }
            ClientFrame::Login(_) | ClientFrame::Ping {} | ClientFrame::Ack { .. } => {
                panic!("the link answers these itself")
            }
            frame => {
                let name = frame.name();
                *self.carried_out.entry(name).or_default() += 1;
                let text = serde_json::to_value(&frame).unwrap();
                let request = u32::try_from(text["request"].as_u64().unwrap()).unwrap();
                self.feed_server(wire, ServerInput::Reply(answer(&frame, request)));
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
        let is_new = !self.sent_ids.contains_key(&id);
        if is_new {
            let stored = self.store(user, send);
            self.sent_ids.insert(id.clone(), stored);
        }
        let stored = Arc::clone(&self.sent_ids[&id]);
        let sent = ServerFrame::Sent {
            client_message_id: id.1,
            message: stored.id,
            conversation: stored.conversation.clone(),
            seq: stored.seq,
            sent_at: stored.sent_at,
        };
        self.feed_server(wire, ServerInput::Reply(sent));
        if is_new {
            for other in 0..self.wires.len() {
                let reader = self.wires[other].user.clone();
                let is_member =
                    reader.is_some_and(|user| self.shown_from(&user, &stored.conversation).is_some());
                if other != wire && is_member {
                    // Either way must come to the same.
                    if stored.seq.0 % 2 == 0 {
                        self.feed_server(other, ServerInput::Deliver(&[Arc::clone(&stored)]));
                    } else {
                        self.feed_server(other, ServerInput::Parcel(&Parcel::new(Arc::clone(&stored))));
                    }
                }
            }
        }
    }

    fn store(&mut self, user: &UserId, send: SendMessage) -> Arc<MessageFrame> {
        let conversation = match &send.to {
            Recipient::User(to) => ConversationId::peer(user, to),
            Recipient::Group(to) => ConversationId::group(&to.group),
        };
        let messages = self.log.entry(conversation.clone()).or_default();
        let seq = if send.online_only { 0 } else { messages.len() as i64 + 1 };
        let stored = MessageFrame { body: send.body, ..message_in(conversation, user, seq, self.now) };
        let stored = Arc::new(stored);
        if !send.online_only {
            messages.push(Arc::clone(&stored));
        }
        stored
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
            if self.wires[wire].link.next_deadline().is_none() {
                continue;
            }
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

    /// What other users sent to this one to keep, in the order of the log.
    pub(crate) fn log_for(&self, user: &UserId) -> Vec<(ConversationId, Seq)> {
        let mut log = Vec::new();
        for (conversation, messages) in &self.log {
            let Some(from) = self.shown_from(user, conversation) else { continue };
            let shown = messages.iter().filter(|message| message.seq > from);
            let others = shown.filter(|message| message.sender.as_ref() != Some(user));
            log.extend(others.map(|message| (conversation.clone(), message.seq)));
        }
        log
    }

    /// The texts of messages for connected devices alone that a phone's app got.
    pub(crate) fn got_online_only(&self, phone: usize) -> Vec<String> {
        let got = self.phones[phone].got.iter().filter(|(message, _)| message.seq == Seq(0));
        got.map(|(MessageFrame { conversation, sender, body, .. }, _)| {
            format!("{conversation} {} {}", sender.as_ref().unwrap(), body.content())
        })
        .collect()
    }

    /// What a phone's app got from others, per conversation in the order it came.
    pub(crate) fn got_from_others(&self, phone: usize) -> Vec<(ConversationId, Seq)> {
        let phone = &self.phones[phone];
        let mut got: Vec<_> = phone
            .got
            .iter()
            .filter(|(message, _)| message.sender.as_ref() != Some(&phone.user) && message.seq > Seq(0))
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

/// What the server says to a request that it carries out.
fn answer(frame: &ClientFrame, request: u32) -> ServerFrame {
    match frame {
        ClientFrame::Bind { .. } => {
            ServerFrame::Bound { request, push_id: model::PushId(Uuid::from_u128(9)) }
        }
        ClientFrame::History { .. } => ServerFrame::History { request, messages: Vec::new() },
        ClientFrame::Conversations { .. } => {
            ServerFrame::Conversations { request, conversations: Vec::new() }
        }
        _ => ServerFrame::Ok { request },
    }
}
