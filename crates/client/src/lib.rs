//! The SDK core that a device runs: bytes in, effects out.
//!
//! [`Client`] drives a [`wire::ClientLink`] and adds what an app's SDK does beside it: it keeps the login over
//! restarts, chooses among the vendors that the server recommends, asks them for tokens and reports the best, hands
//! messages, calls and taps to the app in one shape for every brand, and keeps the icon's number. It knows no socket,
//! no clock and no file: a shell feeds it inputs and carries out its effects.

mod badge;
mod channel;
mod config;
mod core;
mod events;
mod notices;
mod received;
mod ringing;
mod session;
mod snapshot;
mod tap;
mod token;

pub use badge::Badge;
pub use channel::Reported;
pub use config::{Config, ShippedCertificate};
pub use core::Client;
pub use events::{AppEvent, Effect, Input, LocalNotification, Login, Pushed, Sent, VendorCallback};
pub use snapshot::Snapshot;
