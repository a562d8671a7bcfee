//! `posthouse bench footprint`: how soon a server serves, how little it holds when nothing happens, how large it is.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use clap::Args;
use http::Method;
use serde::Serialize;
use serde_json::Value;
use tokio::time::sleep;

use super::{
    gauge, ground,
    push::{percentile, rounded},
};
use crate::{
    api::Api,
    processes::{self, Process, SimulatorReady},
};

/// Starts whose median counts.
const STARTS: usize = 7;
/// How long the server has nothing to do before its memory is read.
const IDLE_FOR: Duration = Duration::from_secs(1);

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    /// From the start of the process until `/health` is answered, in milliseconds; the median of several starts.
    ready_ms: f64,
    /// Memory of the process after a second of idleness with nothing connected.
    idle_mib: f64,
    /// Size of the executable.
    binary_mib: f64,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let figures = measure().await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        println!("ready after         {} ms", figures.ready_ms);
        println!("idle memory         {} MiB", figures.idle_mib);
        println!("executable          {} MiB", figures.binary_mib);
    }
    Ok(())
}

async fn measure() -> Result<Figures> {
    let (executable, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
    eprintln!("preparing a data folder …");
    let (_simulator, simulator) =
        processes::start_simulator(&executable, ground::BUNDLE, ground::XIAOMI_APP)?;
    let (server, ready) = processes::start_server(&executable, folder.path(), &simulator)?;
    ground::prepare(&ready, &simulator).await?;
    drop(server);
    let mut started_after = Vec::with_capacity(STARTS);
    for number in 1..STARTS {
        eprintln!("start {number} of {STARTS} …");
        let (_server, after) = start(&executable, folder.path(), &simulator).await?;
        started_after.push(after);
    }
    eprintln!("start {STARTS} of {STARTS}, then a second of idleness …");
    let (server, after) = start(&executable, folder.path(), &simulator).await?;
    started_after.push(after);
    sleep(IDLE_FOR).await;
    let size = std::fs::metadata(&executable)?.len();
    Ok(Figures {
        ready_ms: rounded(percentile(started_after, 50)),
        idle_mib: rounded(gauge::resident_mib(server.id())?),
        binary_mib: rounded(size as f64 / (1024.0 * 1024.0)),
    })
}

/// Starts a server and tells after how many milliseconds its health was answered. Nothing stays connected.
async fn start(executable: &Path, folder: &Path, simulator: &SimulatorReady) -> Result<(Process, f64)> {
    let start = Instant::now();
    let (server, ready) = processes::start_server(executable, folder, simulator)?;
    let health = Api::new(&ready.url, "").call(Method::GET, "/health", &Value::Null).await?;
    let after = start.elapsed().as_secs_f64() * 1000.0;
    ensure!(health.status == 200, "the server's health is {}", health.status);
    Ok((server, after))
}
