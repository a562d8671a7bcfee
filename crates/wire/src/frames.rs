//! The frames of the client protocol: one JSON object per WebSocket text message.

mod client;
mod codec;
mod groups;
mod login;
mod messages;
mod refusal;
mod server;

pub use client::ClientFrame;
pub use codec::{Parcel, decode_client, decode_server, encode, encode_messages};
pub use groups::{GroupAction, GroupView};
pub use login::{KickReason, Login, Recommended, Welcome};
pub use messages::{ConversationView, Cursor, MessageFrame, Recipient, Reminder, SendMessage, ToGroup};
pub use refusal::ErrorFrame;
pub use server::ServerFrame;
