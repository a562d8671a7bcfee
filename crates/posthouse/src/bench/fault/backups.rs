//! A machine that is lost: a backup was taken under load, the load went on, and a server begins from the backup.

use std::{ffi::OsStr, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use futures_util::FutureExt;
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use super::{
    load::Load,
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};

/// Its answers are held back, so that the backup meets pushes on the wire.
const HOST: &str = "/faults/api.sandbox.push.apple.com";
/// Over long before the server begins anew.
const SHORT_LIFETIME_MS: u64 = 200;
/// Slow enough that commits come between the pages that are copied.
const MIB_PER_SECOND: &str = "4";

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "restored-backup",
    promise: "what was acknowledged before the backup began is there and comes to its end; what outlived its lifetime \
              meanwhile is dropped with its reason",
    run: |_, scale| run(scale).boxed_local(),
}];

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    world.control().post::<Value>(HOST, &json!({ "black_hole": true })).await?;
    send_short_lived(&world).await?;
    let before = Load::start(&world.door, world.road(Vendor::Apns)?, Some(scale.per_s));
    let goes_on = Load::start(&world.door, world.road(Vendor::Xiaomi)?, Some(scale.per_s));
    tokio::time::sleep(scale.window).await;
    let before = before.end().await?;
    let beside = tempfile::tempdir()?;
    let backup = beside.path().join("backup.db");
    let data = world.plan.data.clone();
    let words = ["backup", "--json", "--mib-per-second", MIB_PER_SECOND, "--data"];
    let copied = own_command(&words, &[data.as_ref(), "--to".as_ref(), backup.as_ref()]).await?;
    tokio::time::sleep(scale.window).await;
    let after = goes_on.end().await?;
    world.kill();
    world.control().call(Method::DELETE, HOST, &Value::Null).await?;
    world.forget_tally().await?;
    let restored = restore(&mut world, &backup).await?;
    world.restart()?;
    let number = |name: &str| restored[name].as_u64().with_context(|| format!("no {name}: {restored}"));
    let (queued, undecided) = (number("queued")?, number("undecided")?);
    let (mut seen, ends) = Seen::of(&mut world, &before, queued + undecided).await?;
    seen.facts.push(format!(
        "{} messages in the backup, {queued} pushes and {undecided} undecided messages of them open; {} more were \
         acknowledged beside it and after it",
        number("messages")?,
        after.sent.len(),
    ));
    seen.check(copied["rows"]["messages"] != restored["messages"], || {
        format!(
            "the backup holds {} messages, the folder {}",
            copied["rows"]["messages"], restored["messages"]
        )
    });
    seen.check(queued + undecided == 0, || "the backup met nothing on its way".to_owned());
    seen.check(ends.reasons.get("expired_in_queue") != Some(&1), || {
        format!("what outlived its lifetime did not end so: {:?}", ends.reasons)
    });
    Ok(seen)
}

async fn send_short_lived(world: &World) -> Result<()> {
    let to = json!({ "certificate": world.certificate(Vendor::Apns)?, "token": format!("{:064x}", 1) });
    let push = json!({ "title": "a call for dinner", "body": "now", "lifetime_ms": SHORT_LIFETIME_MS });
    world.api().post::<Value>("/v1/pushes", &json!({ "to": to, "push": push })).await.map(drop)
}

/// A folder from the backup, beside the old one, with the same seal key; the server's plan names it.
async fn restore(world: &mut World, backup: &Path) -> Result<Value> {
    let key = world.plan.data.join("seal.key");
    let folder = world.plan.folder.join("restored");
    std::fs::create_dir(&folder)?;
    std::fs::copy(key, folder.join("seal.key"))?;
    let restored =
        own_command(&["restore", "--json", "--from"], &[backup.as_ref(), "--data".as_ref(), folder.as_ref()])
            .await?;
    world.plan.data = folder;
    Ok(restored)
}

/// Runs a command of this program and reads what it prints.
async fn own_command(words: &[&str], more: &[&OsStr]) -> Result<Value> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(words).args(more);
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    ensure!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("the command did not print what it did")
}
