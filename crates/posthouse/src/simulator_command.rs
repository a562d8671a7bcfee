//! `posthouse simulator`: the vendor simulators alone, for other people's senders and for load tests.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use clap::Args;
use model::Secret;
use simulator::{Simulator, XiaomiApp, XiaomiChannel};

use crate::{
    clock::SystemClock,
    processes::{SigningKey, SimulatorReady},
};

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Accept well-formed tokens that no phone registered; they lead nowhere. For load tests.
    #[arg(long)]
    accept_unknown_tokens: bool,
    /// Register this Xiaomi app: `package:AppID:AppSecret`.
    #[arg(long)]
    xiaomi_app: Vec<String>,
    /// Make an APNs signing key for this bundle id.
    #[arg(long)]
    apns_bundle: Vec<String>,
    /// Write the addresses and credentials to this file as JSON, readable by its owner only, and print nothing.
    #[arg(long)]
    write: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let mut config = simulator::Config::new(Arc::new(SystemClock));
    config.accept_unknown_tokens = options.accept_unknown_tokens;
    let simulator = Simulator::start(config).await?;
    for spec in &options.xiaomi_app {
        let mut parts = spec.splitn(3, ':');
        let mut part = || parts.next().context("--xiaomi-app wants package:AppID:AppSecret");
        let app = XiaomiApp::new(part()?, part()?, Secret::new(part()?.to_owned()));
        simulator.register_xiaomi_app(
            app.with_channel("130001", XiaomiChannel::Private { needs_template: false }),
        );
    }
    let mut apns_keys = Vec::new();
    for bundle in &options.apns_bundle {
        let key = simulator.sample_p8("SAMPLETEAM", &[bundle])?;
        apns_keys.push(SigningKey {
            bundle: bundle.clone(),
            team_id: key.team_id.clone(),
            key_id: key.key_id.clone(),
            p8: key.pem.expose().clone(),
        });
    }
    let ready = SimulatorReady {
        control_url: simulator.control_url(),
        control_key: simulator.control_key().expose().clone(),
        ca_pem: simulator.ca_pem().to_owned(),
        connect_to: simulator.hosts().into_iter().map(|(host, at)| (format!("{host}:443"), at)).collect(),
        apns_keys,
    };
    let text = serde_json::to_string_pretty(&ready)?;
    match &options.write {
        Some(path) => crate::address::write_private(path, &text)?,
        None => println!("{text}"),
    }
    crate::asked_to_end().await;
    simulator.shutdown().await;
    Ok(())
}
