//! `posthouse bench fault`: every fault there is a promise about, made while messages come in.
//!
//! Server and simulator are processes of their own; this one is the load. What was promised and what was seen is
//! printed as a table, and a promise that broke is an error. A fault that cannot be made on this machine is told as not
//! run.

mod backups;
mod certificates;
mod clocks;
mod crowd;
mod disks;
mod ends;
mod kills;
mod load;
mod memory;
mod mounts;
mod names;
mod phones;
mod seen;
mod soak;
mod table;
mod weather;
mod windows;
mod world;

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use clap::Args;
use futures_util::{StreamExt, stream};
use serde_json::json;

pub(super) use self::soak::{Options as SoakOptions, run as soak};
use self::{
    seen::Row,
    table::{Fault, Scale},
};

/// Faults that are made at a time in the short form, where no latency is looked at: most of them wait.
const SHORT_AT_ONCE: usize = 7;

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only faults whose name holds this.
    #[arg(long)]
    only: Option<String>,
    /// With little load, and without looking at latencies: what the tests run.
    #[arg(long)]
    short: bool,
    /// Print the table as one JSON object.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let wanted = |fault: &&Fault| options.only.as_ref().is_none_or(|part| fault.name.contains(part));
    let faults: Vec<&'static Fault> = table::all().filter(wanted).collect();
    ensure!(!faults.is_empty(), "no fault has such a name");
    let (scale, at_once) = if options.short { (Scale::SHORT, SHORT_AT_ONCE) } else { (Scale::FULL, 1) };
    if !options.json {
        println!("{}", Row::heads());
    }
    let mut rows = Vec::new();
    let made = |(place, fault)| async move { (place, make(fault, scale).await) };
    let mut made = stream::iter(faults.into_iter().enumerate()).map(made).buffer_unordered(at_once);
    while let Some((place, row)) = made.next().await {
        if !options.json {
            row.print();
        }
        rows.push((place, row));
    }
    rows.sort_unstable_by_key(|(place, _)| *place);
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    let broken = rows.iter().filter(|row| !row.is_kept()).count();
    if options.json {
        println!("{}", json!({ "kept": broken == 0, "faults": rows }));
    }
    if broken > 0 {
        bail!("{broken} of {} promises broke", rows.len());
    }
    Ok(())
}

async fn make(fault: &'static Fault, scale: Scale) -> Row {
    let start = Instant::now();
    let seen = (fault.run)(fault, scale).await;
    eprintln!("{}: {:.1?}", fault.name, start.elapsed());
    Row::new(fault.name, fault.promise, seen)
}
