//! Where a webhook may point.

use std::net::IpAddr;

use http::Uri;

use crate::net::{Place, is_public};

const ADDRESS_MAX_BYTES: usize = 2048;

/// Why a webhook may not point there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Not an http address at all, or a longer one than anybody needs.
    #[error("must be an https address of at most 2048 bytes")]
    NotAnAddress,
    /// Name and password would travel in the clear of logs and proxies.
    #[error("must not hold a user name or password")]
    HasUser,
    /// Without TLS.
    #[error("must begin with https://")]
    NotSecure,
    /// It names this machine or its neighbours.
    #[error("must not lie inside the network of this server")]
    Inside,
}

/// A webhook's address, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    port: u16,
    secure: bool,
    /// Path and query.
    pub(super) path: String,
}

/// Whether a webhook may point there: https into the public network; anywhere, also without TLS, where the operator
/// lets webhooks reach inside. What a name leads to is looked at each time it is dialled.
///
/// # Errors
/// Why it may not.
pub(crate) fn check_address(url: &str, may_reach_inside: bool) -> Result<(), AddressFault> {
    Address::read(url, may_reach_inside).map(drop)
}

impl Address {
    pub(super) fn read(url: &str, may_reach_inside: bool) -> Result<Self, AddressFault> {
        let read = (url.len() <= ADDRESS_MAX_BYTES).then(|| url.parse::<Uri>().ok()).flatten();
        let uri = read.ok_or(AddressFault::NotAnAddress)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(AddressFault::NotAnAddress);
        };
        let secure = match scheme {
            "https" => true,
            "http" if may_reach_inside => false,
            "http" => return Err(AddressFault::NotSecure),
            _ => return Err(AddressFault::NotAnAddress),
        };
        if authority.as_str().contains('@') {
            return Err(AddressFault::HasUser);
        }
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let host = authority.host();
        if host.is_empty() || port == 0 {
            return Err(AddressFault::NotAnAddress);
        }
        if !may_reach_inside && is_inside(host) {
            return Err(AddressFault::Inside);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host: host.to_owned(), port, secure, path })
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place { host: &self.host, port: self.port, secure: self.secure }
    }
}

fn is_inside(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok_and(|ip| !is_public(ip)) || host.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_point_into_the_public_network_over_tls() {
        for good in ["https://chat.example.com/hook?a=b", "https://chat.example.com:8443", "https://1.1.1.1/"]
        {
            assert_eq!(check_address(good, false), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", AddressFault::NotAnAddress),
            ("/hook", AddressFault::NotAnAddress),
            ("ftp://example.com/", AddressFault::NotAnAddress),
            ("https://example.com:0/", AddressFault::NotAnAddress),
            ("https://exa mple.com/", AddressFault::NotAnAddress),
            ("http://example.com/", AddressFault::NotSecure),
            ("https://user:password@example.com/", AddressFault::HasUser),
            ("https://127.0.0.1/", AddressFault::Inside),
            ("https://[::1]:8080/", AddressFault::Inside),
            ("https://10.0.0.8/", AddressFault::Inside),
            ("https://169.254.169.254/latest", AddressFault::Inside),
            ("https://LocalHost/", AddressFault::Inside),
        ] {
            assert_eq!(check_address(bad, false), Err(fault), "{bad}");
        }
        assert_eq!(check_address("http://127.0.0.1:9000/hook", true), Ok(()));
        let long = format!("https://example.com/{}", "a".repeat(ADDRESS_MAX_BYTES));
        assert_eq!(check_address(&long, true), Err(AddressFault::NotAnAddress));
    }

    #[test]
    fn an_address_is_a_place_and_a_path() {
        let address = Address::read("https://example.com/hook?app=1", false).unwrap();
        assert_eq!(
            (address.host.as_str(), address.port, address.path.as_str()),
            ("example.com", 443, "/hook?app=1")
        );
        assert_eq!(Address::read("https://example.com", false).unwrap().path, "/");
    }
}
