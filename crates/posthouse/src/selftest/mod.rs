//! `posthouse selftest`: starts everything on free ports in a temporary folder, walks the roads of both vendors
//! through every state a phone can be in, and prints a line per check.

mod ground;
mod paperwork;
mod road;
mod walk;

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Instant,
};

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;

use crate::{config::LogConfig, dev::Dev, logging, sample::PHONES};

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The results as one JSON object.
    #[arg(long)]
    json: bool,
    /// What to log, such as `info` or `debug`.
    #[arg(long, default_value = "error")]
    log: String,
}

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

impl Line {
    fn render(&self) -> String {
        let mark = if self.passed { "✓" } else { "✗" };
        format!("{mark} {:<10} {:<34} {:>6} ms  {}", self.on, self.check, self.took_ms, self.detail)
    }
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    logging::start(&LogConfig { level: options.log, json: false });
    let mut report = Report { quiet: options.json, ..Report::default() };
    let started = Instant::now();
    let dev = Dev::start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let ready_ms = started.elapsed().as_millis();
    report.check("dev", "both phones are ready", async { Ok(format!("{ready_ms} ms from nothing")) }).await;
    for phone in PHONES {
        road::walk(&mut report, &dev, phone).await;
        paperwork::walk(&mut report, &dev, phone).await;
    }
    ground::walk(&mut report, &dev, folder.path()).await;
    dev.stop().await;
    let failed = report.lines.iter().filter(|line| !line.passed).count();
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report.lines)?);
    } else {
        println!("{} checks, {failed} failed, {} s", report.lines.len(), started.elapsed().as_secs());
    }
    if failed > 0 {
        bail!("{failed} of {} checks failed", report.lines.len());
    }
    Ok(())
}
