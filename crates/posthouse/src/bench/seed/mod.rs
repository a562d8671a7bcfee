//! `posthouse bench seed`: a data folder that has been in use for a month, and how soon the console shows it.
//!
//! Everything goes through the store's own ops, as a server would have committed it over the month, so that whatever is
//! counted, indexed or bounded there holds for what is made here.

mod dice;
mod pages;
mod people;
mod traffic;

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use model::Clock;
use serde::Serialize;
use store::{Op, Store};

use self::{pages::PageFigures, traffic::Traffic};
use super::{brands, populace::APP, push::rounded};
use crate::{
    api::Api,
    clock::SystemClock,
    processes::{self, ServerPlan, SimulatorReady},
    sample::PACKAGE,
    stack,
};

/// The App keeps what is made here, and a little longer.
const RETENTION_DAYS: u16 = 40;

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder to fill; it must be fresh. Without it a temporary one, which goes at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Users, each with a phone.
    #[arg(long, default_value_t = 20_000, value_parser = value_parser!(u64).range(2..=5_000_000))]
    users: u64,
    /// Deliveries, over the last 30 days.
    #[arg(long, default_value_t = 20_000, value_parser = value_parser!(u64).range(1..=10_000_000))]
    deliveries: u64,
    /// Then start a server on it and time each of the console's pages.
    #[arg(long)]
    pages: bool,
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    users: u64,
    messages: u64,
    deliveries: u64,
    receipts: u64,
    /// How long it took, in seconds.
    took_s: f64,
    /// Size of the database and its log, in MiB.
    database_mib: f64,
    /// The key of the folder's App, with every scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Times of the console's pages; empty where they were not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pages: Vec<PageFigures>,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let executable = std::env::current_exe()?;
    let temporary = tempfile::tempdir()?;
    let folder = options.data.clone().unwrap_or_else(|| temporary.path().join("data"));
    let registered = format!("{PACKAGE}:2882303761517000001:only-for-the-simulator");
    let (_simulator, simulator) = processes::start_simulator(&executable, PACKAGE, &registered)?;
    std::fs::create_dir_all(&folder)?;
    // What is only for this run stands beside the folder that stays.
    let plan = ServerPlan { data: folder.canonicalize()?, ..ServerPlan::new(temporary.path(), &simulator) };
    let (key, certificates) = prepare(&executable, &plan, &simulator).await?;
    let began = Instant::now();
    let store = stack::open_store(&folder, &folder.join("seal.key"))?;
    let made = fill(&store, &options, &certificates).await?;
    let space = store.space();
    drop(store);
    let mut figures = Figures {
        users: options.users,
        messages: made.messages,
        deliveries: made.deliveries,
        receipts: made.receipts,
        took_s: rounded(began.elapsed().as_secs_f64()),
        database_mib: rounded(space.database_bytes as f64 / (1024.0 * 1024.0)),
        key: options.data.is_some().then(|| key.clone()),
        pages: Vec::new(),
    };
    if options.pages {
        let (_server, ready) = plan.start(&executable, Some(&simulator))?;
        figures.pages = pages::measure(&ready.url, &key, options.users).await?;
    }
    tell(&figures, options.json)
}

/// Makes the App, its key and a certificate for each vendor, as an operator would.
async fn prepare(
    executable: &Path,
    plan: &ServerPlan,
    simulator: &SimulatorReady,
) -> Result<(String, people::Certificates)> {
    let (server, ready) = plan.start(executable, Some(simulator))?;
    let key = ready.instance_key.context("the folder is in use already: it must be fresh")?;
    let made = brands::certificates(&Api::new(&ready.url, &key), simulator).await?;
    drop(server);
    Ok((key, made))
}

async fn fill(
    store: &Arc<dyn Store>,
    options: &Options,
    certificates: &people::Certificates,
) -> Result<traffic::Made> {
    let now = SystemClock.now();
    let mut app = store.app(APP).await?.context("the App is there")?;
    app.policy.retention_days = RETENTION_DAYS;
    store.commit(vec![Op::PutApp(app)]).await?;
    let started = now.plus_ms(-traffic::SPAN_MS);
    let mut users = Progress::of("users", options.users);
    people::settle(&**store, options.users, certificates, started, |done| users.is_at(done)).await?;
    let mut deliveries = Progress::of("deliveries", options.deliveries);
    let traffic = Traffic::new(&**store, options.users, certificates, now);
    let made = traffic.run(options.deliveries, |done| deliveries.is_at(done)).await?;
    ensure!(made.deliveries >= options.deliveries, "only {} deliveries could be made", made.deliveries);
    Ok(made)
}

/// Says on standard error how far it is, where somebody looks.
struct Progress {
    what: &'static str,
    all: u64,
    told: u64,
}

impl Progress {
    fn of(what: &'static str, all: u64) -> Self {
        eprintln!("making {all} {what} …");
        Self { what, all, told: 0 }
    }

    fn is_at(&mut self, done: u64) {
        let percent = done * 100 / self.all.max(1);
        if percent >= self.told + 5 && io::stderr().is_terminal() {
            self.told = percent;
            eprintln!("  {percent} % of the {}", self.what);
        }
    }
}

fn tell(figures: &Figures, as_json: bool) -> Result<()> {
    if as_json {
        println!("{}", serde_json::to_string(figures)?);
        return Ok(());
    }
    println!("users               {}", figures.users);
    println!("messages            {}", figures.messages);
    println!("deliveries          {}", figures.deliveries);
    println!("receipts            {}", figures.receipts);
    println!("made in             {} s", figures.took_s);
    println!("database            {} MiB", figures.database_mib);
    if let Some(key) = &figures.key {
        println!("key of the App      {key}");
    }
    if !figures.pages.is_empty() {
        println!("{:<44} {:>9} {:>9} {:>9}", "page", "p50 ms", "p99 ms", "KiB");
    }
    for page in &figures.pages {
        println!("{:<44} {:>9} {:>9} {:>9}", page.path, page.p50_ms, page.p99_ms, page.kib);
    }
    Ok(())
}
