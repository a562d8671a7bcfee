//! `posthouse serve`: the server alone, from a configuration file.

use std::{path::PathBuf, sync::Arc};

use anyhow::Result;
use clap::Args;
use model::{App, AppId, AppPolicy, Clock, Secret};
use server::create_api_key;
use store::{Op, Scope, Store};

use crate::{
    clock::{SteadyClock, SystemClock},
    config::Config,
    logging,
    processes::ServerReady,
    reload::Reloadable,
    signals::{Asked, Signals},
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
    let signals = Signals::new()?;
    let log = logging::start_with(&config.log, &config.tracing)?;
    let store = open_store(&config.data, &config.seal_key_path())?;
    let first_key = first_key(&store).await?;
    let clock = Arc::new(SteadyClock::new());
    if let Some(file) = options.clock_ahead_file {
        clock.follow(file);
    }
    let stack = Stack::start(
        store,
        Arc::<SteadyClock>::clone(&clock),
        config.im(),
        config.gateway()?,
        config.server(),
    )
    .await?;
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
    let running = Reloadable::new(options.config, config, log)?;
    serve_on(stack, running, signals).await;
    Ok(())
}

/// Serves until the process is asked to end, then drains. Asked a second time it ends at once: what was acknowledged is
/// on disk all the same.
async fn serve_on(stack: Stack, mut running: Reloadable, mut signals: Signals) {
    while signals.next().await == Asked::ToReload {
        running.reload(&stack);
    }
    tracing::info!("ending: no more is taken in, and what is in hand ends");
    let stopping = stack.stop();
    tokio::select! {
        () = stopping => tracing::info!("ended"),
        () = signals.asked_to_end() => tracing::warn!("ended at once, as asked"),
    }
    running.finish();
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

/// At the very first start, an App and a key of it with every scope. Keys belong to Apps, the one that may make Apps
/// too.
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
