//! The server's end of a connection: inputs and effects. The machine itself is [`ServerLink`].

mod link;

use std::sync::Arc;

use model::{ConversationId, Fault, Seq};

pub use link::ServerLink;

use crate::{ClientFrame, Cursor, KickReason, Login, MessageFrame, Parcel, ServerFrame, Welcome};

/// The timers of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkConfig {
    /// How often a client must be heard, in milliseconds; after 2.5 times this silence it is taken for lost.
    pub heartbeat_ms: u32,
    /// Within this time a delivered message must be acknowledged, in milliseconds.
    pub ack_within_ms: u32,
    /// Within this time a call's signal must be acknowledged, in milliseconds.
    pub call_ack_within_ms: u32,
    /// Within this time after connecting the login must have succeeded, in milliseconds.
    pub login_within_ms: u32,
}

impl Default for LinkConfig {
    fn default() -> Self {
        Self {
            heartbeat_ms: 30_000,
            ack_within_ms: 5_000,
            call_ack_within_ms: 2_000,
            login_within_ms: 10_000,
        }
    }
}

/// What happens to the server's end.
#[derive(Debug)]
pub enum ServerInput<'a> {
    /// A text message came in.
    Text(&'a str),
    /// A binary message came in; the protocol has none.
    Binary,
    /// A message over [`model::FRAME_MAX_BYTES`] was announced and not read.
    TooLarge,
    /// The socket is gone.
    SocketClosed,
    /// The server accepts the login it was handed. Heartbeat and ack deadline are filled in from [`LinkConfig`].
    Accepted(Box<Welcome>),
    /// The server refuses the login it was handed.
    Refused(&'a Fault),
    /// Messages that were just committed, in order within each conversation. Those of place 0 (for connected devices
    /// alone) leave at once and wait for no ack.
    Deliver(&'a [Arc<MessageFrame>]),
    /// One message that was just committed and is written already.
    Parcel(&'a Parcel),
    /// A part of the answer to `sync`, in order within each conversation.
    Page(&'a [Arc<MessageFrame>]),
    /// The answer to `sync` is complete.
    Synced,
    /// Any other frame to send.
    Reply(ServerFrame),
    /// The session was ended by another login or by the App's backend.
    Kick(KickReason),
    /// The server is going down: the client may come back elsewhere.
    Shutdown,
    /// Time has passed.
    Tick,
}

/// What the server has to do.
#[derive(Debug, PartialEq)]
pub enum ServerEffect {
    /// Write a text message.
    Send(String),
    /// Write a text message that others are sent as well.
    SendShared(Arc<str>),
    /// Check this login, then answer with [`ServerInput::Accepted`] or [`ServerInput::Refused`].
    Login(Box<Login>),
    /// Carry out a request: every frame but `login`, `ping` and `ack`. The heads of a `sync` are as
    /// good as an ack: the client has everything up to them, whichever connection brought it. The link may ask for
    /// a `sync` of its own accord, where live messages overtook the pages.
    Request(ClientFrame),
    /// The device's ack cursors moved forward, never beyond what this connection delivered.
    Acked(Vec<Cursor>),
    /// A delivery was not acknowledged in time: everything in flight. `Close` follows.
    AckMissed(Vec<Unacked>),
    /// The connection is over: close the socket where it still stands. Comes once, and nothing comes after it.
    Close(CloseReason),
}

/// Messages in flight in one conversation: after the first place up to and with the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unacked {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last place that was acknowledged.
    pub after: Seq,
    /// The last place that was delivered.
    pub through: Seq,
}

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The other end, or the network, closed it.
    SocketClosed,
    /// No login succeeded in time.
    LoginTimeout,
    /// The login was refused.
    LoginRefused,
    /// Something else came before the login.
    LoginFirst,
    /// A frame over the limit.
    FrameTooLarge,
    /// Too many frames that are none.
    Garbage,
    /// Nothing was heard for 2.5 heartbeats.
    HeartbeatLost,
    /// A delivery was not acknowledged in time.
    AckMissed,
    /// The session was ended from the server's side.
    Kicked(KickReason),
    /// The user logged out.
    LoggedOut,
    /// The server is going down.
    Shutdown,
}
