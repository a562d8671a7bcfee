//! `posthouse simulator`: the vendor simulators alone, for other people's senders and for load tests.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf, sync::Arc};

use anyhow::{Context, Error, Result};
use clap::Args;
use model::{Secret, Vendor};
use simulator::{Running, Simulator, XiaomiApp, XiaomiChannel};

use crate::{
    clock::SystemClock,
    output,
    processes::{SigningKey, SimulatorReady},
    sample::PACKAGE,
};

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Register an app of this package with every vendor. May be given again.
    #[arg(long, default_value = PACKAGE)]
    app: Vec<String>,
    /// The port at which every vendor host can be had with TLS, told apart by name; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    tls_port: u16,
    /// Write the certificate authority's certificate to this file, to be trusted by senders.
    #[arg(long)]
    ca: Option<PathBuf>,
    /// Accept well-formed tokens that no phone registered; they lead nowhere. For load tests.
    #[arg(long)]
    accept_unknown_tokens: bool,
    /// Register this Xiaomi app: `package:AppID:AppSecret`.
    #[arg(long)]
    xiaomi_app: Vec<String>,
    /// Make an APNs signing key for this bundle id.
    #[arg(long)]
    apns_bundle: Vec<String>,
    /// Print addresses and credentials as one JSON object.
    #[arg(long)]
    json: bool,
    /// Write the addresses and credentials to this file as JSON, readable by its owner only, and print nothing.
    #[arg(long)]
    write: Option<PathBuf>,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let mut config = simulator::Config::new(Arc::new(SystemClock));
    config.accept_unknown_tokens = options.accept_unknown_tokens;
    config.tls_port = options.tls_port;
    let simulator = Simulator::start(config).await?;
    let mut credentials = BTreeMap::new();
    for vendor in Vendor::ALL {
        for package in &options.app {
            let credential = simulator.enrol(vendor, package, None).map_err(Error::msg)?;
            credentials.entry(vendor).or_insert_with(Vec::new).push(credential);
        }
    }
    let ready = SimulatorReady {
        control_url: simulator.control_url(),
        control_key: simulator.control_key().expose().clone(),
        ca_pem: simulator.ca_pem().to_owned(),
        tls_address: simulator.tls_address(),
        connect_to: simulator.hosts().into_iter().map(|(host, at)| (format!("{host}:443"), at)).collect(),
        apns_keys: register(&simulator, &options)?,
        credentials,
    };
    if let Some(path) = &options.ca {
        std::fs::write(path, &ready.ca_pem).with_context(|| path.display().to_string())?;
    }
    match &options.write {
        Some(path) => crate::address::write_private(path, &serde_json::to_string_pretty(&ready)?)?,
        None if options.json => println!("{}", serde_json::to_string_pretty(&ready)?),
        None => output::write(&for_people(&ready))?,
    }
    crate::asked_to_end().await;
    simulator.shutdown().await;
    Ok(())
}

/// Registers what was asked for by credential; gives the signing keys that were made.
fn register(simulator: &Running, options: &Options) -> Result<Vec<SigningKey>> {
    for spec in &options.xiaomi_app {
        let mut parts = spec.splitn(3, ':');
        let mut part = || parts.next().context("--xiaomi-app wants package:AppID:AppSecret");
        let app = XiaomiApp::new(part()?, part()?, Secret::new(part()?.to_owned()));
        simulator.register_xiaomi_app(
            app.with_channel("130001", XiaomiChannel::Private { needs_template: false }),
        );
    }
    let mut keys = Vec::new();
    for bundle in &options.apns_bundle {
        let key = simulator.sample_p8("SAMPLETEAM", &[bundle])?;
        keys.push(SigningKey {
            bundle: bundle.clone(),
            team_id: key.team_id.clone(),
            key_id: key.key_id.clone(),
            p8: key.pem.expose().clone(),
        });
    }
    Ok(keys)
}

fn for_people(ready: &SimulatorReady) -> String {
    let mut text = format!(
        "\n  The vendor simulators are running.\n\n  \
         page         {}/#{}\n  \
         every host   {}   (TLS, told apart by name)\n\n",
        ready.control_url, ready.control_key, ready.tls_address
    );
    // Writing to a string does not fail.
    for (host, address) in &ready.connect_to {
        let _ = writeln!(text, "  {host:<44} {address}");
    }
    for (vendor, apps) in &ready.credentials {
        for app in apps {
            let _ = writeln!(text, "\n  {vendor}");
            for (field, value) in app {
                let shown = if value.contains('\n') { "(a file: --json shows it)" } else { value };
                let _ = writeln!(text, "    {field:<18} {shown}");
            }
        }
    }
    text
}
