//! Messages from clients, over a few sockets, from one thread with a runtime of its own.

use std::{
    cell::{Cell, RefCell},
    net::Ipv4Addr,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use model::{Body, ClientMessageId, UserId};
use serde::Deserialize;
use tokio::{
    sync::Notify,
    task::LocalSet,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;
use wire::{ClientFrame, SendMessage, encode};

use crate::bench::{
    crowd::{
        Entry, member,
        socket::{Door, Socket},
    },
    generator::Rhythm,
};

type Sink = SplitSink<Socket, Message>;

/// Sockets that share the load.
const SOCKETS: u64 = 16;
const TEXT: &str = "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always";

/// Sends so many messages, the first of them with number `first`, and says how long each took until it was accepted.
/// Whoever writes has not written before: nobody has an earlier device's messages to take in. Blocks its thread.
pub(super) fn fire(entry: &Entry, first: u64, count: u64, rhythm: Rhythm) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let door = Door::new(entry.clone(), Ipv4Addr::LOCALHOST)?;
        let login = entry.login.as_ref().context("somebody who logs in")?;
        let mut clients = Vec::new();
        for number in 0..SOCKETS {
            let mut socket = door.open().await?;
            member::log_in(&mut socket, login, &UserId::new(&format!("writer-{first}-{number}"))?).await?;
            let share = count / SOCKETS + u64::from(number < count % SOCKETS);
            clients.push(Client { socket, share, number });
        }
        let start = Instant::now();
        let sending = clients
            .into_iter()
            .map(|client| tokio::task::spawn_local(async move { client.send_all(start, rhythm).await }));
        let mut took = Vec::new();
        for one in sending.collect::<Vec<_>>() {
            took.extend(one.await??);
        }
        Ok(took)
    })
}

/// One who writes.
struct Client {
    socket: Socket,
    share: u64,
    number: u64,
}

/// What one client has sent, and what of it was accepted.
#[derive(Default)]
struct Account {
    /// When each message was due.
    due: RefCell<Vec<Instant>>,
    accepted: Cell<u64>,
    came: Notify,
}

/// What is looked at of an answer.
#[derive(Deserialize)]
struct Heard {
    r#type: String,
    client_message_id: Option<String>,
}

impl Client {
    async fn send_all(self, start: Instant, rhythm: Rhythm) -> Result<Vec<Duration>> {
        let Self { socket, share, number } = self;
        let (sink, stream) = socket.split();
        let account = Account::default();
        let turn = |place: u64| Turn { start, rhythm, place, nth: place * SOCKETS + number };
        let (sink, took) =
            tokio::try_join!(account.send(sink, (0..share).map(turn)), account.hear(stream, share))?;
        drop(sink);
        Ok(took)
    }
}

/// When a message is to be sent.
struct Turn {
    start: Instant,
    rhythm: Rhythm,
    /// Its place among its client's.
    place: u64,
    /// Its place among all.
    nth: u64,
}

impl Turn {
    /// Waits for it, and gives the moment from which its time runs.
    async fn come(&self, account: &Account) -> Instant {
        match self.rhythm {
            Rhythm::PerSecond(rate) => {
                let due = self.start + Duration::from_secs_f64(self.nth as f64 / rate);
                sleep_until(due).await;
                due
            }
            Rhythm::AtOnce(most) => {
                let most = (most as u64 / SOCKETS).max(1);
                while self.place >= account.accepted.get() + most {
                    account.came.notified().await;
                }
                Instant::now()
            }
        }
    }
}

impl Account {
    /// Gives the sink back: dropped too early, it would close the socket.
    async fn send(&self, mut sink: Sink, turns: impl Iterator<Item = Turn>) -> Result<Sink> {
        for turn in turns {
            let due = turn.come(self).await;
            self.due.borrow_mut().push(due);
            // In the order of their time, as the server's own where a backend names none: docs/protocol.md advises it.
            let id = ClientMessageId::new(&format!("{}-{}", Uuid::now_v7().simple(), turn.place))?;
            let to = UserId::new(&format!("nobody-{:04}", turn.nth % 5_000))?;
            let message = SendMessage::new(id, to, Body::text(TEXT));
            sink.send(Message::text(encode(&ClientFrame::Send(Box::new(message))))).await?;
        }
        Ok(sink)
    }

    async fn hear(&self, mut stream: SplitStream<Socket>, share: u64) -> Result<Vec<Duration>> {
        let mut took = Vec::new();
        while self.accepted.get() < share {
            let text = match stream.next().await.context("the server closed a socket")?? {
                Message::Text(text) => text,
                Message::Close(why) => bail!("the server closed a socket: {why:?}"),
                _ => continue,
            };
            let heard: Heard = serde_json::from_str(&text)?;
            match (heard.r#type.as_str(), heard.client_message_id) {
                ("sent", Some(id)) => {
                    let place: usize = id.rsplit('-').next().context("a number")?.parse()?;
                    let due = self.due.borrow().get(place).copied();
                    took.push(due.context("a message that was sent")?.elapsed());
                    self.accepted.set(self.accepted.get() + 1);
                    self.came.notify_one();
                }
                ("error", _) => bail!("the server refused: {text}"),
                _ => {}
            }
        }
        Ok(took)
    }
}
