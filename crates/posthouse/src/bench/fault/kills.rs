//! `kill -9`, again and again under load: what was acknowledged comes to its end all the same.

use std::{fs, path::Path, time::Duration};

use anyhow::Result;
use futures_util::FutureExt;
use model::{AppId, DeliveryState, Timestamp};
use store::DeliveryFilter;

use super::{
    load::Load,
    phones::Phones,
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};
use crate::stack::open_store;

/// Where the delays before the kills come from: the same in every run.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const APP: AppId = AppId(1);

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "kill-9",
    promise: "whatever moment it hits, from accept to receipt, every acknowledged message comes to its end",
    run: |_, scale| run(scale).boxed_local(),
}];

/// What a dead server left undone.
#[derive(Debug, Default)]
struct Undone {
    /// Messages with targets that are not decided.
    undecided: u64,
    /// Deliveries that have not ended, on the wire or not.
    queued: u64,
}

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    let phones = Phones::make(&world).await?;
    let load = Load::start(&world.door, phones.letters(&world)?, Some(scale.per_s));
    let (mut dice, mut undone, mut kills_in_flight) = (SEED, Undone::default(), 0);
    for _ in 0..scale.kills {
        tokio::time::sleep(next_delay(&mut dice)).await;
        world.kill();
        let left = undone_in(&world.plan.data).await?;
        kills_in_flight += u32::from(left.queued > 0);
        undone.queued += left.queued;
        undone.undecided += left.undecided;
        world.restart()?;
    }
    let all = load.end().await?;
    let shown_twice = phones.settled(&world).await?;
    let (mut seen, _) = Seen::of(&mut world, &all, undone.queued).await?;
    seen.facts.push(format!(
        "{} kills, {kills_in_flight} of them with pushes under way; {} messages undecided and {} deliveries queued at \
         them; {} acknowledged only at a repeat",
        scale.kills, undone.undecided, undone.queued, all.repeated
    ));
    seen.shown_twice += shown_twice;
    seen.check(shown_twice > 0, || format!("{shown_twice} notifications stand twice in a shade"));
    seen.check(undone.queued == 0 || undone.undecided == 0, || "the kills met nothing on its way".to_owned());
    Ok(seen)
}

/// 50 to 400 ms: before, in and after a start's first sends.
fn next_delay(dice: &mut u64) -> Duration {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    Duration::from_millis(50 + *dice % 351)
}

/// Looked up in a copy of the folder, so that the next start finds the folder as the kill left it.
async fn undone_in(data: &Path) -> Result<Undone> {
    let copy = tempfile::tempdir()?;
    for file in fs::read_dir(data)? {
        let file = file?;
        fs::copy(file.path(), copy.path().join(file.file_name()))?;
    }
    let store = open_store(copy.path(), &copy.path().join("seal.key"))?;
    let queued = DeliveryFilter { state: Some(DeliveryState::Queued), ..DeliveryFilter::default() };
    Ok(Undone {
        undecided: store.due_fanouts(Timestamp::NEVER, u32::MAX).await?.len() as u64,
        queued: store.deliveries(APP, &queued, u32::MAX).await?.len() as u64,
    })
}
