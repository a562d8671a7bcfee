//! The doors to the vendor hosts: one port with TLS and one without for each host, and one with TLS for all of them,
//! told apart by name.

use std::{
    collections::HashMap,
    io,
    net::Ipv4Addr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    server::{
        Acceptor,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, server::TlsStream};

use crate::{
    ca::{Ca, CaError},
    shared::{Host, HostSpec},
    vendor::Book,
};

/// Most connections one host holds at a time.
const CONNECTIONS_MAX: usize = 20_000;
/// A handshake that takes longer is dropped.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Before a port that somebody has taken meanwhile is tried again.
const BIND_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Ports that are taken for a vendor host, not yet served.
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) plain: TcpListener,
    pub(crate) tls: Arc<ServerConfig>,
}

/// Takes free ports of this machine for a vendor host.
///
/// # Errors
/// [`BindError`] where there is no port or no certificate.
pub(crate) async fn bind(spec: &HostSpec, ca: &Ca) -> Result<Bound, BindError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let plain = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(Bound { listener, plain, tls: Arc::new(server_config(spec, ca)?) })
}

/// Takes a port of this machine; 0: a free one.
///
/// # Errors
/// [`BindError`] where it is not to be had.
pub(crate) async fn bind_port(port: u16) -> Result<TcpListener, BindError> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?)
}

/// A vendor host that is served: what a connection to it needs.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) desk: Desk,
    /// Other vendors behind the same host name, who answer what the first desk does not take.
    pub(crate) neighbours: Arc<[Desk]>,
    pub(crate) tls: Arc<ServerConfig>,
}

/// One vendor at a host: whose book answers, and what goes wrong on demand.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) host: Arc<Host>,
    pub(crate) book: Arc<dyn Book>,
}

/// A vendor host could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// No port.
    #[error("no free port on this machine")]
    Port(#[from] std::io::Error),
    /// No certificate.
    #[error(transparent)]
    Certificate(#[from] CaError),
    /// The TLS library refused the certificate.
    #[error("the host's certificate cannot be used")]
    Tls(#[from] rustls::Error),
}

fn server_config(spec: &HostSpec, ca: &Ca) -> Result<ServerConfig, BindError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if spec.asks_client_certificate {
        builder.with_client_cert_verifier(Arc::new(AskedClientCertificate(provider)))
    } else {
        builder.with_no_client_auth()
    };
    let issued = ca.server_certificate(spec.name)?;
    let chain = vec![issued.certificate.clone(), ca.der().clone()];
    let mut config = builder.with_single_cert(chain, issued.tls_key())?;
    config.alpn_protocols = spec.alpn.iter().map(|protocol| protocol.to_vec()).collect();
    Ok(config)
}

/// How connections of a port become visits.
#[derive(Clone)]
pub(crate) enum Door {
    /// TLS of one vendor host.
    Tls(Served),
    /// One vendor host without TLS.
    Plain(Served),
    /// TLS of every vendor host, told apart by the name the client asks for.
    ByName(Arc<HashMap<&'static str, Served>>),
}

/// Accepts until it is dropped. While the power is off the port is closed, and every connection of it is cut.
pub(crate) async fn run(listener: TcpListener, door: Door, mut power: watch::Receiver<bool>) {
    let Ok(address) = listener.local_addr() else { return };
    let mut listener = Some(listener);
    loop {
        if let Some(listener) = listener.take() {
            let off = power.wait_for(|is_on| !is_on);
            tokio::select! {
                () = accept(listener, &door) => return,
                gone = off => if gone.is_err() { return },
            }
        }
        if power.wait_for(|is_on| *is_on).await.is_err() {
            return;
        }
        match TcpListener::bind(address).await {
            Ok(bound) => listener = Some(bound),
            Err(error) => {
                tracing::warn!(%address, %error, "a port is not to be had again yet");
                tokio::time::sleep(BIND_AGAIN_AFTER).await;
            }
        }
    }
}

async fn accept(listener: TcpListener, door: &Door) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                // A failed accept concerns that connection alone, or a shortage of file handles that passes.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                connections.spawn(serve(stream, door.clone()));
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

async fn serve(stream: TcpStream, door: Door) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, enter(stream, door)).await {
        Ok(Ok((Served { desk, neighbours, .. }, stream))) => {
            desk.book.serve(Visit { host: desk.host, neighbours, stream }).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "handshake failed"),
        Err(_) => tracing::debug!("handshake timed out"),
    }
}

async fn enter(stream: TcpStream, door: Door) -> std::io::Result<(Served, Stream)> {
    match door {
        Door::Plain(served) => Ok((served, Stream::Plain(stream))),
        Door::Tls(served) => {
            let stream = TlsAcceptor::from(Arc::clone(&served.tls)).accept(stream).await?;
            Ok((served, Stream::Tls(Box::new(stream))))
        }
        Door::ByName(hosts) => {
            let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
            let name = hello.client_hello().server_name().map(str::to_owned).unwrap_or_default();
            let served = hosts.get(name.as_str()).cloned().ok_or_else(|| {
                std::io::Error::new(std::io::ErrorKind::NotFound, "no simulated vendor has this host name")
            })?;
            let stream = hello.into_stream(Arc::clone(&served.tls)).await?;
            Ok((served, Stream::Tls(Box::new(stream))))
        }
    }
}

/// A connection that is ready for HTTP.
pub(crate) struct Visit {
    pub(crate) host: Arc<Host>,
    /// Other vendors behind the same host name.
    pub(crate) neighbours: Arc<[Desk]>,
    pub(crate) stream: Stream,
}

/// The bytes of a connection.
pub(crate) enum Stream {
    Tls(Box<TlsStream<TcpStream>>),
    Plain(TcpStream),
}

impl Stream {
    /// The client's certificates, leaf first.
    pub(crate) fn client_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        match self {
            Self::Tls(stream) => stream.get_ref().1.peer_certificates(),
            Self::Plain(_) => None,
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

/// Asks for a client certificate and takes any whose key the client has: the vendor's own answer, and not a broken
/// handshake, says what is wrong with it.
#[derive(Debug)]
struct AskedClientCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AskedClientCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
