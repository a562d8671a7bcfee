//! Xiaomi `MiPush`, from the vendor's side.
//!
//! Order of checks (assumed, the book is silent): path, method, authorisation, media type, rate on demand, parameters
//! in the order of the message page, targets, special registration ids, a lone dead target, targets a second, daily
//! amount.
//!
//! Special registration ids, aliases and accounts, for any app: `FAULT/dead/…` is a dead one, `FAULT/<code>/…` has the
//! whole request refused with that code, `FAULT/http:<status>/…` with that HTTP status, `FAULT/silent/…` is never
//! answered, `FAULT/cut/…` cuts the connection, and `FAULT/sink/…` is accepted and leads nowhere.

mod addressed;
mod app;
mod channel;
mod desk;
mod filter;
mod form;
mod group;
mod message;
mod multi;
mod push;
mod query;
mod receipt;
mod reply;
mod revoke;
mod rights;
mod routes;
mod send;
mod sent;
#[cfg(test)]
mod tests;

pub(crate) use app::Apps;
pub use app::{XiaomiApp, XiaomiChannel};
pub(crate) use desk::open;
