//! `posthouse bench idle`: what a client costs that is logged in and does nothing.
//!
//! The server's memory is read before anybody connects and again once everybody has been quiet for a while. Beside it,
//! in the same run, stands a bare axum server whose sockets nobody logs in on.

use std::{path::Path, time::Duration};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tokio::time::sleep;

use super::{
    bare,
    crowd::{Crowd, Entry},
    gauge::{self, Memory},
    push::rounded,
    scene::{self, Scene},
};
use crate::processes::{Process, TlsFiles};

/// How long everybody is quiet before memory is read.
const QUIET_FOR: Duration = Duration::from_secs(8);

/// What can be chosen.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Print the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Clients that are connected.
    #[arg(long, default_value_t = 15_000, value_parser = clap::value_parser!(u32).range(10..=19_500))]
    connections: u32,
    /// Connect with TLS.
    #[arg(long)]
    tls: bool,
}

/// The figures.
#[derive(Debug, Serialize)]
struct Figures {
    connections: u32,
    tls: bool,
    /// Resident memory of the server process for each connection, with everything that it keeps for the login.
    kib_per_connection: f64,
    /// Of that, what no file backs.
    anonymous_kib_per_connection: f64,
    /// Resident memory before anybody connected.
    before_mib: f64,
    /// Resident memory with everybody connected.
    after_mib: f64,
    /// Connections that broke meanwhile.
    broken: u64,
    /// The same for an axum server with small buffers whose sockets nobody logs in on.
    bare_kib_per_connection: f64,
}

pub(super) async fn run(options: Options) -> Result<()> {
    let figures = measure(&options).await?;
    if options.json {
        println!("{}", serde_json::to_string(&figures)?);
    } else {
        let Figures { connections, tls, broken, .. } = figures;
        println!("connections         {connections}{}", if tls { ", with TLS" } else { "" });
        println!("each                {} KiB", figures.kib_per_connection);
        println!("  of no file        {} KiB", figures.anonymous_kib_per_connection);
        println!("process             {} MiB, before {} MiB", figures.after_mib, figures.before_mib);
        println!("broken              {broken}");
        println!("a bare socket       {} KiB", figures.bare_kib_per_connection);
    }
    Ok(())
}

async fn measure(options: &Options) -> Result<Figures> {
    eprintln!("starting a server …");
    let scene = Scene::set(options.tls).await?;
    let Growth { before, after, broken } =
        growth(&scene.server, &scene.entry, &scene.executable, options.connections).await?;
    let executable = scene.executable.clone();
    drop(scene);
    eprintln!("the same on a bare server …");
    let bare = bare_kib(&executable, options).await?;
    let each = |kib: f64| rounded(kib / f64::from(options.connections));
    Ok(Figures {
        connections: options.connections,
        tls: options.tls,
        kib_per_connection: each(after.resident_kib - before.resident_kib),
        anonymous_kib_per_connection: each(after.anonymous_kib - before.anonymous_kib),
        before_mib: rounded(before.resident_kib / 1024.0),
        after_mib: rounded(after.resident_kib / 1024.0),
        broken,
        bare_kib_per_connection: rounded(bare),
    })
}

/// What a crowd made of a server's memory.
struct Growth {
    before: Memory,
    after: Memory,
    broken: u64,
}

async fn growth(server: &Process, entry: &Entry, executable: &Path, connections: u32) -> Result<Growth> {
    sleep(Duration::from_secs(1)).await;
    let before = gauge::memory(server.id())?;
    let crowd = Crowd::gather(executable, entry, connections, 1).await?;
    eprintln!("quiet for {} s …", QUIET_FOR.as_secs());
    sleep(QUIET_FOR).await;
    let after = gauge::memory(server.id())?;
    Ok(Growth { before, after, broken: crowd.dismiss().await?.broken })
}

/// Memory for each connection of a server that does nothing with it, in KiB.
async fn bare_kib(executable: &Path, options: &Options) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let issued = options.tls.then(|| scene::certificate(folder.path().to_owned())).transpose()?;
    let (root_pem, tls): (Option<String>, Option<TlsFiles>) =
        issued.map_or((None, None), |issued| (Some(issued.root_pem), Some(issued.files)));
    let orders = bare::Orders { tls };
    let (server, mut says) = Process::start_with_orders(executable, &["bench", "bare"], &orders)?;
    let ready: bare::Ready = says.next()?;
    let entry = Entry { server: ([127, 0, 0, 1], ready.port).into(), root_pem, login: None };
    let Growth { before, after, .. } = growth(&server, &entry, executable, options.connections).await?;
    Ok((after.resident_kib - before.resident_kib) / f64::from(options.connections))
}
