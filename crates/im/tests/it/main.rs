//! Behaviour of the IM half over the embedded store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod devices;
mod facts;
mod fanout;
mod groups;
mod harness;
mod history;
mod login;
mod reminders;
mod sessions;
mod settings;
