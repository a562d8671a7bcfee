//! The simulator from outside: real sockets, TLS with the simulator's own authority, the control API.

#![expect(clippy::unwrap_used, reason = "where a step of a test fails, the test fails")]

mod apns;
mod control;
mod fcm;
mod handset;
mod harmony;
mod honor;
mod huawei;
mod meizu;
mod oppo;
mod seeds;
mod support;
mod vivo;
mod webpush;
mod xiaomi;
