//! Behaviour of the IM half over the embedded store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod calls;
mod calls_machine;
mod fanout;
mod groups;
mod harness;
mod login;
mod reads;
mod recalls;
mod scenes;
mod send;
