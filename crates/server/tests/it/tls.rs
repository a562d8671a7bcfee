//! TLS on the front.

use std::{net::SocketAddr, path::Path, sync::Arc};

use im::ImConfig;
use model::AppPolicy;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use server::TlsFiles;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::house::House;

/// A front's files, and the certificate in them.
struct Files {
    folder: TempDir,
    certificate: CertificateDer<'static>,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = write(folder.path());
        Self { folder, certificate }
    }

    /// Another certificate takes the place of the one that is there.
    fn renew(&mut self) {
        self.certificate = write(self.folder.path());
    }

    fn paths(&self) -> TlsFiles {
        let path = |name| self.folder.path().join(name);
        TlsFiles { certificate: path("front.pem"), key: path("key.pem") }
    }
}

fn write(folder: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("front.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    certificate.der().clone()
}

async fn house_with(files: &Files) -> House {
    let paths = files.paths();
    House::set_to(ImConfig::default(), AppPolicy::default(), |config| config.tls = Some(paths)).await
}

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

#[tokio::test]
async fn requests_and_sockets_go_through_tls() {
    let files = Files::new();
    let house = house_with(&files).await;
    let mut stream = connect(house.address, &files.certificate, b"http/1.1").await.unwrap();
    let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let stream = connect(house.address, &files.certificate, b"http/1.1").await.unwrap();
    tokio_tungstenite::client_async("ws://localhost/v1/ws", stream).await.unwrap();
}

#[tokio::test]
async fn http2_is_agreed_on_inside_tls() {
    let files = Files::new();
    let house = house_with(&files).await;
    let stream = connect(house.address, &files.certificate, b"h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
}

#[tokio::test]
async fn whoever_speaks_plainly_to_a_front_with_tls_is_not_answered() {
    let house = house_with(&Files::new()).await;
    let mut stream = TcpStream::connect(house.address).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!String::from_utf8_lossy(&answer).contains("200"));
}

#[tokio::test]
async fn a_renewed_certificate_is_served_to_the_next_and_a_broken_one_to_nobody() {
    let mut files = Files::new();
    let house = house_with(&files).await;
    let old = files.certificate.clone();
    files.renew();
    house.running().reload_tls().unwrap();
    assert!(connect(house.address, &old, b"h2").await.is_err());
    connect(house.address, &files.certificate, b"h2").await.unwrap();
    std::fs::write(files.paths().key, "no key").unwrap();
    house.running().reload_tls().unwrap_err();
    connect(house.address, &files.certificate, b"h2").await.unwrap();
}

#[tokio::test]
async fn a_front_whose_files_do_not_read_does_not_start() {
    let files = Files::new();
    std::fs::remove_file(files.paths().key).unwrap();
    let refused = tokio::spawn(async move { house_with(&files).await });
    assert!(refused.await.is_err());
}
