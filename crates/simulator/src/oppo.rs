//! OPPO Push, for OPPO, realme and `OnePlus`, from the vendor's side.
//!
//! Order of checks (assumed, the book is silent): path, method, encoding, `auth_token`, the app's standing, the shape
//! of the list of targets, rate, the fields of each message, special tokens, the target, repetition, amounts. The
//! `auth` call: `app_key`, `sign` and `timestamp` are there, the app is known, the time is near, the signature is
//! right. A message: texts with their template, click, times, receipts, badge, then category and level. Every answer
//! has HTTP status 200 (documented for business errors, assumed for unknown paths); a missing argument is 40, a wrong
//! one 41.
//!
//! Special registration ids, for any app, written with `/` or with `_` as here: `FAULT_dead_…` is an invalid one, told
//! by the answer and by the feedback host; `FAULT_<code>_…` fails with that code: the entry or target alone where the
//! code can stand beside one (31 to 33, 40, 41, 54, 55, 59, 67 and from 10000), else the whole request;
//! `FAULT_http:<status>_…` has that HTTP status; `FAULT_silent_…` is never answered; `FAULT_cut_…` cuts the connection;
//! `FAULT_sink_…` is accepted and leads nowhere. `FAULT_regid-invalid_…`, `FAULT_user-daily-limit_…` and
//! `FAULT_message-night-control_…` are accepted, and a receipt of that kind follows.
//!
//! What a message's category and the app's rights make of it: `class`. The rights and their names: `rights`.

mod app;
mod asked;
mod auth;
mod broadcast;
mod class;
mod click;
mod desk;
mod device;
mod feedback;
mod fields;
mod memory;
mod message;
mod multipart;
mod picture;
mod push;
mod receipt;
mod reply;
mod rights;
mod route;
mod send;
mod tags;
mod target;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use desk::open;
