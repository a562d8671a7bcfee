//! A server of its own with one App, whose users make their login tokens by themselves.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::json;
use simulator::Ca;

use super::crowd::{Entry, LoginOf, socket::HOST};
use crate::{
    api::Api,
    processes::{self, Process, TlsFiles},
};

/// A server that serves, and how to get in.
pub(super) struct Scene {
    pub(super) server: Process,
    pub(super) entry: Entry,
    /// As the App's backend; only without TLS.
    pub(super) backend: Api,
    /// The backend's key.
    pub(super) key: String,
    pub(super) executable: PathBuf,
    _folder: tempfile::TempDir,
}

#[derive(Deserialize)]
struct MadeApp {
    app: MadeAppView,
    key: String,
    login_secret: String,
}

#[derive(Deserialize)]
struct MadeAppView {
    id: u32,
}

impl Scene {
    /// Starts a server over a fresh folder and makes an App. With TLS, the server is started once more: the App is made
    /// without it.
    pub(super) async fn set(tls: bool) -> Result<Self> {
        let (executable, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
        let (mut server, mut ready) = processes::start_server_alone(&executable, folder.path(), None)?;
        let instance_key = ready.instance_key.context("the data folder is not fresh")?;
        let instance = Api::new(&ready.url, &instance_key);
        let made: MadeApp = instance.post("/v1/apps", &json!({ "name": "bench" })).await?;
        let mut root_pem = None;
        if tls {
            let issued = certificate(folder.path().to_owned())?;
            server.kill();
            (server, ready) = processes::start_server_alone(&executable, folder.path(), Some(issued.files))?;
            root_pem = Some(issued.root_pem);
        }
        let address = address_of(&ready.url)?;
        let login = LoginOf { app: made.app.id, secret: made.login_secret };
        let backend = Api::new(&ready.url, &made.key);
        let entry = Entry { server: address, root_pem, login: Some(login) };
        Ok(Self { server, entry, backend, key: made.key, executable, _folder: folder })
    }
}

/// The address in a base URL.
pub(super) fn address_of(url: &str) -> Result<SocketAddr> {
    let (_, address) = url.split_once("://").context("a URL")?;
    Ok(address.trim_end_matches('/').parse()?)
}

/// A server's certificate in files, and the root to trust.
pub(super) struct Issued {
    pub(super) files: TlsFiles,
    pub(super) root_pem: String,
}

/// Makes a certificate for this machine in a folder.
pub(super) fn certificate(folder: PathBuf) -> Result<Issued> {
    let ca = Ca::generate()?;
    let issued = ca.server_certificate(HOST)?;
    let files = TlsFiles { certificate: folder.join("front.pem"), key: folder.join("front-key.pem") };
    let chain = pem("CERTIFICATE", &issued.certificate) + ca.pem();
    std::fs::write(&files.certificate, chain)?;
    std::fs::write(&files.key, pem("PRIVATE KEY", issued.key.expose()))?;
    Ok(Issued { files, root_pem: ca.pem().to_owned() })
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
