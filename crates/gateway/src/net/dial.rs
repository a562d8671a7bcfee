//! From a host to an open connection.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
};

use http::uri::Authority;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;
use vendors::{Origin, Protocol, Route, TlsIdentity};

use super::stream::Stream;
use crate::{
    config::{GatewayConfig, LaneTimes, Reach},
    own_codes,
};

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("{0}")]
    Connect(io::Error),
    #[error("{0}")]
    Tls(io::Error),
    #[error("not open in time")]
    TooSlow,
    #[error("the other side does not speak the vendor's HTTP version")]
    Protocol,
    #[error("{0}")]
    Identity(rustls::Error),
    #[error("the host's name is not valid")]
    Host,
    #[error("the host does not lie in the public network")]
    NotPublic,
}

impl DialError {
    /// Posthouse's own code for it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) | Self::Host | Self::NotPublic => own_codes::CONNECT_FAILED,
            Self::Tls(_) => own_codes::TLS_FAILED,
            Self::TooSlow => own_codes::CONNECT_TIMEOUT,
            Self::Protocol => own_codes::PROTOCOL_REFUSED,
            Self::Identity(_) => own_codes::IDENTITY_UNUSABLE,
        }
    }
}

/// What every connection of this gateway has in common.
pub(crate) struct Dialer {
    ways: RwLock<Ways>,
    provider: Arc<CryptoProvider>,
    times: LaneTimes,
}

/// What may change while connections are open; those keep what they were opened with.
#[derive(Clone)]
struct Ways {
    /// Counts changes.
    edition: u32,
    connect_to: Arc<HashMap<String, String>>,
    roots: Arc<RootCertStore>,
}

impl Ways {
    fn new(
        edition: u32,
        connect_to: &HashMap<String, String>,
        extra_roots: &[CertificateDer<'static>],
    ) -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let (_, ignored) = roots.add_parsable_certificates(extra_roots.iter().cloned());
        if ignored > 0 {
            tracing::warn!(ignored, "extra root certificates do not parse and are not trusted");
        }
        Self { edition, connect_to: Arc::new(connect_to.clone()), roots: Arc::new(roots) }
    }
}

impl Dialer {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        Self {
            ways: RwLock::new(Ways::new(0, &config.connect_to, &config.extra_roots)),
            provider: Arc::new(aws_lc_rs::default_provider()),
            times: config.times,
        }
    }

    /// From now on connections are opened like this.
    pub(crate) fn set(&self, reach: &Reach) {
        let mut ways = self.ways.write().unwrap_or_else(PoisonError::into_inner);
        *ways = Ways::new(ways.edition + 1, &reach.connect_to, &reach.extra_roots);
    }

    /// Changes whenever endpoints would come out otherwise.
    pub(crate) fn edition(&self) -> u32 {
        self.ways().edition
    }

    fn ways(&self) -> Ways {
        self.ways.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Prepares a certificate's connections.
    pub(crate) fn endpoint(&self, route: &Route) -> Result<Endpoint, DialError> {
        let Origin { host, port, protocol } = &route.origin;
        let place = Place { host, port: *port, secure: true };
        self.prepare(place, route.identity.as_deref(), Some(*protocol), false)
    }

    /// Prepares connections to a host that a token or an adapter names. It must lie in the public network, so that a
    /// token cannot make this server reach inside.
    pub(crate) fn foreign_endpoint(&self, origin: &Origin) -> Result<Endpoint, DialError> {
        self.prepare(Place { host: &origin.host, port: origin.port, secure: true }, None, None, true)
    }

    /// Prepares connections to a place that an App named for itself; `inside`: it may lie where only this machine and
    /// its neighbours reach.
    pub(crate) fn named_endpoint(&self, place: Place<'_>, inside: bool) -> Result<Endpoint, DialError> {
        self.prepare(place, None, None, !inside)
    }

    fn prepare(
        &self,
        place: Place<'_>,
        identity: Option<&TlsIdentity>,
        must_speak: Option<Protocol>,
        public_only: bool,
    ) -> Result<Endpoint, DialError> {
        let Place { host, port, secure } = place;
        let name = format!("{host}:{port}");
        let authority = if port == if secure { 443 } else { 80 } { host } else { name.as_str() };
        // An address of IPv6 stands in brackets where a port may follow, and nowhere else.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = || self.tls(identity, must_speak.map_or(EITHER, alpn)).map_err(DialError::Identity);
        Ok(Endpoint {
            authority: Authority::try_from(authority).map_err(|_| DialError::Host)?,
            server_name: ServerName::try_from(host.to_string()).map_err(|_| DialError::Host)?,
            edition: self.edition(),
            instead: self.ways().connect_to.get(&name).cloned(),
            host: host.to_string(),
            port,
            must_speak,
            public_only,
            tls: secure.then(tls).transpose()?,
            times: self.times,
        })
    }

    fn tls(
        &self,
        identity: Option<&TlsIdentity>,
        alpn: &[&[u8]],
    ) -> Result<Arc<ClientConfig>, rustls::Error> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(self.ways().roots);
        let mut config = match identity {
            Some(identity) => builder.with_client_auth_cert(
                identity.chain.iter().map(|der| der.clone().into()).collect(),
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.expose().clone())),
            )?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Ok(Arc::new(config))
    }
}

/// Small push servers that people run themselves speak HTTP/1.1 only.
const EITHER: &[&[u8]] = &[b"h2", b"http/1.1"];

const fn alpn(protocol: Protocol) -> &'static [&'static [u8]] {
    match protocol {
        Protocol::Http1 => &[b"http/1.1"],
        Protocol::Http2 => &[b"h2"],
    }
}

/// A host by name or address (of IPv6: in brackets), its port, and whether TLS is spoken there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    pub(crate) secure: bool,
}

/// Where connections go, with all it takes to open one.
pub(crate) struct Endpoint {
    /// Host, and port where it is not 443, as requests name it.
    pub(crate) authority: Authority,
    /// What the certificate's vendor speaks; `None`: the other side may speak either.
    pub(crate) must_speak: Option<Protocol>,
    pub(crate) times: LaneTimes,
    /// [`Dialer::edition`] as it was prepared.
    pub(crate) edition: u32,
    server_name: ServerName<'static>,
    /// Connected to instead of the host.
    instead: Option<String>,
    host: String,
    port: u16,
    public_only: bool,
    /// `None`: in the clear.
    tls: Option<Arc<ClientConfig>>,
}

impl Endpoint {
    /// Opens a connection. The name is looked up each time, so that load spreads as the vendor wants it.
    pub(super) async fn dial(&self) -> Result<Stream, DialError> {
        timeout(self.times.dial, self.connect()).await.unwrap_or(Err(DialError::TooSlow))
    }

    async fn connect(&self) -> Result<Stream, DialError> {
        let tcp = match &self.instead {
            Some(instead) => TcpStream::connect(instead).await.map_err(DialError::Connect)?,
            None => self.look_up_and_connect().await?,
        };
        // Without it small requests wait for the other side's delayed acknowledgements.
        tcp.set_nodelay(true).map_err(DialError::Connect)?;
        let Some(config) = &self.tls else { return Ok(Stream::Plain(tcp)) };
        let connector = TlsConnector::from(config.clone());
        let tls = connector.connect(self.server_name.clone(), tcp).await.map_err(DialError::Tls)?;
        let stream = Stream::Secure(Box::new(tls));
        if self.must_speak == Some(Protocol::Http2) && !stream.speaks_http2() {
            return Err(DialError::Protocol);
        }
        Ok(stream)
    }

    async fn look_up_and_connect(&self) -> Result<TcpStream, DialError> {
        let found = lookup_host((self.host.as_str(), self.port)).await.map_err(DialError::Connect)?;
        let usable: Vec<SocketAddr> =
            found.filter(|address| !self.public_only || is_public(address.ip())).collect();
        if usable.is_empty() {
            return Err(DialError::NotPublic);
        }
        TcpStream::connect(usable.as_slice()).await.map_err(DialError::Connect)
    }
}

/// Whether an address lies in the public network.
pub(crate) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [first, second, ..] = ip.octets();
            let shared = first == 100 && (64..128).contains(&second);
            let benchmark = first == 198 && (18..20).contains(&second);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip.is_unspecified()
                || first == 0
                || first >= 240
                || shared
                || benchmark)
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(mapped) => is_public(mapped.into()),
            // Of IPv6 only 2000::/3 is given out for the public network; 2001:db8::/32 is for documents.
            None => ip.segments()[0] & 0xe000 == 0x2000 && ip.segments()[..2] != [0x2001, 0xdb8],
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.31.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "2001:db8::1",
            "255.255.255.255",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "2606:4700::1111"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }
}
