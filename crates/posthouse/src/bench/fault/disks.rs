//! A disk that is full, and one that takes no writes any more.

use std::time::Duration;

use anyhow::Result;
use futures_util::FutureExt;
use model::Vendor;

use super::{
    ends,
    load::{Acknowledged, Load},
    mounts::Disk,
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};

/// How long the server may take to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "full-disk",
        promise: "senders are told 503 and when to come again; nothing acknowledged is lost; it goes on when there is room",
        run: |_, scale| full(scale).boxed_local(),
    },
    Fault {
        name: "read-only-disk",
        promise: "senders are told 503; nothing acknowledged is lost; it goes on when the disk is mended and the server \
                  started again",
        run: |_, scale| read_only(scale).boxed_local(),
    },
];

/// A world on a small disk, and load on it; `None`: only root may make a disk, for the reason told.
async fn begin(scale: Scale) -> Result<Result<(World, Disk, Vec<Load>), String>> {
    let disk = match Disk::make() {
        Ok(disk) => disk,
        Err(error) => return Ok(Err(format!("a disk of its own cannot be mounted here: {error:#}"))),
    };
    let world = World::start_as(|plan, _| {
        plan.data = disk.folder();
        Ok(())
    })
    .await?;
    let mut loads = Vec::new();
    for vendor in [Vendor::Apns, Vendor::Xiaomi] {
        loads.push(Load::start(&world.door, world.road(vendor)?, Some(scale.per_s)));
    }
    tokio::time::sleep(scale.window).await;
    Ok(Ok((world, disk, loads)))
}

async fn full(scale: Scale) -> Result<Seen> {
    let (mut world, disk, loads) = match begin(scale).await? {
        Ok(begun) => begun,
        Err(why) => return Ok(Seen::not_run(why)),
    };
    let times = if scale.windows > 1 { 3 } else { 1 };
    for _ in 0..times {
        disk.fill()?;
        refuses(&world, &loads).await?;
        tokio::time::sleep(scale.window).await;
        disk.make_room()?;
        tokio::time::sleep(scale.window).await;
    }
    // A full disk ends no server.
    finish(
        &mut world,
        loads,
        0,
        format!("full {times} times, for {:?} after the first refusal", scale.window),
    )
    .await
}

async fn read_only(scale: Scale) -> Result<Seen> {
    let (mut world, disk, loads) = match begin(scale).await? {
        Ok(begun) => begun,
        Err(why) => return Ok(Seen::not_run(why)),
    };
    disk.make_read_only()?;
    refuses(&world, &loads).await?;
    tokio::time::sleep(scale.window).await;
    world.kill();
    disk.repair()?;
    // Decisions and verdicts that had not reached the disk are gone with the fault, as in a power cut.
    let left = ends::undone(&world.plan.data).await?;
    world.restart()?;
    tokio::time::sleep(scale.window).await;
    let lost_with_it = left.queued + left.undecided;
    let fact =
        format!("every write failed with EROFS until the repair; {lost_with_it} were without a verdict then");
    finish(&mut world, loads, lost_with_it, fact).await
}

/// Waits until senders are refused: then the disk's fault has reached the store.
async fn refuses(world: &World, loads: &[Load]) -> Result<()> {
    let before: u64 = loads.iter().map(Load::refused).sum();
    let is_refused = async || Ok(loads.iter().map(Load::refused).sum::<u64>() > before);
    world.wait_for("senders are refused", NOTICED_WITHIN, is_refused).await
}

async fn finish(world: &mut World, loads: Vec<Load>, in_flight: u64, fact: String) -> Result<Seen> {
    let mut all = Acknowledged::default();
    for load in loads {
        all.add(load.end().await?);
    }
    let (mut seen, _) = Seen::of(world, &all, in_flight).await?;
    seen.facts.push(fact);
    seen.check(seen.refused == 0, || "nobody was refused".to_owned());
    Ok(seen)
}
