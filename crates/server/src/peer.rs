//! Who is at the other end of a connection.

use std::net::IpAddr;

use http::Extensions;

/// The address a connection came from. Put beside every request of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address as text; empty where it is not known.
pub(crate) fn address(extensions: &Extensions) -> String {
    extensions.get::<Peer>().map(|peer| peer.0.to_canonical().to_string()).unwrap_or_default()
}
