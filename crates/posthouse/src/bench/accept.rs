//! `posthouse bench accept`: how long a sender waits until the message is on disk.
//!
//! At half of the rate that goes at most, found in the same run: at the full rate a sender mostly waits behind others.
//! By REST, as an App's backend, and by socket, as a client. Those who are written to have no phone, so that every
//! message is also decided while others are accepted, and nothing waits for a vendor.

mod clients;

use std::time::{Duration, Instant};

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::{
    gauge,
    generator::{self, Aim, Rhythm, To},
    push::{percentile, rounded},
    scene::Scene,
};

/// Messages before anything is measured.
const WARM_UP: u64 = 2_000;
/// Senders that wait for their answer at once, in the run at full rate.
const AT_ONCE: usize = 512;
/// How long the run at half rate lasts: in one second a single slow commit would be the 99th percentile.
const PACED_FOR_S: f64 = 5.0;

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Messages of each run at full rate.
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1_000..=900_000))]
    count: u64,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    /// Messages a second by REST while the latencies were measured: half of `peak`.
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Messages a second by REST at most.
    peak: f64,
    /// CPU time of the server process for each message by REST at most, decided as well.
    cpu_us: f64,
    /// The same by socket.
    ws: Road,
}

/// One way in.
#[derive(Debug, Serialize)]
struct Road {
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    peak: f64,
    cpu_us: f64,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let figures = measure(&options).await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        let Figures { rate, p50_ms, p99_ms, peak, cpu_us, ws } = figures;
        println!("by REST             {rate:.0}/s: p50 {p50_ms} ms, p99 {p99_ms} ms");
        println!("  at most           {peak:.0}/s, {cpu_us} µs of CPU each");
        println!("by socket           {:.0}/s: p50 {} ms, p99 {} ms", ws.rate, ws.p50_ms, ws.p99_ms);
        println!("  at most           {:.0}/s, {} µs of CPU each", ws.peak, ws.cpu_us);
    }
    Ok(())
}

async fn measure(options: &Options) -> Result<Figures> {
    eprintln!("starting a server …");
    let scene = Scene::set(false).await?;
    let aim = Aim {
        server: scene.entry.server,
        api_key: scene.key.clone(),
        to: To::User(|number| format!("nobody-{:04}", number % 5_000)),
        title: "a new message",
        text: "晚饭吃什么?🍜 Seven at the noodle shop behind the station, as always",
        ext: r#"{"conversation":"p:ann:bo","kind":"text","thread":"7f3a"}"#,
    };
    eprintln!("by REST:");
    let rest = tokio::task::block_in_place(|| {
        road(&scene, options, |first, count, rhythm| {
            let salvo = generator::fire(&aim, first, count, rhythm)?;
            Ok(salvo.sent.iter().map(|sent| sent.accepted_after).collect())
        })
    })?;
    eprintln!("by socket:");
    let ws = tokio::task::block_in_place(|| {
        road(&scene, options, |first, count, rhythm| clients::fire(&scene.entry, first, count, rhythm))
    })?;
    let Road { rate, p50_ms, p99_ms, peak, cpu_us } = rest;
    Ok(Figures { rate, p50_ms, p99_ms, peak, cpu_us, ws })
}

/// Measures one way in. `fire` sends messages from a number on and says how long each took; it blocks its thread.
fn road(
    scene: &Scene,
    options: &Options,
    fire: impl Fn(u64, u64, Rhythm) -> Result<Vec<Duration>>,
) -> Result<Road> {
    eprintln!("  warming up: {WARM_UP} messages …");
    fire(0, WARM_UP, Rhythm::AtOnce(AT_ONCE))?;
    eprintln!("  full rate: {} messages …", options.count);
    let (cpu_us, start) = (gauge::cpu_us(scene.server.id())?, Instant::now());
    let sent = fire(WARM_UP, options.count, Rhythm::AtOnce(AT_ONCE))?.len() as f64;
    let peak = sent / start.elapsed().as_secs_f64();
    let cpu_us = (gauge::cpu_us(scene.server.id())? - cpu_us) / sent;
    let rate = peak / 2.0;
    let count = ((rate * PACED_FOR_S) as u64).max(1);
    eprintln!("  half of that, {rate:.0} a second: {count} messages …");
    let took = fire(WARM_UP + options.count, count, Rhythm::PerSecond(rate))?;
    let took: Vec<f64> = took.iter().map(|took| took.as_secs_f64() * 1000.0).collect();
    Ok(Road {
        rate: rounded(rate),
        p50_ms: rounded(percentile(took.clone(), 50)),
        p99_ms: rounded(percentile(took, 99)),
        peak: rounded(peak),
        cpu_us: rounded(cpu_us),
    })
}
