//! FCM: a second, independent reading of its book, from the vendor's side.
//!
//! Marks: documented = in Google's own documentation or in two independent sources; observed = seen by one third
//! party; assumed = the book is silent.
//!
//! Hosts: `fcm.googleapis.com` (and its twin for client certificates) sends and keeps topics and device groups,
//! `oauth2.googleapis.com` gives out access tokens (so do two older addresses that key files and clients still name),
//! `iid.googleapis.com` changes topics in bulk. Legacy sends and the batch address are switched off: 404.
//!
//! Order of the checks of a send (assumed): path, access token, project, rights, the project's minute, JSON with its
//! names and types, one target, topic, data, the other fields, lifetime, size, the token's shape, its project, its
//! package, whether it is served, the device's minute and hour. Errors in names and types carry `BadRequest` alone;
//! errors in what a well-formed message says carry `BadRequest` and `FcmError` (observed).
//!
//! Rights of an app are set by the JSON that [`rights::Rights`] and [`rights::Channels`] describe.
//!
//! A phone is an Android phone: what `apns` and `webpush` blocks say is checked and leads nowhere.
//!
//! Special tokens, in the alphabet of FCM's: `FAULT:<code>:<anything>` is answered with that code, which is one of
//! [`reply::Refusal::named`], with `-<seconds>` behind it for a `Retry-After`, or a bare status such as `503`;
//! `FAULT:silent:…` is never answered, `FAULT:cut:…` cuts the connection, `FAULT:sink:…` is accepted and leads nowhere.
//!
//! FCM calls nobody back: it has no receipts for a message (documented).

mod account;
mod condition;
mod desk;
mod fields;
mod group;
mod membership;
mod message;
mod oauth;
mod push;
mod rate;
mod reply;
mod rights;
mod schema;
mod send;
mod stored;
mod subscription;
#[cfg(test)]
mod tests;
mod token;
mod topics;

use std::sync::Arc;

use crate::{counter, shared::Shared, vendor::Book};

/// Opens the vendor's counter.
pub(crate) fn open(shared: &Arc<Shared>) -> Arc<dyn Book> {
    counter::open(shared, |_| desk::Desk::new(shared))
}
