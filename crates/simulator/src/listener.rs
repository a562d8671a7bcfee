//! One listener for each vendor host: TCP on a free loopback port, TLS with the host's real name.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    ca::{Ca, CaError},
    shared::{Host, HostSpec},
    vendor::Book,
};

/// Most connections one host holds at a time.
const CONNECTIONS_MAX: usize = 20_000;
/// A handshake that takes longer is dropped.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// A port that is taken, not yet served.
pub(crate) struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) tls: TlsAcceptor,
}

/// Takes a free port of this machine for a vendor host.
///
/// # Errors
/// [`BindError`] where there is no port or no certificate.
pub(crate) async fn bind(spec: &HostSpec, ca: &Ca) -> Result<Bound, BindError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(Bound { listener, tls: Arc::new(server_config(spec, ca)?).into() })
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

/// Accepts until it is dropped.
pub(crate) async fn run(bound: Bound, host: Arc<Host>, book: Arc<dyn Book>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = bound.listener.accept(), if connections.len() < CONNECTIONS_MAX => {
                // A failed accept concerns that connection alone, or a shortage of file handles that passes.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                connections.spawn(serve(stream, bound.tls.clone(), Arc::clone(&host), Arc::clone(&book)));
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, host: Arc<Host>, book: Arc<dyn Book>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await {
        Ok(Ok(stream)) => book.serve(Visit { host, stream }).await,
        Ok(Err(error)) => tracing::debug!(host = host.name, %error, "handshake failed"),
        Err(_) => tracing::debug!(host = host.name, "handshake timed out"),
    }
}

/// A connection that has shaken hands.
pub(crate) struct Visit {
    pub(crate) host: Arc<Host>,
    pub(crate) stream: TlsStream<TcpStream>,
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
