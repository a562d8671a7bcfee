//! What a socket costs where nothing is done with it: an axum server with small buffers, to compare with.

use std::{io::BufRead, net::Ipv4Addr, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::ws::{WebSocket, WebSocketUpgrade},
    routing::any,
    serve::Listener,
};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::crowd::socket::Stream;
use crate::processes::TlsFiles;

/// Small buffers: the library's own are 128 KiB.
const READ_BUFFER_BYTES: usize = 4096;

/// What a bare server is to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Orders {
    /// With TLS from these files.
    pub(super) tls: Option<TlsFiles>,
}

/// Where it listens.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ready {
    pub(super) port: u16,
}

/// Serves until it is killed.
pub(super) async fn run() -> Result<()> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let orders: Orders = serde_json::from_str(&line).context("the orders do not read")?;
    let tls = orders.tls.as_ref().map(acceptor).transpose()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", serde_json::to_string(&Ready { port: listener.local_addr()?.port() })?);
    let router = Router::new().route("/v1/ws", any(upgrade));
    Ok(axum::serve(Doors { listener, tls }, router).await?)
}

fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(&files.certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(&files.key)?;
    Ok(TlsAcceptor::from(Arc::new(
        ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?,
    )))
}

async fn upgrade(upgrade: WebSocketUpgrade) -> axum::response::Response {
    upgrade.read_buffer_size(READ_BUFFER_BYTES).write_buffer_size(0).on_upgrade(echo)
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

struct Doors {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

impl Listener for Doors {
    type Io = Box<dyn SendStream>;
    type Addr = ();

    async fn accept(&mut self) -> (Self::Io, ()) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else { continue };
            if stream.set_nodelay(true).is_err() {
                continue;
            }
            match &self.tls {
                None => return (Box::new(stream), ()),
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        return (Box::new(stream), ());
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Bytes both ways, that may move between threads.
trait SendStream: AsyncRead + AsyncWrite + Stream + Send + 'static {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> SendStream for S {}
