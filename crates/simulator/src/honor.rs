//! Honor Push, from the vendor's side.
//!
//! Order of checks (assumed, the book is silent): path, method, access token, app, `timestamp`, rate, body in the order
//! of the message page, special tokens, amounts, targets.
//!
//! Of the codes only 200 is sure. The others are a choice among those that have been reported: 400 for what is wrong in
//! a request, 401 without a bearer token, 403 for a token or app that may not, 404 and 405 for a path or method that is
//! not the book's, 429 for too fast or too much, 80100000 for a partial failure. Codes below 1000 are told as the HTTP
//! status too (assumed).
//!
//! Special tokens, for any app: `FAULT/dead/…` is a lapsed one (`expireTokens`), `FAULT/fail/…` one that fails
//! (`failTokens`), `FAULT/80100000/…` one whose failure is told as a partial success, `FAULT/<code>/…` has the whole
//! request refused with that code, `FAULT/http:<status>/…` with that HTTP status alone, `FAULT/<receipt status>/…` is
//! accepted and told in a receipt with that status (40000001 to 50000003), `FAULT/silent/…` is never answered,
//! `FAULT/cut/…` cuts the connection, and `FAULT/sink/…` is accepted and leads nowhere.
//!
//! The book has no daily amount that a request is refused for: where the amount is used up on demand, marketing
//! messages count as over the amount of each device, and only messages to test users are refused.

mod app;
mod desk;
mod intent;
mod member;
mod message;
mod notification;
mod oauth;
mod push;
mod receipt;
mod reply;
mod send;
mod special;
#[cfg(test)]
mod tests;

pub(crate) use desk::open;
