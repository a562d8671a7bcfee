//! The gateway against the real store and the vendor simulators, over real sockets.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

mod apns;
mod books;
mod conformance;
mod front;
mod lanes;
mod receipts;
mod support;
mod xiaomi;
