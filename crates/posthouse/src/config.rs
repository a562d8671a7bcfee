//! The configuration of `serve`: one TOML file, each value overridable by `POSTHOUSE__…` in the environment.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use gateway::{GatewayConfig, LaneTimes, Pacing, Reach, WebhookConfig};
use im::{BacklogLimits, ImConfig};
use model::Secret;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;
use server::{Limits, ServerConfig, SimulatorAddress, TlsFiles};

/// Everything that can be configured.
#[derive(Clone, PartialEq, Eq, Deserialize)]
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
    /// How many requests may be made.
    pub(crate) limits: LimitsConfig,
    /// How metrics are served.
    pub(crate) metrics: MetricsConfig,
    /// Where traces go.
    pub(crate) tracing: TracingConfig,
    /// How long requests and pushes on the wire have to end when the process is asked to, in seconds.
    pub(crate) drain_s: u32,
    /// How much may wait for vendors.
    pub(crate) backlog: BacklogConfig,
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
            limits: LimitsConfig::default(),
            metrics: MetricsConfig::default(),
            tracing: TracingConfig::default(),
            drain_s: 20,
            backlog: BacklogConfig::default(),
        }
    }
}

/// The front's certificate; both files are read again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// A PEM file: the certificate, then those between it and a root that clients know.
    pub(crate) certificate: PathBuf,
    /// A PEM file: its private key.
    pub(crate) key: PathBuf,
}

/// How many requests may be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsConfig {
    /// Requests a second with one API key; 0: any number.
    pub(crate) requests_per_second_per_key: u32,
    /// Requests a second from one address without a valid key, new client sockets among them; 0: any number.
    pub(crate) requests_per_second_per_address: u32,
    /// Addresses of the proxies before this server, whose `X-Forwarded-For` is believed.
    pub(crate) proxies: Vec<IpAddr>,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            requests_per_second_per_key: 10_000,
            requests_per_second_per_address: 1_000,
            proxies: Vec::new(),
        }
    }
}

/// How metrics are served.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MetricsConfig {
    /// What Prometheus sends as its bearer token to `/metrics`; without it only instance keys may read there.
    pub(crate) token: Option<String>,
    /// A port of its own for `/metrics`, such as `127.0.0.1:7081`; open to others than this machine only with a token.
    pub(crate) listen: Option<SocketAddr>,
}

/// Where traces go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TracingConfig {
    /// Where OpenTelemetry traces are sent, such as `http://127.0.0.1:4318`; in a build with the feature `otel`.
    pub(crate) otlp_endpoint: Option<String>,
    /// Of how many messages one is traced; 1: every one.
    pub(crate) one_in: Option<NonZeroU32>,
}

/// How the log is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
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
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SimulatorConfig {
    /// Base URL.
    pub(crate) url: String,
    /// Its key.
    pub(crate) key: String,
}

/// How vendors are reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhooksConfig {
    /// Webhooks may name addresses of the own network and of this machine, by plain http too. Only where every App's
    /// keys are the operator's own: whoever may add a webhook can then make this server call what stands behind the
    /// firewall.
    pub(crate) may_reach_inside: bool,
}

/// How much may wait for vendors, on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BacklogConfig {
    /// Pushes of one App; beyond it nothing is accepted from that App, which is told to come again.
    pub(crate) app: u32,
    /// Pushes through one certificate; beyond it calls that name it are refused and marketing is given up, beyond twice
    /// as much everything but calls is.
    pub(crate) lane: u32,
}

impl Default for BacklogConfig {
    fn default() -> Self {
        let BacklogLimits { app, lane } = BacklogLimits::default();
        Self { app, lane }
    }
}

/// How fast lanes send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
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

    /// How many requests may be made, as the front takes it.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            per_key: NonZeroU32::new(self.limits.requests_per_second_per_key),
            per_address: NonZeroU32::new(self.limits.requests_per_second_per_address),
            proxies: self.limits.proxies.clone(),
        }
    }

    /// How vendors and webhooks are reached; the files of further roots are read.
    pub(crate) fn reach(&self) -> Result<Reach> {
        let mut extra_roots = Vec::new();
        for path in &self.vendors.extra_roots {
            let read = CertificateDer::from_pem_file(path);
            extra_roots.push(read.with_context(|| format!("{} holds no certificate", path.display()))?);
        }
        Ok(Reach {
            connect_to: self.vendors.connect_to.clone(),
            extra_roots,
            may_reach_inside: self.webhooks.may_reach_inside,
        })
    }

    /// What the IM half is set to.
    pub(crate) fn im(&self) -> ImConfig {
        let BacklogConfig { app, lane } = self.backlog;
        ImConfig { backlog: BacklogLimits { app, lane }, ..ImConfig::default() }
    }

    /// What the gateway is set to.
    pub(crate) fn gateway(&self) -> Result<GatewayConfig> {
        let Reach { connect_to, extra_roots, may_reach_inside } = self.reach()?;
        Ok(GatewayConfig {
            connect_to,
            extra_roots,
            receipt_base_url: self.public_url(),
            pacing: self.vendors.pacing.into(),
            webhooks: WebhookConfig { may_reach_inside, ..WebhookConfig::default() },
            times: LaneTimes { drain: self.drain(), ..LaneTimes::default() },
            ..GatewayConfig::default()
        })
    }

    /// What the front is set to.
    pub(crate) fn server(&self) -> ServerConfig {
        let simulator = self.simulator.as_ref().map(|address| SimulatorAddress {
            url: address.url.clone(),
            key: Secret::new(address.key.clone()),
        });
        ServerConfig {
            public_url: self.public_url(),
            simulator,
            tls: self
                .tls
                .as_ref()
                .map(|tls| TlsFiles { certificate: tls.certificate.clone(), key: tls.key.clone() }),
            connections_max: self.connections_max,
            connections_per_ip_max: self.connections_per_ip_max,
            limits: self.limits(),
            metrics: server::MetricsConfig {
                token: self.metrics.token.clone().filter(|token| !token.is_empty()).map(Secret::new),
                listen: self.metrics.listen,
            },
            drain: self.drain(),
            ..ServerConfig::at(self.listen)
        }
    }

    /// How the outside reaches this server; `None`: it does not.
    pub(crate) fn public_url(&self) -> Option<String> {
        Some(self.public_url.clone()).filter(|url| !url.is_empty())
    }

    fn drain(&self) -> Duration {
        Duration::from_secs(u64::from(self.drain_s))
    }

    /// Where the sealing key is.
    pub(crate) fn seal_key_path(&self) -> PathBuf {
        self.seal_key_file.clone().unwrap_or_else(|| self.data.join("seal.key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_that_is_shipped_reads_and_changes_no_default_but_the_places() {
        let shipped = Config::read(Some(Path::new("../../packaging/posthouse.toml"))).unwrap();
        let usual = Config::default();
        let places = (shipped.data.clone(), shipped.seal_key_file.clone());
        assert!(places.0.is_absolute() && places.1.is_some_and(|key| !key.starts_with(&places.0)));
        let log = LogConfig { json: true, ..usual.log.clone() };
        let expected =
            Config { data: shipped.data.clone(), seal_key_file: shipped.seal_key_file.clone(), log, ..usual };
        assert!(shipped == expected);
    }
}
