//! `posthouse serve`: the server alone, from a configuration file.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Args;
use gateway::GatewayConfig;
use model::{AppId, Clock, Secret};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use server::{ServerConfig, SimulatorAddress, create_api_key};
use store::{Op, Scope, Store};

use crate::{
    clock::SystemClock,
    config::Config,
    logging,
    stack::{Stack, open_store},
};

/// What can be chosen; everything else stands in the configuration.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The configuration, in TOML. Without it the defaults hold, and `POSTHOUSE__…` in the environment over them.
    #[arg(long)]
    config: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let config = Config::read(options.config.as_deref())?;
    logging::start(&config.log);
    let store = open_store(&config.data, &config.seal_key_path())?;
    let first_key = first_key(&store).await?;
    let stack = Stack::start(store, gateway_config(&config)?, server_config(&config)).await?;
    let local = stack.server.local_addr();
    println!("posthouse serves on http://{local}");
    println!("console, opens once: {}", "console");
    if let Some(key) = first_key {
        println!("instance key, shown this once: {key}");
    }
    crate::asked_to_end().await;
    tracing::info!("ending");
    stack.stop().await;
    Ok(())
}

/// At the very first start, a key that may make Apps.
async fn first_key(store: &Arc<dyn Store>) -> Result<Option<String>> {
    if !store.apps().await?.is_empty() {
        return Ok(None);
    }
    let (key, record) = create_api_key(AppId(0), vec![Scope::Instance], "instance", SystemClock.now());
    store.commit(vec![Op::PutApiKey(record)]).await?;
    Ok(Some(key))
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
        ..GatewayConfig::default()
    })
}

fn server_config(config: &Config) -> ServerConfig {
    let mut server = ServerConfig::at(config.listen);
    server.public_url = Some(config.public_url.clone()).filter(|url| !url.is_empty());
    server.simulator = config
        .simulator
        .as_ref()
        .map(|address| SimulatorAddress { url: address.url.clone(), key: Secret::new(address.key.clone()) });
    server
}
