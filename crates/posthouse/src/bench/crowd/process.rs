//! A crowd's own process.

use std::{
    cell::RefCell,
    io::{BufRead, Read, Write},
    rc::Rc,
};

use anyhow::{Context, Result};
use futures_util::{StreamExt, stream};
use tokio::task::LocalSet;

use super::{
    Orders, Said, member,
    socket::{Door, Socket},
    tally::Tally,
    user,
};

/// Connections that are being opened at once.
const OPENING: usize = 64;

/// Takes orders from standard input and carries them out until it is closed. Blocks its thread.
pub(in crate::bench) fn run() -> Result<()> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let orders: Orders = serde_json::from_str(&line).context("the orders do not read")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = LocalSet::new();
    local.block_on(&runtime, carry_out(orders))
}

async fn carry_out(orders: Orders) -> Result<()> {
    let tally = Rc::new(RefCell::new(Tally::new(orders.count)));
    let door = Door::new(orders.entry.clone(), orders.source)?;
    let mut opened = stream::iter(orders.first..orders.first + orders.count)
        .map(|number| open(&door, &orders, number))
        .buffer_unordered(OPENING);
    while let Some(socket) = opened.next().await {
        tokio::task::spawn_local(member::receive(socket?, Rc::clone(&tally)));
    }
    drop(opened);
    say(&Said::Connected(orders.count))?;
    tokio::task::spawn_blocking(|| std::io::stdin().lock().read_to_end(&mut Vec::new())).await??;
    let report = tally.replace(Tally::new(0)).into_report();
    say(&Said::Ended(report))
}

async fn open(door: &Door, orders: &Orders, number: u32) -> Result<Socket> {
    let mut socket = door.open().await?;
    if let Some(login) = &orders.entry.login {
        member::log_in(&mut socket, login, &user(number)?).await?;
    }
    Ok(socket)
}

/// Says a word to whoever gave the orders.
pub(super) fn say(said: &Said) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, said)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}
