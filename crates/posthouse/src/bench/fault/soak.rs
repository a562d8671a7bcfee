//! `posthouse bench soak`: a long time at half of the peak rate, with vendors' faults switched on and off by chance.

use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use model::Vendor;
use serde_json::json;

use super::{
    load::{Acknowledged, Load},
    memory::{Point, slope_mib_per_min},
    seen::{Row, Seen},
    weather::{Storm, WEATHERS},
    world::World,
};

/// Vendors through which is pushed, the ones that suffer among them.
const VENDORS: [Vendor; 4] = [Vendor::Apns, Vendor::Oppo, Vendor::Fcm, Vendor::Xiaomi];
/// How long the peak is looked for.
const PEAK_FOR: Duration = Duration::from_secs(10);
/// Between two lines of the memory file.
const TOLD_EVERY: Duration = Duration::from_secs(10);
/// Where chance comes from: the same in every run.
const SEED: u64 = 0x2545_f491_4f6c_dd1d;
/// What memory may grow by in an hour.
const GROWTH_MAX_MIB_PER_HOUR: f64 = 16.0;
const PROMISE: &str = "memory stays flat, nothing is lost, a repetition replaces the first";

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// For how long.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=600))]
    minutes: u64,
    /// With faults of vendors, one at a time.
    #[arg(long)]
    faults: bool,
    /// Pushes a second; without it half of what goes at most, which is looked for first.
    #[arg(long)]
    per_s: Option<f64>,
    /// Where the server's memory is written, in MiB, every ten seconds.
    #[arg(long, default_value = "posthouse-soak-memory.txt")]
    memory: PathBuf,
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let mut world = World::start().await?;
    let mut all = Acknowledged::default();
    let per_s = match options.per_s {
        Some(per_s) => per_s,
        None => half_of_peak(&world, &mut all).await?,
    };
    eprintln!("{per_s:.0} pushes a second for {} minutes …", options.minutes);
    let before = world.memory.points().len();
    let mut loads = Vec::new();
    for vendor in VENDORS {
        let share = per_s / VENDORS.len() as f64;
        loads.push(Load::start(&world.door, world.road(vendor)?, Some(share)));
    }
    let end = Instant::now() + Duration::from_secs(options.minutes * 60);
    let mut file = File::create(&options.memory)
        .with_context(|| format!("{} cannot be written", options.memory.display()))?;
    let made = tokio::try_join!(weather(&world, options.faults, end), note(&world, &mut file, end))?.0;
    let points = world.memory.points().split_off(before);
    for load in loads {
        all.add(load.end().await?);
    }
    let (mut seen, _) = Seen::of(&mut world, &all, 0).await?;
    seen.facts.push(format!("{made} faults at {per_s:.0} pushes a second"));
    seen.slope_mib_per_min = steady_slope(&points);
    let per_hour = 60.0 * seen.slope_mib_per_min;
    seen.facts.push(format!("memory grew by {per_hour:.1} MiB an hour in the second half"));
    // In a few minutes caches fill: a slope says something from an hour on.
    seen.check(options.minutes >= 60 && per_hour > GROWTH_MAX_MIB_PER_HOUR, || "memory grows".to_owned());
    tell(&options, Row::new("soak", PROMISE, Ok(seen)))
}

fn tell(options: &Options, row: Row) -> Result<()> {
    if options.json {
        println!("{}", json!({ "kept": row.is_kept(), "faults": [row] }));
    } else {
        println!("{}", Row::heads());
        row.print();
    }
    ensure!(row.is_kept(), "a promise broke");
    Ok(())
}

/// Half of the rate at which the server acknowledges while senders do not wait.
async fn half_of_peak(world: &World, all: &mut Acknowledged) -> Result<f64> {
    eprintln!("looking for the peak rate …");
    let mut loads = Vec::new();
    for vendor in VENDORS {
        loads.push(Load::start(&world.door, world.road(vendor)?, None));
    }
    tokio::time::sleep(PEAK_FOR).await;
    let mut peak = Acknowledged::default();
    for load in loads {
        peak.add(load.end().await?);
    }
    let per_s = peak.sent.len() as f64 / PEAK_FOR.as_secs_f64();
    all.add(peak);
    Ok(per_s / 2.0)
}

/// Makes one fault after the other until the end; how many.
async fn weather(world: &World, wanted: bool, end: Instant) -> Result<u32> {
    let (control, mut dice, mut made) = (world.control(), SEED, 0);
    while wanted && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(3000 + roll(&mut dice) % 12_000)).await;
        let turn = usize::try_from(roll(&mut dice)).unwrap_or_default() % WEATHERS.len();
        let Some(weather) = WEATHERS.get(turn) else { continue };
        eprintln!("{} …", weather.name);
        let storm = Storm::begin(weather, control.clone()).await?;
        tokio::time::sleep(Duration::from_millis(1000 + roll(&mut dice) % 7000)).await;
        storm.end(weather, &control).await?;
        made += 1;
    }
    Ok(made)
}

/// Writes the server's memory down until the end.
async fn note(world: &World, file: &mut File, end: Instant) -> Result<()> {
    while Instant::now() < end {
        tokio::time::sleep(TOLD_EVERY).await;
        if let Some(Point { minutes, mib }) = world.memory.points().last() {
            writeln!(file, "{minutes:.2} {mib:.1}")?;
        }
    }
    Ok(())
}

/// The slope of the second half: in the first one caches fill, which ends, and the allocator's holes, which do too.
/// What goes on growing after half an hour is kept by somebody.
fn steady_slope(points: &[Point]) -> f64 {
    slope_mib_per_min(&points[points.len() / 2..])
}

const fn roll(dice: &mut u64) -> u64 {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    *dice
}
