//! `posthouse backup` and `posthouse restore`: a copy of everything that is kept, and a folder made from it.

use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use model::Clock as _;
use serde::Serialize;
use store::{Copied, Pace, SealKey};

use crate::{clock::SystemClock, config::Config};

/// Between two lines of progress where nobody watches.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// What is copied, and how fast.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file to write; it must not be there yet. Only its owner may read it.
    #[arg(long)]
    to: PathBuf,
    /// The configuration of the server whose folder is copied.
    #[arg(long)]
    config: Option<PathBuf>,
    /// The folder itself, in place of the one that the configuration names.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Mebibytes a second at the most, to spare the disk; 0: no limit.
    #[arg(long, default_value_t = 64)]
    mib_per_second: u32,
    /// Print what was copied as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What was copied.
#[derive(Serialize)]
struct Told {
    file: PathBuf,
    bytes: u64,
    schema: u32,
    took_ms: u64,
    rows: std::collections::BTreeMap<String, u64>,
}

/// Copies the folder of a server, which may be running: no key is asked for, but the right to read its files.
pub(crate) async fn run(options: Options) -> Result<()> {
    let config = Config::read(options.config.as_deref())?;
    let data = options.data.clone().unwrap_or(config.data);
    let pace = match options.mib_per_second {
        0 => Pace::Unlimited,
        mebibytes => Pace::MebibytesPerSecond(mebibytes),
    };
    let (to, began) = (options.to.clone(), Instant::now());
    let copied = tokio::task::spawn_blocking(move || {
        let mut progress = Progress::new();
        let report = store::back_up(&data, &to, pace, SystemClock.now(), |copied| progress.tell(copied));
        progress.end();
        report
    });
    let report = copied.await?.with_context(|| format!("no backup at {}", options.to.display()))?;
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let told =
        Told { file: options.to, bytes: report.bytes, schema: report.schema, took_ms, rows: report.rows };
    if options.json {
        println!("{}", serde_json::to_string(&told)?);
        return Ok(());
    }
    let rows = |table: &str| told.rows.get(table).copied().unwrap_or(0);
    println!(
        "{} holds {} messages, {} deliveries and {} users in {} MiB; copied and checked in {:.1} s.",
        told.file.display(),
        rows("messages"),
        rows("deliveries"),
        rows("users"),
        told.bytes >> 20,
        began.elapsed().as_secs_f64(),
    );
    println!(
        "The seal key is not in it: keep that apart. Messages are, in the clear: keep it as you keep the server."
    );
    Ok(())
}

/// Says on standard error how far the copy is: over and over on a terminal, now and then elsewhere.
struct Progress {
    on_terminal: bool,
    told_at: Instant,
}

impl Progress {
    fn new() -> Self {
        Self { on_terminal: std::io::stderr().is_terminal(), told_at: Instant::now() }
    }

    fn tell(&mut self, copied: Copied) {
        let percent = copied.pages * 100 / copied.of.max(1);
        if self.on_terminal {
            eprint!("\r{percent} % of {} MiB", (copied.of * 4096) >> 20);
            let _ = std::io::stderr().flush();
        } else if self.told_at.elapsed() >= TOLD_EVERY {
            self.told_at = Instant::now();
            eprintln!("{percent} % of {} MiB", (copied.of * 4096) >> 20);
        }
    }

    fn end(&self) {
        if self.on_terminal {
            eprintln!("\r                              \r");
        }
    }
}

/// What a folder is made from.
#[derive(Debug, Args)]
pub(crate) struct RestoreOptions {
    /// The backup.
    #[arg(long)]
    from: PathBuf,
    /// The folder to make; it must be empty but for the seal key.
    #[arg(long)]
    data: PathBuf,
    /// The seal key of the server that was backed up; without it `seal.key` in the folder.
    #[arg(long)]
    seal_key_file: Option<PathBuf>,
    /// Print what the folder holds as one JSON object.
    #[arg(long)]
    json: bool,
}

/// What a restored folder holds.
#[derive(Serialize)]
struct ToldRestored {
    folder: PathBuf,
    backed_up_at: Option<i64>,
    bytes: u64,
    apps: u64,
    users: u64,
    messages: u64,
    undecided: u64,
    queued: u64,
}

/// Makes a folder from a backup. No server may run on it yet.
pub(crate) async fn run_restore(options: RestoreOptions) -> Result<()> {
    let key_file = options.seal_key_file.clone().unwrap_or_else(|| options.data.join("seal.key"));
    if !key_file.is_file() {
        bail!(
            "there is no seal key at {}: a backup opens with the key of the server it is from (--seal-key-file)",
            key_file.display()
        );
    }
    let seal = SealKey::load_or_create(&key_file)?;
    let (from, data) = (options.from.clone(), options.data.clone());
    let restored =
        tokio::task::spawn_blocking(move || store::restore(&from, &data, &seal, SystemClock.now())).await??;
    let told = ToldRestored {
        folder: options.data,
        backed_up_at: restored.backed_up_at.map(|at| at.0),
        bytes: restored.bytes,
        apps: restored.apps,
        users: restored.users,
        messages: restored.messages,
        undecided: restored.undecided,
        queued: restored.queued,
    };
    if options.json {
        println!("{}", serde_json::to_string(&told)?);
        return Ok(());
    }
    let from_when = restored.backed_up_at.map_or_else(|| "an unknown moment".to_owned(), |at| at.to_string());
    println!(
        "{} holds what was there at {from_when}: {} Apps, {} users, {} messages.",
        told.folder.display(),
        told.apps,
        told.users,
        told.messages,
    );
    println!(
        "{} pushes had not ended and {} messages were not decided. At the next start they are sent where they are still \
         wanted; those that left after the backup are sent again.",
        told.queued, told.undecided,
    );
    println!(
        "Keys, certificates and users that were revoked or deleted after the backup are back: revoke them again."
    );
    Ok(())
}
