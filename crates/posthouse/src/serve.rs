//! `posthouse serve`: the server alone, from a configuration file.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Args;
use gateway::{GatewayConfig, WebhookConfig};
use im::{BacklogLimits, ImConfig};
use model::{App, AppId, AppPolicy, Clock, Secret};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use server::{ServerConfig, SimulatorAddress, TlsFiles, create_api_key};
use store::{Op, Scope, Store};

use crate::{
    clock::{SteadyClock, SystemClock},
    config::{Config, TlsConfig},
    logging,
    processes::ServerReady,
    stack::{Stack, open_store, random_secret},
};

/// What can be chosen; everything else stands in the configuration.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The configuration, in TOML. Without it the defaults hold, and `POSTHOUSE__…` in the environment over them.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print the address, and at the very first start the instance key, as one JSON object once it serves.
    #[arg(long)]
    json: bool,
    /// A file that says by how many milliseconds the clock is ahead: for `bench fault`.
    #[arg(long, hide = true)]
    clock_ahead_file: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let config = Config::read(options.config.as_deref())?;
    logging::start(&config.log);
    let store = open_store(&config.data, &config.seal_key_path())?;
    let first_key = first_key(&store).await?;
    let clock = Arc::new(SteadyClock::new());
    if let Some(file) = options.clock_ahead_file {
        clock.follow(file);
    }
    let (gateway, server) = (gateway_config(&config)?, server_config(&config));
    let stack =
        Stack::start(store, Arc::<SteadyClock>::clone(&clock), im_config(&config), gateway, server).await?;
    let has_operators = !stack.store.operators().await?.is_empty();
    let first_run = (!has_operators).then(|| stack.server.first_run_link(clock.now()));
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{}", stack.server.local_addr());
    let ready = ServerReady { url, instance_key: first_key, first_run };
    if options.json {
        println!("{}", serde_json::to_string(&ready)?);
    } else {
        tell(&ready, &stack.server.console_url());
    }
    crate::asked_to_end().await;
    tracing::info!("ending");
    stack.stop().await;
    Ok(())
}

fn tell(ready: &ServerReady, console: &str) {
    println!("posthouse serves on {}", ready.url);
    match &ready.first_run {
        Some(link) => println!("console, make its owner by this link within a day: {link}"),
        None => println!("console: {console}"),
    }
    if let Some(key) = &ready.instance_key {
        println!("instance key, shown this once: {key}");
    }
}

/// At the very first start, an App and a key of it with every scope. Keys belong to Apps, the one that may make Apps too.
async fn first_key(store: &Arc<dyn Store>) -> Result<Option<String>> {
    if !store.apps().await?.is_empty() {
        return Ok(None);
    }
    let now = SystemClock.now();
    let app = App {
        id: AppId(1),
        name: "first App".to_owned(),
        login_secret: Secret::new(random_secret()),
        policy: AppPolicy::default(),
        created_at: now,
    };
    let scopes = vec![Scope::Instance, Scope::Send, Scope::Read, Scope::Manage];
    let (key, record) = create_api_key(app.id, scopes, "instance", now);
    store.commit(vec![Op::PutApp(app), Op::PutApiKey(record)]).await?;
    Ok(Some(key))
}

fn im_config(config: &Config) -> ImConfig {
    let backlog = BacklogLimits { app: config.backlog.app, lane: config.backlog.lane };
    ImConfig { backlog, ..ImConfig::default() }
}

fn gateway_config(config: &Config) -> Result<GatewayConfig> {
    let mut extra_roots = Vec::new();
    for path in &config.vendors.extra_roots {
        let read = CertificateDer::from_pem_file(path);
        extra_roots.push(read.with_context(|| format!("{} holds no certificate", path.display()))?);
    }
    Ok(GatewayConfig {
        connect_to: config.vendors.connect_to.clone(),
        extra_roots,
        receipt_base_url: Some(config.public_url.clone()).filter(|url| !url.is_empty()),
        pacing: config.vendors.pacing.into(),
        webhooks: WebhookConfig {
            may_reach_inside: config.webhooks.may_reach_inside,
            ..WebhookConfig::default()
        },
        ..GatewayConfig::default()
    })
}

fn server_config(config: &Config) -> ServerConfig {
    let mut server = ServerConfig::at(config.listen);
    server.public_url = Some(config.public_url.clone()).filter(|url| !url.is_empty());
    server.connections_max = config.connections_max;
    server.connections_per_ip_max = config.connections_per_ip_max;
    let files = |tls: &TlsConfig| TlsFiles { certificate: tls.certificate.clone(), key: tls.key.clone() };
    server.tls = config.tls.as_ref().map(files);
    server.simulator = config
        .simulator
        .as_ref()
        .map(|address| SimulatorAddress { url: address.url.clone(), key: Secret::new(address.key.clone()) });
    server
}
