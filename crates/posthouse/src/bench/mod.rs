//! `posthouse bench`: how fast and how small this program is, measured on this machine.
//!
//! What is measured runs in processes of its own, started from this very executable, so that its figures are its own.

mod brands;
mod collected;
mod crowd;
mod footprint;
mod gauge;
mod generator;
mod ground;
mod group;
mod h2load;
mod one_by_one;
mod push;

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
}

pub(crate) async fn run(options: Options) -> Result<()> {
    let measured = async {
        match options.what {
            What::Push(options) => push::run(options).await,
            What::Group(options) => group::run(options).await,
            What::Footprint(options) => footprint::run(options).await,
        }
    };
    tokio::select! {
        done = measured => done,
        // Children and temporary folders go with what is dropped here.
        () = crate::asked_to_end() => Ok(()),
    }
}
