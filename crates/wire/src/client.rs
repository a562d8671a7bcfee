//! The client's end of a connection: inputs, effects, and what it remembers. The machine itself is [`ClientLink`].

mod ask;
mod asking;
mod inbox;
mod link;
mod live;
mod received;

use std::collections::VecDeque;

use model::{ClientMessageId, ConversationId, MessageId, Seq, Timestamp, UserId};
use serde::{Deserialize, Serialize};

pub use ask::{Answer, Ask};
pub use link::ClientLink;

use crate::{Cursor, ErrorFrame, KickReason, Login, MessageFrame, SendMessage, Welcome};

/// The timers and bounds of the client's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientConfig {
    /// Within this time a connection must stand, in milliseconds.
    pub connect_within_ms: u32,
    /// Within this time the server must answer a login, a ping, a send or a request, in milliseconds; else the
    /// connection is given up.
    pub answer_within_ms: u32,
    /// For so long acks are collected, in milliseconds; well below the server's deadline.
    pub ack_delay_ms: u32,
    /// The first wait before connecting again, in milliseconds.
    pub backoff_min_ms: u32,
    /// The longest wait before connecting again, in milliseconds.
    pub backoff_max_ms: u32,
    /// So many sends, and so many requests, may wait for the server.
    pub pending_max: usize,
    /// Spreads the reconnects of different devices.
    pub jitter_seed: u64,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connect_within_ms: 10_000,
            answer_within_ms: 10_000,
            ack_delay_ms: 50,
            backoff_min_ms: 500,
            backoff_max_ms: 30_000,
            pending_max: 256,
            jitter_seed: 0,
        }
    }
}

/// What outlives a connection, and a kill of the app where it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMemory {
    /// Whose the rest is.
    pub user: Option<UserId>,
    /// The last message of each conversation that reached the app.
    pub heads: Vec<Cursor>,
    /// Sends that the server has not answered.
    pub pending: VecDeque<SendMessage>,
    /// Requests that the server has not answered and that are worth asking in another process.
    pub asks: Vec<Ask>,
}

/// What happens to the client's end.
#[derive(Debug)]
pub enum ClientInput<'a> {
    /// The user wants to be logged in. A login that stands is replaced.
    LogIn(Box<Login>),
    /// The user wants to be logged out: asked of the server as soon as there is a connection.
    LogOut,
    /// The connection stands.
    Connected,
    /// The connection is gone, or was never made.
    Closed,
    /// A text message came in.
    Text(&'a str),
    /// Send a message: now, or when there is a connection again.
    Send(Box<SendMessage>),
    /// The app came on screen or left it.
    Presence {
        /// On screen.
        foreground: bool,
        /// Off screen: what the app's badge shows, where the app says so (row T1).
        unread: Option<u32>,
    },
    /// Ask something of the server, now or after the next login.
    Ask(Ask),
    /// The network is back, or the user looks at the app: connect without waiting.
    Nudge,
    /// Time has passed.
    Tick,
}

/// How messages came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrival {
    /// As they were sent.
    Live,
    /// As the answer to `sync`.
    Sync,
}

impl std::fmt::Display for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Live => "live",
            Self::Sync => "sync",
        })
    }
}

/// What the app, or the shell around it, has to do.
#[derive(Debug, PartialEq)]
pub enum ClientEffect {
    /// Open a connection, then say [`ClientInput::Connected`] or [`ClientInput::Closed`].
    Connect,
    /// Write a text message.
    Transmit(String),
    /// Close the connection, or give up opening it. Nothing that comes from it later may be fed in.
    Close,
    /// The login succeeded.
    LoggedIn(Box<Welcome>),
    /// The login was refused for good; it is forgotten.
    LoginRefused(ErrorFrame),
    /// Messages that the app has not seen, in order within each conversation. Store them before going on: the ack
    /// follows in a later step.
    Messages {
        /// The messages.
        messages: Vec<MessageFrame>,
        /// How they came.
        arrival: Arrival,
    },
    /// Everything from before the connection has come.
    Synced,
    /// A message is durable.
    Sent {
        /// The sender's id.
        client_message_id: ClientMessageId,
        /// The server's id.
        message: MessageId,
        /// Where it went.
        conversation: ConversationId,
        /// Its place there.
        seq: Seq,
        /// When it was accepted.
        sent_at: Timestamp,
    },
    /// A message was refused; it will not be sent again.
    SendFailed {
        /// The sender's id.
        client_message_id: ClientMessageId,
        /// Why.
        error: ErrorFrame,
    },
    /// A request was answered.
    Answered {
        /// What was asked.
        ask: Ask,
        /// What came of it.
        outcome: Result<Answer, ErrorFrame>,
    },
    /// A member of a conversation, or the user on another device, has read up to here.
    Read {
        /// Who.
        user: UserId,
        /// Where.
        conversation: ConversationId,
        /// How far.
        seq: Seq,
    },
    /// The session was ended from the server's side; it is not resumed.
    Kicked(KickReason),
    /// The server confirmed the logout; everything about the user is forgotten.
    LoggedOut,
    /// The server reported an error that answers nothing in particular.
    Error(ErrorFrame),
    /// What is remembered changed: store it.
    Persist,
}

/// Where the client's end stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// Not wanted.
    Idle,
    /// Waiting to connect again.
    Waiting,
    /// Connecting.
    Connecting,
    /// Connected, the login is not answered.
    LoggingIn,
    /// Logged in.
    Live,
}

impl std::fmt::Display for LinkState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Idle => "idle",
            Self::Waiting => "waiting",
            Self::Connecting => "connecting",
            Self::LoggingIn => "logging_in",
            Self::Live => "live",
        })
    }
}
