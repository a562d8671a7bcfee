//! Frames as text and back.

use std::sync::Arc;

use model::{ErrorCode, Fault};
use serde::Serialize;

use super::{ClientFrame, MessageFrame, ServerFrame};

/// A message with the `messages` frame that carries it alone, written once for all who get it.
#[derive(Debug, PartialEq, Eq)]
pub struct Parcel {
    message: Arc<MessageFrame>,
    text: Arc<str>,
}

impl Parcel {
    /// Writes the frame.
    #[must_use]
    pub fn new(message: Arc<MessageFrame>) -> Self {
        let text = encode_messages(std::slice::from_ref(&message), false).into();
        Self { message, text }
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &Arc<MessageFrame> {
        &self.message
    }

    /// The frame.
    #[must_use]
    pub const fn text(&self) -> &Arc<str> {
        &self.text
    }
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
