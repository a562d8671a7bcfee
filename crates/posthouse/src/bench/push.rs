//! `posthouse bench push`: from a REST request to the vendor's stored answer.
//!
//! Server, simulator and load generator are three processes. Three runs follow one another: one push at a time, as many
//! pushes as go, and pushes at half that rate, which alone tells latencies that mean something: at the full rate a push
//! mostly waits behind others.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;
use model::{Timestamp, Vendor};
use serde::Serialize;
use uuid::Uuid;

use super::{
    brands, collected, gauge,
    generator::{self, Aim, Rhythm, Salvo, Sent, To},
    ground,
    h2load::{self, Outcome},
    one_by_one,
};
use crate::{
    api::Api,
    processes::{self, Process, SimulatorReady},
};

/// Pushes before anything is measured: connections open, caches fill.
const WARM_UP: u64 = 2_000;
/// Pushes of the run that sends one at a time.
const ONE_BY_ONE: u64 = 300;
/// Requests that wait for the server's answer at once, in the run at full rate.
const AT_ONCE: usize = 512;
/// Whose requests h2load can make: HTTP/2, one a push.
const BESIDE_H2LOAD: Vendor = Vendor::Apns;
/// How long the run at half rate lasts at most.
const PACED_FOR_S: f64 = 5.0;

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Pushes of the run at full rate.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(100..=900_000))]
    count: u64,
    /// Through whose push service.
    #[arg(long, default_value_t = Vendor::Apns)]
    vendor: Vendor,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    /// Pushes of the run at full rate.
    pushes: usize,
    /// Accepted pushes, of all runs, that the vendor never took.
    lost: usize,
    /// How often a push had to be repeated because its lane was full.
    refused: u64,
    pushes_per_s: f64,
    /// CPU time of the server process for each push.
    cpu_us_per_push: f64,
    simulator_cpu_us: f64,
    generator_cpu_us: f64,
    /// The rate at which the four latencies below were measured.
    paced_per_s: f64,
    accept_p50_ms: f64,
    accept_p99_ms: f64,
    /// From the request until the vendor's answer, in whole milliseconds: the server stores no finer time.
    to_vendor_p50_ms: f64,
    to_vendor_p99_ms: f64,
    /// Median, from the request until the vendor's answer is stored and told in the App's events.
    one_at_a_time_ms: f64,
    /// The most memory that the server process ever held.
    peak_mib: f64,
    /// `null`: see `h2load_reason`.
    h2load_per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    h2load_reason: Option<String>,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let bench = Bench::start(options.vendor).await?;
    let figures = bench.measure(&options).await?.figures();
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        figures.print();
    }
    Ok(())
}

/// The three processes, this one being the third.
struct Bench {
    simulator: Process,
    simulator_ready: SimulatorReady,
    server: Process,
    api: Api,
    aim: Aim,
    certificate: u32,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn start(vendor: Vendor) -> Result<Self> {
        eprintln!("starting simulator and server …");
        let (executable, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
        let (simulator, simulator_ready) =
            processes::start_simulator(&executable, ground::BUNDLE, ground::XIAOMI_APP)?;
        let (server, server_ready) = processes::start_server(&executable, folder.path(), &simulator_ready)?;
        let address: SocketAddr = server_ready.url.trim_start_matches("http://").parse()?;
        let api_key = server_ready.instance_key.clone().context("the data folder is not fresh")?;
        let api = Api::new(&server_ready.url, &api_key);
        let certificate = if vendor == BESIDE_H2LOAD {
            ground::prepare(&server_ready, &simulator_ready).await?
        } else {
            brands::certificate(&api, &simulator_ready, vendor).await?
        };
        let aim = Aim {
            server: address,
            api_key: api_key.clone(),
            to: To::Token(certificate, vendor),
            title: "a new message",
            text: "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always",
            ext: r#"{"conversation":"p:ann:bo","kind":"text","thread":"7f3a"}"#,
        };
        Ok(Self { simulator, simulator_ready, server, api, aim, certificate, folder })
    }

    async fn measure(&self, options: &Options) -> Result<Runs> {
        eprintln!("warming up: {WARM_UP} pushes …");
        let warm_up = self.fire(0, WARM_UP, Rhythm::AtOnce(AT_ONCE)).await?;
        eprintln!("one at a time: {ONE_BY_ONE} pushes …");
        let alone = self.one_by_one(WARM_UP).await?;
        eprintln!("full rate: {} pushes …", options.count);
        let first = WARM_UP + ONE_BY_ONE;
        let full = self.at_full_rate(first, options.count).await?;
        let rate = full.per_s() / 2.0;
        let count = ((rate * PACED_FOR_S) as u64).max(1);
        eprintln!("half of that rate, {rate:.0} a second: {count} pushes …");
        let paced = self.fire(first + options.count, count, Rhythm::PerSecond(rate)).await?.0;
        let peak_mib = gauge::peak_mib(self.server.id())?;
        eprintln!("h2load …");
        let beside = if options.vendor == BESIDE_H2LOAD {
            h2load::run(&self.simulator_ready, &self.aim, options.count, self.folder.path()).await?
        } else {
            Outcome::None(format!("h2load is run beside {BESIDE_H2LOAD} only"))
        };
        eprintln!("reading what became of every push …");
        let taken = collected::taken_at(&self.api).await?;
        Ok(Runs { warm_up: warm_up.0, alone, full, paced, rate, peak_mib, beside, taken })
    }

    /// Sends pushes from a thread of its own and waits until the vendor has them all; also tells how long that took.
    async fn fire(&self, first: u64, count: u64, rhythm: Rhythm) -> Result<(Salvo, Duration)> {
        let before = collected::accepted_by_vendor(&self.api, self.certificate).await?;
        let (aim, start) = (self.aim.clone(), Instant::now());
        let salvo =
            tokio::task::spawn_blocking(move || generator::fire(&aim, first, count, rhythm)).await??;
        let end = collected::wait_for_vendor(&self.api, self.certificate, before + count).await?;
        Ok((salvo, end - start))
    }

    async fn one_by_one(&self, first: u64) -> Result<Vec<Duration>> {
        let aim = self.aim.clone();
        tokio::task::spawn_blocking(move || one_by_one::measure(&aim, first, ONE_BY_ONE)).await?
    }

    async fn at_full_rate(&self, first: u64, count: u64) -> Result<FullRate> {
        let before = self.cpu_us()?;
        let (salvo, took) = self.fire(first, count, Rhythm::AtOnce(AT_ONCE)).await?;
        let after = self.cpu_us()?;
        let each = |of: usize| (after[of] - before[of]) / count as f64;
        Ok(FullRate { salvo, took, cpu_us: [each(0), each(1), each(2)] })
    }

    /// CPU time so far of server, simulator and generator.
    fn cpu_us(&self) -> Result<[f64; 3]> {
        let of = |process: u32| gauge::cpu_us(process);
        Ok([of(self.server.id())?, of(self.simulator.id())?, of(std::process::id())?])
    }
}

/// The run at full rate.
struct FullRate {
    salvo: Salvo,
    took: Duration,
    /// Of server, simulator and generator, for each push.
    cpu_us: [f64; 3],
}

impl FullRate {
    fn per_s(&self) -> f64 {
        self.salvo.sent.len() as f64 / self.took.as_secs_f64()
    }
}

/// What all runs brought.
struct Runs {
    warm_up: Salvo,
    alone: Vec<Duration>,
    full: FullRate,
    paced: Salvo,
    rate: f64,
    peak_mib: f64,
    beside: Outcome,
    /// When the vendor's answer came, for every message whose push the vendor took.
    taken: HashMap<Uuid, Timestamp>,
}

impl Runs {
    fn figures(self) -> Figures {
        let salvos = [&self.warm_up, &self.full.salvo, &self.paced];
        let was_lost = |sent: &&Sent| !self.taken.contains_key(&sent.message);
        let accept: Vec<f64> = self.paced.sent.iter().map(|sent| ms(sent.accepted_after)).collect();
        let to_vendor: Vec<f64> = self.paced.sent.iter().filter_map(|sent| self.to_vendor_ms(sent)).collect();
        let [server, simulator, generator] = self.full.cpu_us.map(rounded);
        let (h2load_per_s, h2load_reason) = match &self.beside {
            Outcome::PerSecond(rate) => (Some(rounded(*rate)), None),
            Outcome::None(reason) => (None, Some(reason.clone())),
        };
        Figures {
            pushes: self.full.salvo.sent.len(),
            lost: salvos.iter().flat_map(|salvo| &salvo.sent).filter(was_lost).count(),
            refused: salvos.iter().map(|salvo| salvo.refused).sum(),
            pushes_per_s: rounded(self.full.per_s()),
            cpu_us_per_push: server,
            simulator_cpu_us: simulator,
            generator_cpu_us: generator,
            paced_per_s: rounded(self.rate),
            accept_p50_ms: rounded(percentile(accept.clone(), 50)),
            accept_p99_ms: rounded(percentile(accept, 99)),
            to_vendor_p50_ms: percentile(to_vendor.clone(), 50),
            to_vendor_p99_ms: percentile(to_vendor, 99),
            one_at_a_time_ms: rounded(percentile(self.alone.into_iter().map(ms).collect(), 50)),
            peak_mib: rounded(self.peak_mib),
            h2load_per_s,
            h2load_reason,
        }
    }

    fn to_vendor_ms(&self, sent: &Sent) -> Option<f64> {
        Some(self.taken.get(&sent.message)?.since_ms(sent.at).max(0) as f64)
    }
}

impl Figures {
    fn print(&self) {
        let h2load = match (&self.h2load_per_s, &self.h2load_reason) {
            (Some(rate), _) => format!("{rate:.0} requests/s"),
            (None, reason) => reason.clone().unwrap_or_default(),
        };
        println!(
            "pushes              {} ({} lost, {} refused and repeated)",
            self.pushes, self.lost, self.refused
        );
        println!("rate                {:.0} pushes/s", self.pushes_per_s);
        println!("h2load beside it    {h2load}");
        println!(
            "CPU for each push   server {} µs, simulator {} µs, generator {} µs",
            self.cpu_us_per_push, self.simulator_cpu_us, self.generator_cpu_us
        );
        println!("at {:.0} pushes/s", self.paced_per_s);
        println!("  accepted          p50 {} ms, p99 {} ms", self.accept_p50_ms, self.accept_p99_ms);
        println!("  vendor's answer   p50 {} ms, p99 {} ms", self.to_vendor_p50_ms, self.to_vendor_p99_ms);
        println!("one at a time       {} ms", self.one_at_a_time_ms);
        println!("peak memory         {} MiB", self.peak_mib);
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// To two places: more would be noise.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The value that so many of a hundred do not exceed; 0 of none.
pub(super) fn percentile(mut values: Vec<f64>, of_hundred: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let rank = (values.len() * of_hundred).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn a_percentile_is_the_value_of_its_rank() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!(percentile(values.clone(), 50), 100.0);
        assert_eq!(percentile(values, 99), 198.0);
        assert_eq!(percentile(vec![7.0], 99), 7.0);
        assert_eq!(percentile(Vec::new(), 50), 0.0);
    }
}
