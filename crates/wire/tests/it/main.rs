//! The two ends of a connection, joined in virtual time.

#![expect(clippy::unwrap_used, reason = "a test whose world cannot be set up fails")]

mod client_end;
mod frames;
mod joined;
mod property;
mod requests;
mod server_end;
mod world;
