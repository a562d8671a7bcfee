//! vivo Push, from the vendor's side; iQOO phones use it too.
//!
//! Order of checks (assumed, the book is silent): path, method, access token, body, app id, then the fields in the
//! order of the book's message table, special tokens, the app's state, night, rate, targets, amount of the day.
//! An exchange for an access token is checked: empty fields, app, key, clock, signature, calls.
//!
//! What the book has limits but no code for (a body that is no JSON, a path it does not know, `notifyId` 0) is
//! answered with the HTTP status, said in `result` too (assumed).
//!
//! Special regIds and aliases, for any app: `FAULT/<word>/…` or, for senders that look at a regId's shape,
//! `v2-FAULT-<word>-…`. The words: a code of the book or `http:<status>` (in the second form `http<status>`) has the
//! whole request answered so, `silent` is never answered, `cut` cuts the connection, `sink` is accepted and leads
//! nowhere, `unsubscribed` is accepted and told dead by a receipt, and `unknown`, `dead`, `inactive` and `untested`
//! are named in the answer with status 1, 2, 3 and 4.

mod app;
mod auth;
mod class;
mod code;
mod desk;
mod dispatch;
mod extra;
mod fields;
mod handover;
mod intent;
mod message;
mod query;
mod receipt;
mod reply;
mod rights;
mod send;
mod span;
mod tag;
mod target;
mod task;
mod withhold;

use std::sync::Arc;

use crate::{counter, shared::Shared, vendor::Book};

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| desk::Desk::new(shared, reports))
}
