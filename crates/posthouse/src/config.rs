//! The configuration of `serve`: one TOML file, each value overridable by `POSTHOUSE__…` in the environment.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use gateway::Pacing;
use serde::Deserialize;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The folder that holds everything.
    pub(crate) data: PathBuf,
    /// Where HTTP and WebSocket are served.
    pub(crate) listen: SocketAddr,
    /// Connections held at once, clients and requests together.
    pub(crate) connections_max: usize,
    /// Connections of one address at once. Many phones share the address of their network, and all that come through a
    /// proxy share the proxy's; those from this machine are not counted.
    pub(crate) connections_per_ip_max: usize,
    /// The front's certificate. Without it the front speaks plain HTTP, for a proxy that has one.
    pub(crate) tls: Option<TlsConfig>,
    /// How the outside reaches us; vendors call receipts back here. Empty: no receipts are asked for.
    pub(crate) public_url: String,
    /// The key that seals secrets, 32 bytes; made at the first start. Keep it apart from backups of `data`.
    pub(crate) seal_key_file: Option<PathBuf>,
    /// How the log is written.
    pub(crate) log: LogConfig,
    /// The simulator's control API, for the console's Device Lab.
    pub(crate) simulator: Option<SimulatorConfig>,
    /// How vendors are reached.
    pub(crate) vendors: VendorsConfig,
    /// How Apps' backends are told.
    pub(crate) webhooks: WebhooksConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("posthouse-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 7080)),
            connections_max: 100_000,
            connections_per_ip_max: 10_000,
            tls: None,
            public_url: String::new(),
            seal_key_file: None,
            log: LogConfig::default(),
            simulator: None,
            vendors: VendorsConfig::default(),
            webhooks: WebhooksConfig::default(),
        }
    }
}

/// The front's certificate; both files are read again when they change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// A PEM file: the certificate, then those between it and a root that clients know.
    pub(crate) certificate: PathBuf,
    /// A PEM file: its private key.
    pub(crate) key: PathBuf,
}

/// How the log is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LogConfig {
    /// A filter such as `info` or `info,gateway=debug`.
    pub(crate) level: String,
    /// One JSON object a line instead of text.
    pub(crate) json: bool,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".to_owned(), json: false }
    }
}

/// The simulator's control API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulatorConfig {
    /// Base URL.
    pub(crate) url: String,
    /// Its key.
    pub(crate) key: String,
}

/// How vendors are reached.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct VendorsConfig {
    /// `host:port` of a vendor to the `host:port`, by address or by name, that is dialled instead: for a simulator or a
    /// forward proxy.
    pub(crate) connect_to: HashMap<String, String>,
    /// PEM files of further root certificates.
    pub(crate) extra_roots: Vec<PathBuf>,
    /// How fast each certificate's lane sends: `as-book` or `unlimited`.
    pub(crate) pacing: PacingConfig,
}

/// How Apps' backends are told.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhooksConfig {
    /// Webhooks may name addresses of the own network and of this machine, by plain http too. Only where every App's keys
    /// are the operator's own: whoever may add a webhook can then make this server call what stands behind the firewall.
    pub(crate) may_reach_inside: bool,
}

/// How fast lanes send.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PacingConfig {
    /// As each vendor's book allows a small app.
    #[default]
    AsBook,
    /// As fast as it goes: for a simulator, or where the vendor has granted a higher rate.
    Unlimited,
}

impl From<PacingConfig> for Pacing {
    fn from(config: PacingConfig) -> Self {
        match config {
            PacingConfig::AsBook => Self::AsBook,
            PacingConfig::Unlimited => Self::Unlimited,
        }
    }
}

impl Config {
    /// Reads the file, where one is given, and the environment over it.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self> {
        let mut builder = config::Config::builder();
        if let Some(path) = file {
            builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml));
        }
        builder
            .add_source(config::Environment::with_prefix("POSTHOUSE").prefix_separator("__").separator("__"))
            .build()
            .and_then(config::Config::try_deserialize)
            .context("the configuration does not read")
    }

    /// Where the sealing key is.
    pub(crate) fn seal_key_path(&self) -> PathBuf {
        self.seal_key_file.clone().unwrap_or_else(|| self.data.join("seal.key"))
    }
}
