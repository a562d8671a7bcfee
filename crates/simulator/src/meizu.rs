//! Meizu (Flyme) push, from the vendor's side.
//!
//! Order of checks (assumed, the book is silent): path and host, method, `appId`, signature, black list, rate, then
//! each action's own: message or task, targets and their number, package names, the app's daily amount, and target by
//! target whether the push id is known, subscribed, switched on, under its day's amount of public messages, and under
//! the number of a minute.
//!
//! Special targets, as push ids or aliases of any app. Push ids are letters and digits, so `x` ends a word; the form
//! `FAULT/word/…` is understood too:
//! - `FAULT<code>x…`: the target is refused with that code inside `value`, or, where the book has the code only at the
//!   top, the whole request is; `FAULTall<code>x…` refuses the whole request with a code that can stand in both places;
//! - `FAULThttp<status>x…`: that HTTP status, without a body;
//! - `FAULTdeadx…`: not subscribed (110002);
//! - `FAULTsilentx…`: never answered; `FAULTcutx…`: the connection is cut;
//! - `FAULTsinkx…`: accepted, and leads nowhere.

mod app;
mod dates;
mod desk;
mod form;
mod message;
mod minute;
mod receipt;
mod reply;
mod routes;
mod send;
mod special;
mod statistics;
mod subscriptions;
mod tasks;

pub(crate) use desk::open;
