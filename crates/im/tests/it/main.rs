//! Behaviour of the IM half over the embedded store.

mod fanout;
mod harness;
mod login;
