//! One client socket: plain or with TLS, without Nagle's delay.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::{Context, Result};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpSocket,
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{WebSocketStream, client_async_with_config, tungstenite::protocol::WebSocketConfig};

use super::Entry;

/// The name that a benched server's certificate is for.
pub(in crate::bench) const HOST: &str = "localhost";

/// Bytes both ways.
pub(in crate::bench) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// A socket that stands.
pub(in crate::bench) type Socket = WebSocketStream<Box<dyn Stream>>;

/// Opens sockets to one server.
pub(in crate::bench) struct Door {
    entry: Entry,
    source: Ipv4Addr,
    tls: Option<TlsConnector>,
}

impl Door {
    pub(in crate::bench) fn new(entry: Entry, source: Ipv4Addr) -> Result<Self> {
        let tls = match &entry.root_pem {
            Some(pem) => Some(TlsConnector::from(Arc::new(trusting(pem)?))),
            None => None,
        };
        Ok(Self { entry, source, tls })
    }

    pub(in crate::bench) async fn open(&self) -> Result<Socket> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((self.source, 0).into())?;
        let stream = socket.connect(self.entry.server).await.context("the server does not listen")?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            Some(tls) => Box::new(tls.connect(ServerName::try_from(HOST)?, stream).await?),
            None => Box::new(stream),
        };
        let config = WebSocketConfig::default().read_buffer_size(16 * 1024).write_buffer_size(0);
        let url = format!("ws://{HOST}/v1/ws");
        Ok(client_async_with_config(url, stream, Some(config)).await?.0)
    }
}

fn trusting(pem: &str) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        roots.add(certificate?)?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
