//! The two ends of a connection, joined in virtual time.

#![expect(clippy::unwrap_used, reason = "a test whose world cannot be set up fails")]

mod client_end;
mod documents;
mod frames;
mod golden;
mod joined;
mod property;
mod requests;
mod server_end;
mod validator;
mod world;
