//! Messages from clients, over a few sockets, from one thread with a runtime of its own.

use std::{cell::Cell, net::Ipv4Addr, rc::Rc, time::Duration};

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use model::{Body, ClientMessageId, UserId};
use serde::Deserialize;
use tokio::{
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

/// Sockets that share the load.
const SOCKETS: u64 = 16;
const TEXT: &str = "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always";

/// Sends so many messages and says how long each took until it was accepted. Blocks its thread.
pub(super) fn fire(entry: &Entry, count: u64, rhythm: Rhythm) -> Result<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, async {
        let door = Door::new(entry.clone(), Ipv4Addr::LOCALHOST)?;
        let login = entry.login.as_ref().context("somebody who logs in")?;
        let mut clients = Vec::new();
        for number in 0..SOCKETS {
            let mut socket = door.open().await?;
            member::log_in(&mut socket, login, &UserId::new(&format!("writer-{number}"))?).await?;
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

/// What is looked at of an answer.
#[derive(Deserialize)]
struct Heard {
    r#type: String,
    client_message_id: Option<String>,
}

impl Client {
    async fn send_all(self, start: Instant, rhythm: Rhythm) -> Result<Vec<Duration>> {
        let Self { socket, share, number } = self;
        let (mut sink, mut stream) = socket.split();
        let (sent_at, accepted) = (Rc::new(Cell::new(Vec::new())), Rc::new(Cell::new(0)));
        let (times, done) = (Rc::clone(&sent_at), Rc::clone(&accepted));
        let came = Rc::new(tokio::sync::Notify::new());
        let room = Rc::clone(&came);
        let sending = async move {
            for place in 0..share {
                let due = match rhythm {
                    Rhythm::PerSecond(rate) => {
                        let turn = (place * SOCKETS + number) as f64;
                        let due = start + Duration::from_secs_f64(turn / rate);
                        sleep_until(due).await;
                        due
                    }
                    Rhythm::AtOnce(most) => {
                        let most = (most as u64 / SOCKETS).max(1);
                        while place >= done.get() + most {
                            room.notified().await;
                        }
                        Instant::now()
                    }
                };
                let mut all = times.take();
                all.push(due);
                times.set(all);
                send(&mut sink, place).await?;
            }
            Ok::<_, anyhow::Error>(sink)
        };
        let hearing = async {
            let mut took = Vec::new();
            while accepted.get() < share {
                let Message::Text(text) = stream.next().await.context("the server closed a socket")?? else {
                    continue;
                };
                let heard: Heard = serde_json::from_str(&text)?;
                match (heard.r#type.as_str(), heard.client_message_id) {
                    ("sent", Some(id)) => {
                        let place: usize = id.rsplit('-').next().context("a number")?.parse()?;
                        let all = sent_at.take();
                        took.push(all.get(place).context("a message that was sent")?.elapsed());
                        sent_at.set(all);
                        accepted.set(accepted.get() + 1);
                        came.notify_one();
                    }
                    ("error", _) => bail!("the server refused: {text}"),
                    _ => {}
                }
            }
            Ok(took)
        };
        let (_, took) = tokio::try_join!(sending, hearing)?;
        Ok(took)
    }
}

async fn send(sink: &mut SplitSink<Socket, Message>, place: u64) -> Result<()> {
    let id = ClientMessageId::new(&format!("{}-{place}", Uuid::new_v4().simple()))?;
    let to = UserId::new(&format!("nobody-{:04}", place % 5_000))?;
    let message = SendMessage::new(id, to, Body::text(TEXT));
    Ok(sink.send(Message::text(encode(&ClientFrame::Send(Box::new(message))))).await?)
}
