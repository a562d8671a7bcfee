//! `posthouse bench deliver`: messages into a group whose members are all connected.
//!
//! The receivers are processes of their own that acknowledge as the SDK does. Two runs follow one another: as many
//! messages as go while only so many are on their way, which tells what a delivery costs, and half of that rate, which
//! tells how long one takes.

use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use futures_util::SinkExt;
use model::{Body, ClientMessageId, Clock, GroupId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::{sleep, sleep_until};
use tokio_tungstenite::tungstenite::Message;
use wire::{ClientFrame, SendMessage, encode};

use super::{
    crowd::{Crowd, Entry, Report, member, socket::Door, socket::Socket, tally::stamped, user},
    gauge,
    push::rounded,
    scene::Scene,
};
use crate::clock::SystemClock;

const GROUP: &str = "crowd";
const SENDER: &str = "sender";
const ID_PREFIX: &str = "m";
/// Members that are brought in by one request.
const MEMBERS_AT_ONCE: u32 = 1_000;
/// Receivers share so many processes.
const PROCESSES: u32 = 2;
/// Messages before anything is measured.
const WARM_UP: u64 = 100;
/// How long the run at half rate lasts at most.
const PACED_FOR_S: f64 = 5.0;
/// A crowd that gets no further for so long never will.
const PATIENCE: Duration = Duration::from_secs(20);
/// After the last delivery, how long what follows it still counts as its cost: acknowledgements that are gathered.
const AFTERMATH: Duration = Duration::from_secs(1);
const TEXT: &str = "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always";

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Members of the group who are connected.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=9_000))]
    receivers: u32,
    /// Messages of the run at full rate.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(10..=100_000))]
    messages: u64,
    /// Messages on their way at once: the next one leaves when everybody has the one before so many.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    window: u64,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    receivers: u32,
    messages: u64,
    /// Messages that were on their way at once.
    window: u64,
    deliveries: u64,
    /// For each second of CPU time of the server process, acknowledgements stored.
    deliveries_per_s_per_core: f64,
    /// For each second on the clock, the receivers' processes on the same machine.
    deliveries_per_s: f64,
    /// From the sender to a receiver, at the full rate: mostly waiting behind others.
    p50_ms: f64,
    p99_ms: f64,
    /// The rate at which the two latencies below were measured, in messages.
    paced_per_s: f64,
    paced_p50_ms: f64,
    paced_p99_ms: f64,
    /// Deliveries that never came.
    lost: u64,
    /// Messages that came out of order, or twice.
    disordered: u64,
    /// Connections that broke.
    broken: u64,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let figures = measure(&options).await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        println!("receivers           {}, {} messages", figures.receivers, figures.messages);
        println!("deliveries          {:.0} per second of CPU", figures.deliveries_per_s_per_core);
        println!("                    {:.0}/s on the clock", figures.deliveries_per_s);
        println!("at the full rate    p50 {} ms, p99 {} ms", figures.p50_ms, figures.p99_ms);
        println!(
            "at {:.0} messages/s   p50 {} ms, p99 {} ms",
            figures.paced_per_s, figures.paced_p50_ms, figures.paced_p99_ms
        );
        println!("lost {}, out of order {}, broken {}", figures.lost, figures.disordered, figures.broken);
    }
    Ok(())
}

async fn measure(options: &Options) -> Result<Figures> {
    let full = measure_run(options, None).await?;
    let rate = options.messages as f64 / full.took.as_secs_f64() / 2.0;
    let paced = measure_run(options, Some(rate)).await?;
    let expected = (full.messages + paced.messages) * u64::from(options.receivers);
    Ok(Figures {
        receivers: options.receivers,
        messages: options.messages,
        window: options.window,
        deliveries: options.messages * u64::from(options.receivers),
        deliveries_per_s_per_core: (full.deliveries(options) / full.cpu_s).round(),
        deliveries_per_s: (full.deliveries(options) / full.took.as_secs_f64()).round(),
        p50_ms: full.report.latency_ms(50),
        p99_ms: full.report.latency_ms(99),
        paced_per_s: rounded(rate),
        paced_p50_ms: paced.report.latency_ms(50),
        paced_p99_ms: paced.report.latency_ms(99),
        lost: expected.saturating_sub(full.report.received + paced.report.received),
        disordered: full.report.disordered + paced.report.disordered,
        broken: full.report.broken + paced.report.broken,
    })
}

/// What a run came to.
struct Run {
    /// All that were sent, the warm-up among them.
    messages: u64,
    took: Duration,
    cpu_s: f64,
    report: Report,
}

impl Run {
    fn deliveries(&self, options: &Options) -> f64 {
        options.messages as f64 * f64::from(options.receivers)
    }
}

async fn make_group(scene: &Scene, receivers: u32) -> Result<()> {
    let group = json!({ "id": GROUP, "name": "a crowd", "owner": SENDER, "members": [] });
    let _: Value = scene.backend.post("/v1/groups", &group).await?;
    for first in (0..receivers).step_by(MEMBERS_AT_ONCE as usize) {
        let last = receivers.min(first + MEMBERS_AT_ONCE);
        let users = (first..last).map(user).collect::<Result<Vec<UserId>>>()?;
        let who = json!({ "users": users });
        let _: Value = scene.backend.post(&format!("/v1/groups/{GROUP}/members"), &who).await?;
    }
    Ok(())
}

/// Sends to a crowd on a server of its own: `None` as fast as they go, else so many a second.
async fn measure_run(options: &Options, rate: Option<f64>) -> Result<Run> {
    eprintln!("starting a server and making a group of {} …", options.receivers);
    let scene = Scene::set(false).await?;
    make_group(&scene, options.receivers).await?;
    let Scene { executable, entry, server, .. } = &scene;
    let mut crowd = Crowd::gather(executable, entry, options.receivers, PROCESSES).await?;
    let entry = entry.clone();
    let mut sender = Sender::open(entry).await?;
    let count = match rate {
        None => options.messages,
        Some(rate) => (options.messages / 2).min((rate * PACED_FOR_S) as u64).max(1),
    };
    eprintln!("warming up: {WARM_UP} messages …");
    sender.send_all(&mut crowd, WARM_UP, options.window, None).await?;
    sender.is_timed = true;
    sleep(AFTERMATH).await;
    match rate {
        None => eprintln!("full rate: {count} messages …"),
        Some(rate) => eprintln!("half of that rate, {rate:.0} a second: {count} messages …"),
    }
    let (cpu_us, start) = (gauge::cpu_us(server.id())?, Instant::now());
    sender.send_all(&mut crowd, count, options.window, rate).await?;
    let took = start.elapsed();
    sleep(AFTERMATH).await;
    let cpu_s = (gauge::cpu_us(server.id())? - cpu_us) / 1_000_000.0;
    let report = crowd.dismiss().await?;
    Ok(Run { messages: WARM_UP + count, took, cpu_s, report })
}

/// The member who writes.
struct Sender {
    socket: Socket,
    sent: u64,
    /// Whether its messages say when they were sent, so that receivers count how long they took.
    is_timed: bool,
    /// The place of the first message that was sent here.
    first: Option<i64>,
}

impl Sender {
    async fn open(entry: Entry) -> Result<Self> {
        let login = entry.login.clone().context("somebody who logs in")?;
        let mut socket = Door::new(entry, Ipv4Addr::LOCALHOST)?.open().await?;
        member::log_in(&mut socket, &login, &UserId::new(SENDER)?).await?;
        Ok(Self { socket, sent: 0, is_timed: false, first: None })
    }

    /// Sends so many and returns when everybody has them all.
    async fn send_all(
        &mut self,
        crowd: &mut Crowd,
        count: u64,
        window: u64,
        rate: Option<f64>,
    ) -> Result<()> {
        let (begun, end) = (self.sent, self.sent + count);
        let start = tokio::time::Instant::now();
        loop {
            let through = self.arrived(crowd);
            if through >= end {
                return Ok(());
            }
            let may_leave = self.sent < end && self.sent < through + window;
            let leaves_after_s = rate.map_or(0.0, |rate| (self.sent - begun) as f64 / rate);
            tokio::select! {
                biased;
                () = sleep_until(start + Duration::from_secs_f64(leaves_after_s)), if may_leave => self.send().await?,
                heard = member::hear(&mut self.socket) => self.answered(&heard?)?,
                further = crowd.further() => drop(further?),
                () = sleep(PATIENCE) => bail!("the crowd gets no further"),
            }
        }
    }

    /// How many of the sent ones everybody has.
    fn arrived(&self, crowd: &Crowd) -> u64 {
        let first = self.first.unwrap_or(i64::MAX);
        u64::try_from(crowd.through().saturating_add(1).saturating_sub(first)).unwrap_or(0)
    }

    /// Sends one more, and does not wait for its answer.
    async fn send(&mut self) -> Result<()> {
        let text = if self.is_timed { stamped(SystemClock.now(), TEXT) } else { TEXT.to_owned() };
        let message = SendMessage::new(
            ClientMessageId::new(&format!("{ID_PREFIX}{}", self.sent))?,
            GroupId::new(GROUP)?,
            Body::text(text),
        );
        self.socket.send(Message::text(encode(&ClientFrame::Send(Box::new(message))))).await?;
        self.sent += 1;
        Ok(())
    }

    /// Hears an answer, which has to give a message the place that it was sent in.
    fn answered(&mut self, text: &str) -> Result<()> {
        let answer: Value = serde_json::from_str(text)?;
        ensure!(answer["type"] != "error", "the server refused: {text}");
        if answer["type"] == "sent" {
            let id = answer["client_message_id"].as_str().and_then(|id| id.strip_prefix(ID_PREFIX));
            let number: i64 = id.context("a message of this sender")?.parse()?;
            let first = answer["seq"].as_i64().context("a place")? - number;
            ensure!(
                *self.first.get_or_insert(first) == first,
                "out of order, or another wrote into the group"
            );
        }
        Ok(())
    }
}
