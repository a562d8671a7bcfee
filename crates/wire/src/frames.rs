//! The frames of the client protocol: one JSON object per WebSocket text message.

use std::{fmt, sync::Arc};

use model::{
    BindingKind, Body, CertificateId, ClientMessageId, ConversationId, DeviceId, DeviceReport, ErrorCode,
    Fault, MessageId, MessageKind, PushSettings, Seq, SessionId, Timestamp, UserId, Vendor,
};
use serde::{Deserialize, Serialize};

/// What a client sends. `Debug` names the frame and no more: frames hold tokens and message text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame of a connection.
    Login(Box<Login>),
    /// Keeps the connection alive; answered by `pong`.
    Ping {},
    /// Sends a message; answered by `sent` once it is durable.
    Send(Box<SendMessage>),
    /// Everything up to these places has reached the app and is stored there. Never answered.
    Ack {
        /// Cumulative, per conversation.
        cursors: Vec<Cursor>,
    },
    /// Asks for everything after these places; answered by `messages` and at last `synced`.
    /// Conversations that are not named are sent from their beginning.
    Sync {
        /// What the client has.
        heads: Vec<Cursor>,
    },
    /// Whether the app is on screen now; answered by `ok`.
    Presence {
        /// Echoed in the answer.
        request: u32,
        /// On screen.
        foreground: bool,
    },
    /// Reports a vendor token (row D1); answered by `ok`.
    Bind {
        /// Echoed in the answer.
        request: u32,
        /// Whose vendor gave the token.
        certificate: CertificateId,
        /// What the token is for.
        #[serde(default)]
        kind: BindingKind,
        /// The vendor token; never empty (row D2).
        token: String,
    },
    /// Takes a vendor token back; answered by `ok`.
    Unbind {
        /// Echoed in the answer.
        request: u32,
        /// Whose vendor gave the token.
        certificate: CertificateId,
        /// What the token is for.
        #[serde(default)]
        kind: BindingKind,
    },
    /// Ends the login: bindings are removed before the `ok` (row B7).
    Logout {
        /// Echoed in the answer.
        request: u32,
    },
}

impl ClientFrame {
    /// The frame's `type`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Login(_) => "login",
            Self::Ping {} => "ping",
            Self::Send(_) => "send",
            Self::Ack { .. } => "ack",
            Self::Sync { .. } => "sync",
            Self::Presence { .. } => "presence",
            Self::Bind { .. } => "bind",
            Self::Unbind { .. } => "unbind",
            Self::Logout { .. } => "logout",
        }
    }
}

impl fmt::Debug for ClientFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The first frame of a connection.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// JWT from the App's backend.
    pub token: String,
    /// This installation.
    pub device: DeviceId,
    /// What the device tells of itself.
    pub report: DeviceReport,
    /// Certificate names the SDK was configured with (row C2). Checked, so that a wrong one is heard of at login;
    /// empty where certificates are given by id.
    #[serde(default)]
    pub certificate_names: Vec<String>,
    /// The app is on screen.
    pub foreground: bool,
}

impl fmt::Debug for Login {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login(device {}, foreground {})", self.device, self.foreground)
    }
}

/// A place in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last message's place.
    pub seq: Seq,
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The sender's id: the same id with the same content is stored once.
    pub client_message_id: ClientMessageId,
    /// Who gets it.
    pub to: UserId,
    /// What it says.
    pub body: Body,
    /// What the push should look like; absent: the App's defaults.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushSettings>,
}

/// What the server sends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Login succeeded.
    Welcome(Box<Welcome>),
    /// Answers `ping`.
    Pong {},
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
    /// Messages, in order within each conversation; to be acknowledged.
    Messages {
        /// The messages.
        messages: Vec<MessageFrame>,
        /// Part of the answer to `sync`: a place that is skipped here is gone for good, while a place skipped by
        /// live messages is one to ask for.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        sync: bool,
    },
    /// Everything asked for by `sync` was sent.
    Synced {},
    /// A request was done.
    Ok {
        /// The request's number.
        request: u32,
    },
    /// A request, a send or a login was refused; nothing was changed by it.
    Error(ErrorFrame),
    /// The session ended and must not be resumed; the connection closes after it.
    Kicked {
        /// Why.
        reason: KickReason,
    },
}

/// Login succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// This login.
    pub session: SessionId,
    /// Who logged in.
    pub user: UserId,
    /// The server's time.
    pub server_time: Timestamp,
    /// Send a `ping` this often, in milliseconds.
    pub heartbeat_ms: u32,
    /// Acknowledge messages within this time, in milliseconds, or the connection is closed and a push is sent.
    pub ack_within_ms: u32,
    /// Certificates for this device, best first (row D8). The SDK registers with the first one's vendor.
    pub certificates: Vec<Recommended>,
    /// Push type code of the first certificate (row D7); 0 where there is none.
    pub push_type: u8,
    /// Whether this user was ever sent a push (row J8).
    pub has_pushed: bool,
    /// The device this user used before (row J8).
    pub last_device_id: Option<DeviceId>,
}

/// A certificate a device should register with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommended {
    /// To name in `bind`.
    pub certificate: CertificateId,
    /// Its name.
    pub name: String,
    /// Whose service to register with.
    pub vendor: Vendor,
}

/// A message as a client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFrame {
    /// The server's id.
    pub id: MessageId,
    /// Where it belongs.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: Seq,
    /// What it is.
    pub kind: MessageKind,
    /// Who sent it; absent for a system notification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<UserId>,
    /// What it says.
    pub body: Body,
    /// What the sender gave the app beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ext: Option<String>,
    /// When it was accepted.
    pub sent_at: Timestamp,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorFrame {
    /// The request it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<u32>,
    /// The send it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_message_id: Option<ClientMessageId>,
    /// Stable code.
    pub code: String,
    /// The code's number: its HTTP status (row C3 wants 500 for a certificate name over 32 characters).
    pub number: u16,
    /// What is wrong and what to do.
    pub text: String,
}

impl ErrorFrame {
    /// A refusal that answers nothing in particular.
    #[must_use]
    pub fn of(fault: &Fault) -> Self {
        Self {
            request: None,
            client_message_id: None,
            code: fault.code.as_str().to_owned(),
            number: fault.code.status(),
            text: fault.detail.clone(),
        }
    }

    /// A refusal of a numbered request.
    #[must_use]
    pub fn of_request(fault: &Fault, request: u32) -> Self {
        Self { request: Some(request), ..Self::of(fault) }
    }
}

/// Why a session was ended from the server's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KickReason {
    /// The user logged in on another device, and the App allows one at a time.
    AnotherLogin,
    /// Another user logged in on this device.
    AnotherUser,
    /// The App's backend ended it.
    ByServer,
}

/// Reads a client's frame. Total: garbage is a fault with a stable code.
///
/// # Errors
/// `frame_too_large` over [`model::FRAME_MAX_BYTES`], `malformed` for anything that is not a documented frame.
pub fn decode_client(text: &str) -> Result<ClientFrame, Fault> {
    if text.len() > model::FRAME_MAX_BYTES {
        return Err(ErrorCode::FrameTooLarge.into());
    }
    serde_json::from_str(text)
        .map_err(|error| Fault::new(ErrorCode::Malformed, format!("not a frame: {error}")))
}

/// Reads a server's frame.
///
/// # Errors
/// `malformed` for anything that is not a documented frame.
pub fn decode_server(text: &str) -> Result<ServerFrame, Fault> {
    serde_json::from_str(text)
        .map_err(|error| Fault::new(ErrorCode::Malformed, format!("not a frame: {error}")))
}

/// Writes a frame.
#[must_use]
pub fn encode<F: Serialize>(frame: &F) -> String {
    serde_json::to_string(frame).unwrap_or_else(|_| unreachable!("frames have only text keys"))
}

/// Writes a `messages` frame without copying the messages: one message goes to many connections.
#[must_use]
pub fn encode_messages(messages: &[Arc<MessageFrame>], sync: bool) -> String {
    #[derive(Serialize)]
    struct Shared<'a> {
        r#type: &'static str,
        messages: &'a [Arc<MessageFrame>],
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        sync: bool,
    }
    encode(&Shared { r#type: "messages", messages, sync })
}
