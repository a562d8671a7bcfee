//! `posthouse selftest`: starts everything on free ports in a temporary folder, walks two phones through every state
//! one can be in and every vendor through what a push must survive there, and prints a line per check.

mod ground;
mod paperwork;
mod road;
mod seeds;
mod trio;
mod vendors;
mod walk;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use anyhow::{Result, bail};
use clap::Args;
use futures_util::{StreamExt, stream::FuturesUnordered};
use model::{Clock, Vendor};
use serde::Serialize;

use crate::{
    clock::MovedClock,
    config::LogConfig,
    dev::Dev,
    logging,
    sample::{PHONES, SamplePhone},
};

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Walk the five documents that Posthouse answers to, instead of the vendors.
    #[arg(long)]
    seeds: bool,
    /// The results as one JSON object.
    #[arg(long)]
    json: bool,
    /// What to log, such as `info` or `debug`.
    #[arg(long, default_value = "error")]
    log: String,
}

/// The vendors whose phones are walked through every state a phone can be in: nothing of that depends on the vendor.
const WALKED_ALL_STATES: [Vendor; 2] = [Vendor::Xiaomi, Vendor::Apns];

/// Longer than any vendor wants an access token to be kept once it is made.
const ACCESS_AGES_MS: i64 = 65 * 60_000;

/// One line of the table.
#[derive(Debug, Serialize)]
struct Line {
    on: String,
    check: &'static str,
    passed: bool,
    detail: String,
    took_ms: u128,
}

/// What checks write into.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
    quiet: bool,
}

impl Report {
    /// One whose lines are printed by whom it is handed to.
    fn quiet() -> Self {
        Self { quiet: true, ..Self::default() }
    }

    /// Runs one check and keeps its line. A check that fails does not stop the others.
    pub(crate) async fn check(
        &mut self,
        on: &str,
        check: &'static str,
        run: impl Future<Output = Result<String>>,
    ) -> bool {
        let started = Instant::now();
        let outcome = run.await;
        let (passed, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(error) => (false, format!("{error:#}")),
        };
        let line = Line { on: on.to_owned(), check, passed, detail, took_ms: started.elapsed().as_millis() };
        if !self.quiet {
            println!("{}", line.render());
        }
        self.lines.push(line);
        passed
    }
}

impl Report {
    /// Says how it went.
    ///
    /// # Errors
    /// Where a check failed.
    fn conclude(&self, json: bool, started: Instant) -> Result<()> {
        let failed = self.lines.iter().filter(|line| !line.passed).count();
        if json {
            println!("{}", serde_json::to_string_pretty(&self.lines)?);
        } else {
            println!("{} checks, {failed} failed, {} s", self.lines.len(), started.elapsed().as_secs());
        }
        if failed > 0 {
            bail!("{failed} of {} checks failed", self.lines.len());
        }
        Ok(())
    }

    /// Takes over another report's lines.
    fn take(&mut self, part: Self) {
        if !self.quiet {
            part.lines.iter().for_each(|line| println!("{}", line.render()));
        }
        self.lines.extend(part.lines);
    }
}

impl Line {
    fn render(&self) -> String {
        let mark = if self.passed { "✓" } else { "✗" };
        format!("{mark} {:<10} {:<34} {:>6} ms  {}", self.on, self.check, self.took_ms, self.detail)
    }
}

/// Walks every vendor. Each has phones, lane and hosts of its own, so they are walked at once; a vendor's lines come
/// together.
async fn each_vendor<'a, F>(report: &mut Report, dev: &'a Dev, walk: impl Fn(&'a Dev, &'a SamplePhone) -> F)
where
    F: Future<Output = Report>,
{
    let mut walks: FuturesUnordered<F> = PHONES.iter().map(|phone| walk(dev, phone)).collect();
    while let Some(part) = walks.next().await {
        report.take(part);
    }
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    logging::start(&LogConfig { level: options.log, json: false });
    let mut report = Report { quiet: options.json, ..Report::default() };
    let started = Instant::now();
    let clock = Arc::new(MovedClock::default());
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let dev =
        Dev::start(folder.path(), listen, PHONES.iter().collect(), Arc::clone(&clock) as Arc<dyn Clock>)
            .await?;
    let ready_ms = started.elapsed().as_millis();
    report.check("dev", "every phone is ready", async { Ok(format!("{ready_ms} ms from nothing")) }).await;
    if options.seeds {
        seeds::walk(&mut report, &dev).await;
        dev.stop().await;
        return report.conclude(options.json, started);
    }
    for phone in PHONES.iter().filter(|phone| WALKED_ALL_STATES.contains(&phone.vendor)) {
        road::walk(&mut report, &dev, phone).await;
        paperwork::walk(&mut report, &dev, phone).await;
    }
    ground::walk(&mut report, &dev, folder.path()).await;
    dev.let_many_log_in().await?;
    each_vendor(&mut report, &dev, vendors::walk).await;
    clock.advance_ms(ACCESS_AGES_MS);
    each_vendor(&mut report, &dev, vendors::walk_refusals).await;
    dev.stop().await;
    report.conclude(options.json, started)
}
