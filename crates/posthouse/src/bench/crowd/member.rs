//! One client of a crowd: logs in, keeps its connection alive, acknowledges what comes.

use std::{cell::RefCell, pin::pin, rc::Rc, time::Duration};

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use model::{Clock, DeviceId, DeviceReport, Platform, UserId};
use serde::Deserialize;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;
use wire::{ClientFrame, Login, encode};

use super::{
    LoginOf, Said,
    process::say,
    socket::Socket,
    tally::{Tally, stamp},
};
use crate::clock::SystemClock;

/// As long as the SDK waits for more to acknowledge.
const ACK_AFTER: Duration = Duration::from_millis(50);
/// As often as the server asks for a ping.
const PING_EVERY: Duration = Duration::from_secs(30);
/// Nothing ever.
const NEVER: Duration = Duration::from_secs(86_400);

/// Logs in and gets in step.
pub(in crate::bench) async fn log_in(socket: &mut Socket, login: &LoginOf, user: &UserId) -> Result<()> {
    let login = Login {
        token: login.token(user)?,
        device: device_of(user),
        report: DeviceReport {
            brand: "xiaomi".to_owned(),
            model: "Xiaomi 14".to_owned(),
            platform: Platform::Android,
            os_version: "15".to_owned(),
            package: "com.example.im".to_owned(),
            sdk_version: "0.1.0".to_owned(),
            language: "zh-CN".to_owned(),
            time_zone: "Asia/Shanghai".to_owned(),
            ..DeviceReport::default()
        },
        certificate_names: Vec::new(),
        foreground: true,
    };
    socket.send(Message::text(encode(&ClientFrame::Login(Box::new(login))))).await?;
    wait_for(socket, "welcome").await?;
    socket.send(Message::text(encode(&ClientFrame::Sync { heads: Vec::new() }))).await?;
    wait_for(socket, "synced").await?;
    Ok(())
}

/// A user's phone: the same each time.
fn device_of(user: &UserId) -> DeviceId {
    let number =
        user.as_str().bytes().fold(0_u128, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    DeviceId(Uuid::from_u128(number))
}

/// Waits for a frame of this type and acknowledges what comes before it; an error ends the wait.
pub(in crate::bench) async fn wait_for(socket: &mut Socket, wanted: &str) -> Result<String> {
    loop {
        let text = hear(socket).await?;
        let heard: Heard<'_> = serde_json::from_str(&text)?;
        for message in &heard.messages {
            socket.send(Message::text(ack(&message.conversation, message.seq))).await?;
        }
        match heard.r#type {
            "error" => bail!("the server refused: {text}"),
            word if word == wanted => return Ok(text),
            _ => {}
        }
    }
}

/// The next text.
pub(in crate::bench) async fn hear(socket: &mut Socket) -> Result<String> {
    loop {
        match socket.next().await.context("the server closed a socket")?? {
            Message::Text(text) => return Ok(text.as_str().to_owned()),
            Message::Close(close) => bail!("the server closed a socket: {close:?}"),
            _ => {}
        }
    }
}

fn ack(conversation: &str, seq: i64) -> String {
    format!(r#"{{"type":"ack","cursors":[{{"conversation":"{conversation}","seq":{seq}}}]}}"#)
}

/// What is looked at of a server's frame.
#[derive(Deserialize)]
struct Heard<'a> {
    r#type: &'a str,
    #[serde(default)]
    messages: Vec<HeardMessage>,
}

#[derive(Deserialize)]
struct HeardMessage {
    conversation: String,
    seq: i64,
    body: HeardBody,
}

#[derive(Deserialize)]
struct HeardBody {
    #[serde(default)]
    text: String,
}

/// Receives until the connection breaks.
pub(super) async fn receive(mut socket: Socket, tally: Rc<RefCell<Tally>>) {
    let mut member = Member { tally: Rc::clone(&tally), last: None, conversation: String::new() };
    if member.receive(&mut socket).await.is_err() {
        tally.borrow_mut().broke();
    }
}

struct Member {
    tally: Rc<RefCell<Tally>>,
    last: Option<i64>,
    conversation: String,
}

impl Member {
    async fn receive(&mut self, socket: &mut Socket) -> Result<()> {
        let mut ack_at = pin!(sleep_until(Instant::now() + NEVER));
        let mut ping = pin!(sleep_until(Instant::now() + PING_EVERY));
        let mut ack_is_due = false;
        loop {
            tokio::select! {
                heard = socket.next() => match heard.context("closed")?? {
                    Message::Text(text) => {
                        let is_first = self.take(&text)? && !ack_is_due;
                        if is_first {
                            ack_is_due = true;
                            ack_at.as_mut().reset(Instant::now() + ACK_AFTER);
                        }
                    }
                    Message::Close(_) => bail!("closed"),
                    _ => {}
                },
                () = ack_at.as_mut(), if ack_is_due => {
                    ack_is_due = false;
                    let text = ack(&self.conversation, self.last.unwrap_or_default());
                    socket.send(Message::text(text)).await?;
                }
                () = ping.as_mut() => {
                    socket.send(Message::text(r#"{"type":"ping"}"#)).await?;
                    ping.as_mut().reset(Instant::now() + PING_EVERY);
                }
            }
        }
    }

    /// Takes a frame; `true` where it is to be acknowledged.
    fn take(&mut self, text: &str) -> Result<bool> {
        let heard: Heard<'_> = serde_json::from_str(text)?;
        let now = SystemClock.now();
        let mut through = None;
        for message in &heard.messages {
            let took = stamp(&message.body.text).map(|at| now.since_ms(at));
            through = self.tally.borrow_mut().received(self.last, message.seq, took).or(through);
            self.last = Some(message.seq);
        }
        if let Some(through) = through {
            say(&Said::Through(through))?;
        }
        let Some(last) = heard.messages.into_iter().next_back() else { return Ok(false) };
        self.conversation = last.conversation;
        Ok(true)
    }
}
