//! Posts receipts back to a sender. Only to this machine: a simulator must not be a way to reach others.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::CryptoProvider,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

/// A receiver that takes longer is given up on.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a receipt was not posted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CallbackError {
    /// Not an http or https URL.
    #[error("not an http or https URL")]
    Url,
    /// Not this machine.
    #[error("not a loopback address")]
    NotLoopback,
    /// No answer in time.
    #[error("no answer within {} s", ANSWER_TIMEOUT.as_secs())]
    Timeout,
    /// The connection or the request failed.
    #[error("{0}")]
    Failed(String),
}

/// Where a callback URL leads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Destination {
    address: SocketAddr,
    host: String,
    tls: bool,
    path: String,
}

/// Reads a callback URL; names other than `localhost` are not looked up.
fn parse(url: &str) -> Result<Destination, CallbackError> {
    let uri: Uri = url.parse().map_err(|_| CallbackError::Url)?;
    let tls = match uri.scheme_str() {
        Some("http") => false,
        Some("https") => true,
        _ => return Err(CallbackError::Url),
    };
    let host = uri.host().ok_or(CallbackError::Url)?;
    let address: IpAddr = match host.trim_start_matches('[').trim_end_matches(']') {
        "localhost" => Ipv4Addr::LOCALHOST.into(),
        literal => literal.parse().map_err(|_| CallbackError::NotLoopback)?,
    };
    if !address.is_loopback() {
        return Err(CallbackError::NotLoopback);
    }
    let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
    Ok(Destination {
        address: SocketAddr::new(address, port),
        host: uri.authority().map_or_else(|| host.to_owned(), ToString::to_string),
        tls,
        path: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
    })
}

/// Posts a body with these headers and tells the status of the answer.
pub(crate) async fn post(
    url: &str,
    headers: &[(&'static str, String)],
    body: String,
) -> Result<u16, CallbackError> {
    let destination = parse(url)?;
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&destination.path)
        .header(header::HOST, &destination.host);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(body))).map_err(failed)?;
    let sent = tokio::time::timeout(ANSWER_TIMEOUT, send(destination, request)).await;
    sent.map_err(|_| CallbackError::Timeout)?
}

async fn send(destination: Destination, request: Request<Full<Bytes>>) -> Result<u16, CallbackError> {
    let stream = TcpStream::connect(destination.address).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    if !destination.tls {
        return exchange(stream, request).await;
    }
    let name = ServerName::IpAddress(destination.address.ip().into());
    let stream = tls_connector().connect(name, stream).await.map_err(failed)?;
    exchange(stream, request).await
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, CallbackError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(failed);
        drop(sender);
        response.map(|response| response.status().as_u16())
    };
    let (status, _closed) = tokio::join!(answer, connection);
    status
}

fn failed(error: impl std::fmt::Display) -> CallbackError {
    CallbackError::Failed(error.to_string())
}

fn tls_connector() -> tokio_rustls::TlsConnector {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("the provider has ciphers for the default versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    Arc::new(config).into()
}

/// Takes any certificate: the other end is this machine, where development servers sign their own.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called_back() {
        for url in
            ["http://127.0.0.1:8080/a?b=c", "https://localhost/a", "http://[::1]:80/", "http://127.9.9.9/"]
        {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in
            ["http://10.0.0.1/", "http://example.com/", "https://127.0.0.1.example.com/", "http://0.0.0.0/"]
        {
            assert_eq!(parse(url), Err(CallbackError::NotLoopback), "{url}");
        }
        for url in ["ftp://127.0.0.1/", "/relative", "", "http://"] {
            assert_eq!(parse(url), Err(CallbackError::Url), "{url}");
        }
        assert_eq!(parse("https://localhost:8443/a?b=c").unwrap().path, "/a?b=c");
    }
}
