//! The SDK core against a hand-played server.

#![expect(clippy::unwrap_used, reason = "a test whose app cannot be set up fails")]

mod app;
mod background;
mod choice;
mod login;
mod page;
mod switch;
mod talk;
mod taps;
mod token;
