//! The SDK core against a hand-played server.

#![expect(clippy::unwrap_used, reason = "a test whose app cannot be set up fails")]

mod app;
mod login;
mod token;
