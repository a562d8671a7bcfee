//! From a route to an open TLS connection.

use std::{collections::HashMap, io, net::SocketAddr, sync::Arc};

use http::uri::Authority;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};
use vendors::{Protocol, Route, TlsIdentity};

use crate::{
    config::{GatewayConfig, LaneTimes},
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
}

impl DialError {
    /// Posthouse's own code for it.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Connect(_) | Self::Host => own_codes::CONNECT_FAILED,
            Self::Tls(_) => own_codes::TLS_FAILED,
            Self::TooSlow => own_codes::CONNECT_TIMEOUT,
            Self::Protocol => own_codes::PROTOCOL_REFUSED,
            Self::Identity(_) => own_codes::IDENTITY_UNUSABLE,
        }
    }
}

/// What every connection of this gateway has in common.
pub(crate) struct Dialer {
    connect_to: HashMap<String, SocketAddr>,
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    times: LaneTimes,
}

impl Dialer {
    pub(crate) fn new(config: &GatewayConfig) -> Self {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let (_, ignored) = roots.add_parsable_certificates(config.extra_roots.iter().cloned());
        if ignored > 0 {
            tracing::warn!(ignored, "extra root certificates do not parse and are not trusted");
        }
        Self {
            connect_to: config.connect_to.clone(),
            roots: Arc::new(roots),
            provider: Arc::new(aws_lc_rs::default_provider()),
            times: config.times,
        }
    }

    /// Prepares a certificate's connections.
    pub(crate) fn endpoint(&self, route: &Route) -> Result<Endpoint, DialError> {
        let name = format!("{}:{}", route.host, route.port);
        let (authority, alpn) = match (route.port, route.protocol) {
            (443, protocol) => (&route.host, alpn(protocol)),
            (_, protocol) => (&name, alpn(protocol)),
        };
        Ok(Endpoint {
            authority: Authority::try_from(authority.as_str()).map_err(|_| DialError::Host)?,
            server_name: ServerName::try_from(route.host.clone()).map_err(|_| DialError::Host)?,
            address: self.connect_to.get(&name).copied(),
            host: route.host.clone(),
            port: route.port,
            protocol: route.protocol,
            tls: self.tls(route.identity.as_deref(), alpn).map_err(DialError::Identity)?,
            times: self.times,
        })
    }

    fn tls(
        &self,
        identity: Option<&TlsIdentity>,
        alpn: &'static [u8],
    ) -> Result<Arc<ClientConfig>, rustls::Error> {
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .with_root_certificates(self.roots.clone());
        let mut config = match identity {
            Some(identity) => builder.with_client_auth_cert(
                identity.chain.iter().map(|der| der.clone().into()).collect(),
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.expose().clone())),
            )?,
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![alpn.to_vec()];
        Ok(Arc::new(config))
    }
}

const fn alpn(protocol: Protocol) -> &'static [u8] {
    match protocol {
        Protocol::Http1 => b"http/1.1",
        Protocol::Http2 => b"h2",
    }
}

/// Where a certificate's connections go, with all it takes to open one.
pub(crate) struct Endpoint {
    /// Host, and port where it is not 443, as requests name it.
    pub(crate) authority: Authority,
    pub(crate) protocol: Protocol,
    pub(crate) times: LaneTimes,
    server_name: ServerName<'static>,
    address: Option<SocketAddr>,
    host: String,
    port: u16,
    tls: Arc<ClientConfig>,
}

impl Endpoint {
    /// Opens a connection. The name is looked up each time, so that load spreads as the vendor wants it.
    pub(super) async fn dial(&self) -> Result<TlsStream<TcpStream>, DialError> {
        timeout(self.times.dial, self.connect()).await.unwrap_or(Err(DialError::TooSlow))
    }

    async fn connect(&self) -> Result<TlsStream<TcpStream>, DialError> {
        let tcp = match self.address {
            Some(address) => TcpStream::connect(address).await,
            None => TcpStream::connect((self.host.as_str(), self.port)).await,
        }
        .map_err(DialError::Connect)?;
        // Without it small requests wait for the other side's delayed acknowledgements.
        tcp.set_nodelay(true).map_err(DialError::Connect)?;
        let connector = TlsConnector::from(self.tls.clone());
        let tls = connector.connect(self.server_name.clone(), tcp).await.map_err(DialError::Tls)?;
        if self.protocol == Protocol::Http2 && tls.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(DialError::Protocol);
        }
        Ok(tls)
    }
}
