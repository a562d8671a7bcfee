//! A client on a real WebSocket.

use futures_util::{SinkExt, StreamExt};
use model::DeviceId;
use serde_json::{Value, json};
use store::Change;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, protocol::CloseFrame},
};
use uuid::Uuid;

use crate::house::{House, PATIENCE, wait_for};

/// A client on a real WebSocket.
pub(crate) struct Phone {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) device: DeviceId,
}

impl Phone {
    pub(crate) async fn connect(house: &House) -> Self {
        let (socket, _) = connect_async(format!("ws://{}/v1/ws", house.address)).await.unwrap();
        Self { socket, device: DeviceId(Uuid::new_v4()) }
    }

    /// Connected, logged in and synced.
    pub(crate) async fn online(house: &House, user: &str) -> Self {
        let mut phone = Self::connect(house).await;
        phone.log_in(house, user).await;
        phone.sync().await;
        phone
    }

    /// Was online, has bound a token of a certificate, and has lost its connection.
    pub(crate) async fn away(house: &House, user: &str, certificate: u64) -> DeviceId {
        let mut phone = Self::online(house, user).await;
        phone.bind(certificate, &format!("token-of-{user}")).await;
        let device = phone.device;
        let mut feed = house.store.feed().subscribe();
        drop(phone);
        wait_for(&mut feed, |change| matches!(change, Change::Session(_, _, gone) if *gone == device)).await;
        device
    }

    pub(crate) async fn bind(&mut self, certificate: u64, token: &str) {
        let bind = json!({ "type": "bind", "request": 1, "certificate": certificate, "token": token });
        self.ask(bind).await;
    }

    /// Asks and gives the answer, which must be no refusal.
    pub(crate) async fn ask(&mut self, frame: Value) -> Value {
        self.send(&frame).await;
        loop {
            let answer = self.next().await;
            if answer["request"] == frame["request"] {
                assert_ne!(answer["type"], "error", "{frame} {answer}");
                return answer;
            }
        }
    }

    /// Asks and gives the code of the refusal.
    pub(crate) async fn refused(&mut self, frame: Value) -> String {
        self.send(&frame).await;
        let error = self.next_of("error").await;
        assert_eq!(error["request"], frame["request"], "{error}");
        error["code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn log_in(&mut self, house: &House, user: &str) -> Value {
        self.send(&self.login(&house.token(user))).await;
        let welcome = self.next().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        welcome
    }

    pub(crate) fn login(&self, token: &str) -> Value {
        json!({
            "type": "login",
            "token": token,
            "device": self.device,
            "report": { "brand": "xiaomi", "model": "14", "platform": "android", "package": "com.example.im" },
            "foreground": true,
        })
    }

    /// Syncs from the beginning and gives the messages that came.
    pub(crate) async fn sync(&mut self) -> Vec<Value> {
        self.send(&json!({ "type": "sync", "heads": [] })).await;
        let mut messages = Vec::new();
        loop {
            let frame = self.next().await;
            match frame["type"].as_str() {
                Some("messages") => messages.extend(frame["messages"].as_array().unwrap().iter().cloned()),
                Some("synced") => return messages,
                _ => panic!("unexpected {frame}"),
            }
        }
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self) {
        self.socket.send(Message::binary(vec![0, 1, 2])).await.unwrap();
    }

    pub(crate) async fn message(&mut self, id: &str, to: &str, text: &str) {
        self.send(&json!({
            "type": "send", "client_message_id": id, "to": to, "body": { "type": "text", "text": text },
        }))
        .await;
    }

    pub(crate) async fn ack(&mut self, message: &Value) {
        let cursor = json!({ "conversation": message["conversation"], "seq": message["seq"] });
        self.send(&json!({ "type": "ack", "cursors": [cursor] })).await;
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> Value {
        match self.heard().await {
            Ok(frame) => frame,
            Err(close) => panic!("closed: {close:?}"),
        }
    }

    /// The next frame of this type; others are passed over.
    pub(crate) async fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// The word the server closes with; frames before it are passed over.
    pub(crate) async fn closed(&mut self) -> String {
        loop {
            if let Err(close) = self.heard().await {
                return close.map(|frame| frame.reason.to_string()).unwrap_or_default();
            }
        }
    }

    async fn heard(&mut self) -> Result<Value, Option<CloseFrame>> {
        loop {
            let heard = timeout(PATIENCE, self.socket.next()).await.expect("something comes");
            match heard {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => {
                    // The answer to a goodbye leaves with the next read.
                    let _ = timeout(PATIENCE, self.socket.next()).await;
                    return Err(frame);
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(None),
            }
        }
    }
}
