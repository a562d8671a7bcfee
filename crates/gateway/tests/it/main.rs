//! The gateway against the real store and the vendor simulators, over real sockets.

mod apns;
mod front;
mod lanes;
mod receipts;
mod support;
mod xiaomi;
