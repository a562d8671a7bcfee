//! The SDK core that a device runs: bytes in, effects out.
//!
//! [`Client`] drives a [`wire::ClientLink`] and adds what an app's SDK does beside it: it keeps the login over
//! restarts, takes the certificate that the server recommends, asks that vendor for a token, and reports it. It
//! knows no socket, no clock and no file: a shell feeds it inputs and carries out its effects.

mod channel;
mod config;
mod core;
mod events;
mod snapshot;

pub use channel::Reported;
pub use config::{Config, ShippedCertificate};
pub use core::Client;
pub use events::{AppEvent, Effect, Input, Login};
pub use snapshot::Snapshot;
