//! Behaviour of the IM half over the embedded store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails by panicking")]

mod calls_machine;
mod fanout;
mod harness;
mod login;
