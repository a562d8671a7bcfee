//! `posthouse bench`: how fast and how small this program is, measured on this machine.
//!
//! What is measured runs in processes of its own, started from this very executable, so that its figures are its own.

mod accept;
mod bare;
mod brands;
mod collected;
mod crowd;
mod deliver;
mod fault;
mod footprint;
mod gauge;
mod generator;
mod ground;
mod group;
mod h2load;
mod idle;
mod one_by_one;
mod populace;
mod push;
mod scene;
mod seed;

use anyhow::Result;
use clap::{Args, Subcommand};

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Pushes from request to vendor's answer: rate, CPU time, latencies.
    Push(push::Options),
    /// One message to a large group of phones that are away: requests, time to the last vendor's acceptance.
    Group(group::Options),
    /// Start-up time, idle memory, size of the executable.
    Footprint(footprint::Options),
    /// Every fault there is a promise about: what was promised, and what is seen.
    Fault(fault::Options),
    /// Hours at half of the peak rate, with vendors' faults in between: whether memory grows and anything is lost.
    Soak(fault::SoakOptions),
    /// Memory of each client that is logged in and does nothing.
    Idle(idle::Options),
    /// How long a sender waits until a message is on disk, by REST and by socket.
    Accept(accept::Options),
    /// Messages into a group whose members are all connected: deliveries for each second of CPU time.
    Deliver(deliver::Options),
    /// Fills a data folder with users, messages and pushes of the last 30 days, and times the console's pages over it.
    Seed(seed::Options),
    /// Many clients in one process; takes its orders from standard input.
    #[command(hide = true)]
    Crowd,
    /// A server of sockets and nothing else, to compare with; takes its orders from standard input.
    #[command(hide = true)]
    Bare,
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let measured = async {
        match options.what {
            What::Push(options) => push::run(options).await,
            What::Group(options) => group::run(options).await,
            What::Footprint(options) => footprint::run(options).await,
            What::Fault(options) => fault::run(options).await,
            What::Soak(options) => fault::soak(options).await,
            What::Idle(options) => idle::run(options).await,
            What::Accept(options) => accept::run(options).await,
            What::Deliver(options) => deliver::run(options).await,
            What::Seed(options) => seed::run(options).await,
            What::Crowd => tokio::task::spawn_blocking(crowd::run).await?,
            What::Bare => bare::run().await,
        }
    };
    tokio::select! {
        done = measured => done,
        // Children and temporary folders go with what is dropped here.
        () = crate::asked_to_end() => Ok(()),
    }
}
