//! The simulator from outside: real sockets, TLS with the simulator's own authority, the control API.

mod apns;
mod control;
mod handset;
mod support;
mod xiaomi;
