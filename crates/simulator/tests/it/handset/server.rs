//! A small IM server on a real socket: one App, one certificate, everything it sees told to the test.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use futures_util::{SinkExt, StreamExt};
use model::{
    Body, CertificateId, ConversationId, DeviceId, Mentions, MessageId, MessageKind, Seq, SessionId,
    Timestamp, UserId, Vendor,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{broadcast, mpsc},
    time::timeout,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};
use uuid::Uuid;
use wire::{
    ClientFrame, CloseReason, LinkConfig, MessageFrame, Recipient, Recommended, ServerEffect, ServerFrame,
    ServerInput, ServerLink, Welcome,
};

use super::{PATIENCE, clock};

/// The certificate that this server recommends.
pub(crate) const CERTIFICATE: CertificateId = CertificateId(1001);

/// What the server saw, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen {
    LoggedIn { device: DeviceId, foreground: bool },
    Presence(bool),
    Bound { certificate: CertificateId, token: String },
    Unbound(CertificateId),
    Sent(String),
    Acked(i64),
    LoggedOut,
    Closed(CloseReason),
}

pub(crate) struct FakeServer {
    address: SocketAddr,
    seen: mpsc::UnboundedReceiver<Seen>,
    shared: Arc<Shared>,
}

struct Shared {
    vendor: Vendor,
    log: Mutex<Vec<Arc<MessageFrame>>>,
    live: broadcast::Sender<Arc<MessageFrame>>,
    seen: mpsc::UnboundedSender<Seen>,
}

impl FakeServer {
    pub(crate) async fn start() -> Self {
        Self::recommending(Vendor::Xiaomi).await
    }

    /// One whose certificate is of this vendor.
    pub(crate) async fn recommending(vendor: Vendor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (seen_by, seen) = mpsc::unbounded_channel();
        let shared =
            Arc::new(Shared { vendor, log: Mutex::default(), live: broadcast::channel(64).0, seen: seen_by });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, seen, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/ws", self.address)
    }

    /// The next thing the server sees.
    pub(crate) async fn next(&mut self) -> Seen {
        timeout(PATIENCE, self.seen.recv()).await.expect("the server saw nothing more").unwrap()
    }

    /// Waits for something, over whatever else comes.
    pub(crate) async fn wait_for(&mut self, wanted: &Seen) {
        while self.next().await != *wanted {}
    }

    /// `an` writes to `bo`.
    pub(crate) fn write(&self, text: &str) {
        let (an, bo) = (UserId::new("an").unwrap(), UserId::new("bo").unwrap());
        let mut log = self.shared.log.lock().unwrap();
        let message = Arc::new(MessageFrame {
            id: MessageId(Uuid::now_v7()),
            conversation: ConversationId::peer(&an, &bo),
            seq: Seq(log.len() as i64 + 1),
            kind: MessageKind::Message,
            sender: Some(an),
            body: Body::text(text),
            mentions: Mentions::default(),
            ext: Some("ext content".to_owned()),
            sent_at: clock().now(),
            reminder: None,
        });
        log.push(Arc::clone(&message));
        // Nobody may be connected.
        let _ = self.shared.live.send(message);
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let Ok(mut socket) = accept_async(stream).await else { return };
    let mut live = shared.live.subscribe();
    let config = LinkConfig { ack_within_ms: 300, ..LinkConfig::default() };
    let mut link = ServerLink::new(config, clock().now());
    let mut effects = Vec::new();
    loop {
        let mut inputs = Vec::new();
        for effect in effects {
            match effect {
                ServerEffect::Send(text) => {
                    let _ = socket.send(Message::text(text)).await;
                }
                ServerEffect::SendShared(text) => {
                    let _ = socket.send(Message::text(text.to_string())).await;
                }
                ServerEffect::Close(reason) => {
                    let _ = shared.seen.send(Seen::Closed(reason));
                    return;
                }
                other => inputs.extend(answer(other, &shared)),
            }
        }
        effects = inputs.iter().flat_map(|input| step(&mut link, input)).collect();
        if !effects.is_empty() {
            continue;
        }
        let due = link.next_deadline().unwrap_or(Timestamp::NEVER).after(clock().now());
        effects = tokio::select! {
            incoming = socket.next() => match incoming {
                Some(Ok(Message::Text(text))) => link.step(clock().now(), ServerInput::Text(&text)),
                Some(Ok(_)) => Vec::new(),
                Some(Err(_)) | None => link.step(clock().now(), ServerInput::SocketClosed),
            },
            Ok(message) = live.recv() => link.step(clock().now(), ServerInput::Deliver(&[message])),
            () = tokio::time::sleep(due) => link.step(clock().now(), ServerInput::Tick),
        };
    }
}

/// What the server says to its link.
enum Answer {
    Accept(Box<Welcome>),
    Page(Vec<Arc<MessageFrame>>),
    Synced,
    Reply(ServerFrame),
}

fn step(link: &mut ServerLink, answer: &Answer) -> Vec<ServerEffect> {
    let input = match answer {
        Answer::Accept(welcome) => ServerInput::Accepted(welcome.clone()),
        Answer::Page(page) => ServerInput::Page(page),
        Answer::Synced => ServerInput::Synced,
        Answer::Reply(frame) => ServerInput::Reply(frame.clone()),
    };
    link.step(clock().now(), input)
}

fn answer(effect: ServerEffect, shared: &Shared) -> Vec<Answer> {
    let saw = |seen: Seen| shared.seen.send(seen).unwrap();
    match effect {
        ServerEffect::Login(login) => {
            saw(Seen::LoggedIn { device: login.device, foreground: login.foreground });
            vec![Answer::Accept(Box::new(welcome(shared.vendor)))]
        }
        ServerEffect::Acked(cursors) => {
            cursors.iter().for_each(|cursor| saw(Seen::Acked(cursor.seq.0)));
            Vec::new()
        }
        ServerEffect::Request(frame) => answer_request(frame, shared),
        ServerEffect::AckMissed(_)
        | ServerEffect::Send(_)
        | ServerEffect::SendShared(_)
        | ServerEffect::Close(_) => Vec::new(),
    }
}

fn answer_request(frame: ClientFrame, shared: &Shared) -> Vec<Answer> {
    let (seen, request) = match frame {
        ClientFrame::Presence { request, foreground, .. } => (Seen::Presence(foreground), request),
        ClientFrame::Bind { request, certificate, token, .. } => {
            (Seen::Bound { certificate, token }, request)
        }
        ClientFrame::Unbind { request, certificate, .. } => (Seen::Unbound(certificate), request),
        ClientFrame::Logout { request } => (Seen::LoggedOut, request),
        ClientFrame::Sync { heads } => {
            let head = heads.first().map_or(Seq(0), |head| head.seq);
            let log = shared.log.lock().unwrap();
            let page = log.iter().filter(|message| message.seq > head).cloned().collect();
            return vec![Answer::Page(page), Answer::Synced];
        }
        ClientFrame::Send(send) => {
            shared.seen.send(Seen::Sent(send.body.preview().unwrap().to_owned())).unwrap();
            let Recipient::User(to) = &send.to else { return Vec::new() };
            return vec![Answer::Reply(ServerFrame::Sent {
                client_message_id: send.client_message_id,
                message: MessageId(Uuid::now_v7()),
                conversation: ConversationId::peer(to, &UserId::new("bo").unwrap()),
                seq: Seq(1000),
                sent_at: clock().now(),
            })];
        }
        // What a handset asks beside this is none of these tests' business.
        _ => return Vec::new(),
    };
    shared.seen.send(seen).unwrap();
    vec![Answer::Reply(ServerFrame::Ok { request })]
}

/// The answer to a login, which recommends this vendor's certificate.
fn welcome(vendor: Vendor) -> Welcome {
    Welcome {
        session: SessionId(1),
        user: UserId::new("bo").unwrap(),
        server_time: clock().now(),
        heartbeat_ms: 0,
        ack_within_ms: 0,
        push_id: None,
        push_on: true,
        certificates: vec![Recommended { certificate: CERTIFICATE, name: vendor.name().to_owned(), vendor }],
        push_type: vendor.facts().push_type,
        has_pushed: true,
        last_device_id: None,
    }
}
