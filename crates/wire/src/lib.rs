//! Client protocol: frames, and the connection state machine of both ends, without I/O.
//!
//! [`ServerLink`] and [`ClientLink`] have the same mouth: `step(now, input)` gives effects to carry out in order,
//! `next_deadline()` says when to tick. Neither reads a clock; a test joins the two in virtual time.

mod backoff;
mod client;
mod flows;
mod frames;
#[cfg(feature = "schema")]
mod schema;
mod server;

pub use backoff::Backoff;
pub use client::{
    Answer, Arrival, Ask, ClientConfig, ClientEffect, ClientInput, ClientLink, ClientMemory, LinkState,
};
pub use frames::*;
#[cfg(feature = "schema")]
pub use schema::schema;
pub use server::{CloseReason, LinkConfig, ServerEffect, ServerInput, ServerLink, Unacked};
