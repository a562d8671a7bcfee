//! HarmonyOS NEXT (Push Kit V3): a second, independent reading of its book, from the vendor's side.
//!
//! Answers `POST /v3/{projectId}/messages:send` and, with a `push-type`, `POST /v1/{clientId}/messages:revoke`, at the
//! host that Huawei's other token world has too. There is no status query and no token exchange in this book: the
//! service account's JWT is sent as it is.
//!
//! # Order of checks
//! The book gives none; this one is assumed: path; method; `Authorization` (present, readable, PS256, key known,
//! signature, key not disabled, `iss`, `aud`, life, expiry); project of the path; push enabled and no penalty;
//! `push-type`; JSON; `target` and its count; size; `pushOptions`; `payload`; image; rate; targets, each by itself:
//! token's form, its app's project, whether it is alive, the right to the push-type; then the day's amounts, which are
//! told by receipts alone.
//!
//! # Special tokens
//! - `FAULT/<code>/<anything>`: the whole request is answered with this code of the book, or `http:<status>`;
//! - `FAULT/<reason>/<anything>`: this target is among the `illegalTokens` for this reason, such as `noRight`;
//! - `FAULT/receipt-<status>/<anything>`: taken, and a receipt tells this status;
//! - `FAULT/silent/…`, `FAULT/cut/…`: no answer; `FAULT/sink/…` and every other: taken, leading nowhere.
//!
//! An `image` with `/FAULT/<code>/` in its URL is refused with this code.
//!
//! # Dead tokens
//! The book leaves open which of its ways tells a token that was once good (assumed): one that the vendor serves no
//! more is refused as `noRight`; one that the app has renewed is taken, and a receipt tells status 5. A well-formed
//! token that was never given out is a `tokenFormatError`.

mod account;
mod apps;
mod cache;
mod desk;
mod doorkeeper;
mod jwt;
mod message;
mod notification;
mod part;
mod push;
mod recall;
mod receipt;
mod reply;
mod request;
mod rights;
mod send;
mod target;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{counter, shared::Shared, vendor::Book};

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |reports| desk::Desk::new(shared, reports))
}
