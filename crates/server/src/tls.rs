//! TLS on the front: certificate and key from two files, read again when they change.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{sync::watch, time};
use tokio_rustls::TlsAcceptor;

use crate::shared::went_down;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// What is spoken inside, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where the front's certificate and key are, both in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, then those between it and a root that clients know.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or holds no PEM of its kind.
    #[error("{file} does not read: {reason}")]
    File {
        /// Which.
        file: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The two do not belong together, or are of a kind that is not served.
    #[error("certificate and key cannot be used: {0}")]
    Pair(#[from] rustls::Error),
}

/// The front's certificate as it stands.
#[derive(Debug)]
pub(crate) struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    config: Arc<ServerConfig>,
    read_from: Stamp,
}

/// When the files were last written, and how long they were.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Tls {
    pub(crate) fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let read_from = stamp(&files);
        let config = Arc::new(read(&files)?);
        Ok(Self { files, current: RwLock::new(Current { config, read_from }) })
    }

    /// For connections from now on.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&current.config))
    }

    /// Reads the files again. Connections that stand keep what they have; where the files do not read, so do new ones.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let read_from = stamp(&self.files);
        let read = read(&self.files);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.read_from = read_from;
        current.config = Arc::new(read?);
        Ok(())
    }

    fn is_stale(&self) -> bool {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        current.read_from != stamp(&self.files)
    }
}

/// Reads the files again whenever they have changed, until the server goes down.
pub(crate) async fn watch_files(tls: Arc<Tls>, mut goes_down: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = time::sleep(LOOK_EVERY) => {}
            () = went_down(&mut goes_down) => return,
        }
        if tls.is_stale() {
            match tls.reload() {
                Ok(()) => tracing::info!("the front's certificate was read again"),
                Err(error) => tracing::error!(%error, "the front keeps the certificate that it has"),
            }
        }
    }
}

fn stamp(files: &TlsFiles) -> Stamp {
    [&files.certificate, &files.key].map(|file| {
        let metadata = fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    })
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let refused = |file: &PathBuf, reason: &dyn std::fmt::Display| TlsError::File {
        file: file.clone(),
        reason: reason.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(|error| refused(&files.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| refused(&files.key, &error))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    // A phone that comes back brings its ticket: no session is kept for those that are away.
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(config)
}
