//! Xiaomi `MiPush`, from the vendor's side.
//!
//! Special registration ids, for any app: `FAULT/dead/…` is a dead one, `FAULT/<code>/…` has the whole request
//! refused with that code, `FAULT/http:<status>/…` with that HTTP status, `FAULT/silent/…` is never answered,
//! `FAULT/cut/…` cuts the connection, and `FAULT/sink/…` is accepted and leads nowhere.

mod answer;
mod app;
mod desk;
mod form;
mod message;
mod query;
mod receipt;
mod reply;
mod sent;
mod serve;

pub use app::{XiaomiApp, XiaomiChannel};
pub(crate) use desk::Desk;
