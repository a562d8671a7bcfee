//! The front over real sockets, on the embedded store.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

mod api;
mod certificates;
mod compose;
mod console;
mod explain;
mod front;
mod garbage;
mod house;
mod openapi;
mod phone;
mod pushes;
mod ws;
