//! `posthouse bench group`: one message to a large group of phones that are all away, of every brand.
//!
//! Beside it, in the same run, the same phones are pushed to one by one: what batches save.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;
use model::{Clock, Timestamp, Vendor};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    brands, collected, gauge,
    generator::{self, Aim, Rhythm, To},
    ground,
    populace::{self, Member},
    push::{percentile, rounded},
};
use crate::{
    api::Api,
    clock::SystemClock,
    processes::{self, Process, SimulatorReady},
};

/// Requests that wait for the server's answer at once where phones are pushed to one by one.
const AT_ONCE: usize = 512;

/// Between two looks at what is stored.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

const TEXT: &str = "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always";
const EXT: &str = r#"{"conversation":"g:crowd","kind":"text","thread":"7f3a"}"#;

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Members of the group.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(10..=10_000))]
    members: u64,
    /// Messages that are measured, after one to warm up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=50))]
    messages: u64,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    members: usize,
    messages: u64,
    /// Requests that the vendors got for one message.
    requests: f64,
    /// The least that the vendors' books allow.
    requests_ideal: usize,
    /// From the sender's acknowledgement to the last acceptance by a vendor, in milliseconds; median of the messages.
    all_accepted_ms: f64,
    /// The longest of them.
    all_accepted_max_ms: f64,
    /// Targets that no vendor took.
    lost: usize,
    /// CPU time of the server for one delivery, in microseconds.
    cpu_us_per_delivery: f64,
    /// The same of the simulator.
    simulator_cpu_us: f64,
    /// The same phones, each with a request of its own.
    one_by_one: OneByOne,
}

/// What the same load comes to with one request a token.
#[derive(Debug, Serialize)]
struct OneByOne {
    requests: u64,
    /// From the first request to the server to the last acceptance by a vendor, in milliseconds.
    all_accepted_ms: f64,
    cpu_us_per_delivery: f64,
    simulator_cpu_us: f64,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let bench = Bench::start(&options).await?;
    let figures = bench.measure(&options).await?;
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
    server: Process,
    api: Api,
    control: Api,
    address: SocketAddr,
    api_key: String,
    members: Vec<Member>,
    certificates: BTreeMap<Vendor, u32>,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn start(options: &Options) -> Result<Self> {
        eprintln!("starting simulator and server …");
        let (executable, folder) = (std::env::current_exe()?, tempfile::tempdir()?);
        let (simulator, vendors) =
            processes::start_simulator(&executable, ground::BUNDLE, ground::XIAOMI_APP)?;
        let (server, ready) = processes::start_server(&executable, folder.path(), &vendors)?;
        let api_key = ready.instance_key.context("the data folder is not fresh")?;
        let certificates = brands::certificates(&Api::new(&ready.url, &api_key), &vendors).await?;
        drop(server);
        eprintln!("{} members with a phone each …", options.members);
        let members = populace::muster(options.members)?;
        populace::settle(&folder.path().join("data"), &members, &certificates).await?;
        let (server, ready) = processes::start_server(&executable, folder.path(), &vendors)?;
        Ok(Self {
            control: control_of(&vendors),
            simulator,
            server,
            api: Api::new(&ready.url, &api_key),
            address: ready.url.trim_start_matches("http://").parse()?,
            api_key,
            members,
            certificates,
            _folder: folder,
        })
    }

    async fn measure(&self, options: &Options) -> Result<Figures> {
        eprintln!("warming up: one message …");
        self.send().await?;
        let (before, cpu) = (self.requests().await?, self.cpu_us()?);
        let mut sent = Vec::new();
        for number in 1..=options.messages {
            eprintln!("message {number} of {} to {} members …", options.messages, self.members.len());
            sent.push(self.send().await?);
        }
        let deliveries = self.members.len() as f64 * options.messages as f64;
        let [server, simulator] = self.since(cpu, deliveries)?;
        let requests = (self.requests().await? - before) as f64 / options.messages as f64;
        eprintln!("reading what became of every delivery …");
        let mut told = Vec::new();
        for sent in sent {
            told.push(self.look_up(sent).await?);
        }
        let took = || told.iter().map(|told| told.all_accepted_ms).collect::<Vec<f64>>();
        let one_by_one = self.one_by_one().await?;
        Ok(Figures {
            members: self.members.len(),
            messages: options.messages,
            requests: rounded(requests),
            requests_ideal: self.ideal(),
            all_accepted_ms: rounded(percentile(took(), 50)),
            all_accepted_max_ms: rounded(percentile(took(), 100)),
            lost: told.iter().map(|told| self.members.len() - told.accepted).sum(),
            cpu_us_per_delivery: server,
            simulator_cpu_us: simulator,
            one_by_one,
        })
    }

    /// The least requests for one message: every list full but the last. vivo's book wants a message saved before it
    /// goes to a list.
    fn ideal(&self) -> usize {
        let of = |vendor: Vendor| {
            let targets = populace::count(&self.members, vendor);
            let saved_first = usize::from(vendor == Vendor::Vivo && targets > 1);
            targets.div_ceil(vendors::adapter(vendor).limits().batch) + saved_first
        };
        Vendor::ALL.into_iter().map(of).sum()
    }

    /// One message to the group; waits until the vendors have taken it.
    async fn send(&self) -> Result<Sent> {
        let before = self.accepted().await?;
        let message = json!({
            "from": "sender",
            "to": { "group": populace::GROUP },
            "body": { "type": "text", "text": TEXT },
            "push": { "ext": EXT },
        });
        let accepted: Value = self.api.post("/v1/messages", &message).await?;
        let acknowledged = SystemClock.now();
        let message = accepted["message"].as_str().context("no message id")?.to_owned();
        self.wait_for(before + self.members.len() as u64).await?;
        Ok(Sent { message, acknowledged })
    }

    /// When its last target was taken, and how many were. The lanes tell of an answer before it is stored, so what is
    /// not stored yet is waited for.
    async fn look_up(&self, sent: Sent) -> Result<Told> {
        let since = Instant::now();
        let filter = format!("&message={}", sent.message);
        loop {
            let taken = collected::taken_at_of(&self.api, &filter).await?;
            if taken.len() >= self.members.len() || since.elapsed() > collected::PATIENCE {
                let last = taken.iter().map(|(_, at)| *at).max().unwrap_or(sent.acknowledged);
                let all_accepted_ms = last.since_ms(sent.acknowledged).max(0) as f64;
                return Ok(Told { accepted: taken.len(), all_accepted_ms });
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Each phone gets a push of its own, as a backend without groups would send it.
    async fn one_by_one(&self) -> Result<OneByOne> {
        let count = self.members.len() as u64;
        eprintln!("beside it: {count} pushes, one to each member …");
        let aim = Aim {
            server: self.address,
            api_key: self.api_key.clone(),
            to: To::User(|number| format!("member-{number:05}")),
            title: "the whole crowd",
            text: TEXT,
            ext: EXT,
        };
        let (requests, accepted, cpu) = (self.requests().await?, self.accepted().await?, self.cpu_us()?);
        let start = Instant::now();
        tokio::task::spawn_blocking(move || generator::fire(&aim, 0, count, Rhythm::AtOnce(AT_ONCE)))
            .await??;
        let end = self.wait_for(accepted + count).await?;
        let [server, simulator] = self.since(cpu, count as f64)?;
        Ok(OneByOne {
            requests: self.requests().await? - requests,
            all_accepted_ms: rounded(ms(end - start)),
            cpu_us_per_delivery: server,
            simulator_cpu_us: simulator,
        })
    }

    /// Pushes that the vendors have taken through all certificates.
    async fn accepted(&self) -> Result<u64> {
        collected::accepted_by_vendors(&self.api, self.certificates.values().copied()).await
    }

    async fn wait_for(&self, until: u64) -> Result<Instant> {
        collected::wait_for_vendors(
            &self.api,
            &self.certificates.values().copied().collect::<Vec<_>>(),
            until,
        )
        .await
    }

    /// Requests that the vendors got so far.
    async fn requests(&self) -> Result<u64> {
        let tally: BTreeMap<Vendor, Count> = self.control.get("/tally").await?;
        Ok(tally.values().map(|count| count.requests).sum())
    }

    /// CPU time so far of server and simulator.
    fn cpu_us(&self) -> Result<[f64; 2]> {
        Ok([gauge::cpu_us(self.server.id())?, gauge::cpu_us(self.simulator.id())?])
    }

    fn since(&self, before: [f64; 2], deliveries: f64) -> Result<[f64; 2]> {
        let now = self.cpu_us()?;
        Ok([0, 1].map(|of| rounded((now[of] - before[of]) / deliveries)))
    }
}

fn control_of(simulator: &SimulatorReady) -> Api {
    Api::new(&simulator.control_url, &simulator.control_key)
}

/// One message, as its sender knows it.
struct Sent {
    message: String,
    acknowledged: Timestamp,
}

/// What became of one message.
struct Told {
    accepted: usize,
    all_accepted_ms: f64,
}

/// What the simulator counts of a vendor.
#[derive(Deserialize)]
struct Count {
    requests: u64,
}

impl Figures {
    fn print(&self) {
        println!("members             {} ({} lost)", self.members, self.lost);
        println!(
            "requests            {} for one message; the least is {}",
            self.requests, self.requests_ideal
        );
        println!(
            "all accepted after  {} ms, the slowest of {} messages after {} ms",
            self.all_accepted_ms, self.messages, self.all_accepted_max_ms
        );
        println!(
            "CPU for each        server {} µs, simulator {} µs",
            self.cpu_us_per_delivery, self.simulator_cpu_us
        );
        let alone = &self.one_by_one;
        println!(
            "one by one          {} requests, all accepted after {} ms",
            alone.requests, alone.all_accepted_ms
        );
        println!(
            "  CPU for each      server {} µs, simulator {} µs",
            alone.cpu_us_per_delivery, alone.simulator_cpu_us
        );
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
