//! The gateway against the real store and the vendor simulators, over real sockets.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

#[macro_use]
mod every_vendor;

mod amounts;
mod apns;
mod backend;
mod books;
mod brakes;
mod conformance;
mod contents;
mod follow_ups;
mod front;
mod lanes;
mod people;
mod receipts;
mod reload;
mod support;
mod webhooks;
mod xiaomi;
