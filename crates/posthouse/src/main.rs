//! Posthouse: self-hosted offline push for chat apps. `posthouse --help` is the map.

mod address;
mod api;
mod backup;
mod bench;
mod cert;
mod clock;
mod config;
mod console;
mod credentials;
mod dead_letters;
mod dev;
mod doctor;
mod explain;
mod handset;
mod health;
mod lanes;
mod logging;
mod output;
mod print;
mod processes;
mod reload;
mod sample;
mod selftest;
mod send;
mod serve;
mod signals;
mod simulator_command;
mod stack;
#[cfg_attr(not(feature = "otel"), path = "traces_absent.rs")]
mod traces;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use mimalloc::MiMalloc;

/// A push is some hundred small allocations, freed on other threads than those that made them: of its CPU time the
/// system's own allocator takes a fifth.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Self-hosted offline push for chat apps.
///
/// Start with `posthouse dev`: server, vendor simulator and a virtual phone of each vendor on this machine.
#[derive(Debug, Parser)]
#[command(name = "posthouse", version, about, max_term_width = 100)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Server, simulator and a virtual phone of each vendor on this machine, with a sample App.
    Dev(dev::Options),
    /// The server alone, from a configuration file.
    Serve(serve::Options),
    /// The vendor simulators alone.
    Simulator(simulator_command::Options),
    /// Look at and touch the virtual phones of a running `dev`.
    Handset(handset::Options),
    /// Send a message through a running `dev`.
    Send(send::Options),
    /// Say why a message was, or was not, pushed to a user.
    Explain(explain::Options),
    /// How the road to each certificate's vendor stands.
    Lanes(lanes::Options),
    /// Pushes that ended for a reason somebody can mend: list them, put them back.
    #[command(subcommand)]
    DeadLetters(dead_letters::What),
    /// Certificates, and what their vendors would do with a push.
    Cert(cert::Options),
    /// A link that signs in to the console once.
    Console(console::Options),
    /// Look at an installation from all sides and say what is wrong and what to do.
    Doctor(doctor::Options),
    /// Credentials that the simulated vendors accept, to try the certificate forms with.
    Credentials(credentials::Options),
    /// Walk every road on this machine and print a line per check.
    Selftest(selftest::Options),
    /// Measure this program on this machine.
    Bench(bench::Options),
    /// Copy everything that is kept to a file, beside a running server.
    Backup(backup::Options),
    /// Make a data folder from a backup.
    Restore(backup::RestoreOptions),
    /// Say by the exit code whether a server answers.
    Health(health::Options),
    /// Print what is generated from the code.
    Print {
        /// What to print.
        what: print::Printed,
    },
}

fn main() -> ExitCode {
    let command = Command::parse();
    match run(command.what) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("posthouse: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(what: What) -> anyhow::Result<()> {
    if let What::Print { what } = what {
        return print::run(what);
    }
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match what {
            What::Dev(options) => dev::run(options).await,
            What::Serve(options) => serve::run(options).await,
            What::Simulator(options) => simulator_command::run(options).await,
            What::Handset(options) => handset::run(options).await,
            What::Send(options) => send::run(options).await,
            What::Explain(options) => explain::run(options).await,
            What::Lanes(options) => lanes::run(options).await,
            What::DeadLetters(what) => dead_letters::run(what).await,
            What::Cert(options) => cert::run(options).await,
            What::Console(options) => console::run(options).await,
            What::Doctor(options) => doctor::run(options).await,
            What::Credentials(options) => credentials::run(options).await,
            What::Selftest(options) => selftest::run(options).await,
            What::Bench(options) => bench::run(options).await,
            What::Backup(options) => backup::run(options).await,
            What::Restore(options) => backup::run_restore(options).await,
            What::Health(options) => health::run(options).await,
            What::Print { what } => print::run(what),
        }
    })
}

/// How this program was called, for commands that are printed for copying.
fn own_name() -> String {
    let path = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("posthouse"));
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here)
        .map(|short| short.display().to_string())
        .unwrap_or_else(|_| path.display().to_string())
}

/// Waits until the process is asked to end.
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
