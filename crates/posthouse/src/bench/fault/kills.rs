//! `kill -9`, again and again under load: what was acknowledged comes to its end all the same.

use std::time::Duration;

use anyhow::Result;
use futures_util::FutureExt;

use super::{
    ends::{self, Undone},
    load::Load,
    phones::Phones,
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};

/// Where the delays before the kills come from: the same in every run.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// Fewer would often be through before the kill.
const LOAD_MIN_PER_S: f64 = 250.0;

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "kill-9",
    promise: "whatever moment it hits, from accept to receipt, every acknowledged message comes to its end",
    run: |_, scale| run(scale).boxed_local(),
}];

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    let phones = Phones::make(&world).await?;
    let load = Load::start(&world.door, phones.letters(&world)?, Some(scale.per_s.max(LOAD_MIN_PER_S)));
    let (mut dice, mut undone, mut kills_in_flight) = (SEED, Undone::default(), 0);
    for _ in 0..scale.kills {
        tokio::time::sleep(next_delay(&mut dice)).await;
        world.kill();
        let left = ends::undone(&world.plan.data).await?;
        kills_in_flight += u32::from(left.queued + left.undecided > 0);
        undone.queued += left.queued;
        undone.undecided += left.undecided;
        world.restart()?;
    }
    let all = load.end().await?;
    let shown_twice = phones.settled(&world).await?;
    let (mut seen, _) = Seen::of(&mut world, &all, undone.queued + undone.undecided).await?;
    seen.facts.push(format!(
        "{} kills, {kills_in_flight} of them with pushes under way; {} messages undecided and {} deliveries queued at \
         them; {} acknowledged only at a repeat",
        scale.kills, undone.undecided, undone.queued, all.repeated
    ));
    seen.shown_twice += shown_twice;
    seen.check(shown_twice > 0, || format!("{shown_twice} notifications stand twice in a shade"));
    seen.check(kills_in_flight == 0, || "the kills met nothing on its way".to_owned());
    Ok(seen)
}

/// 50 to 400 ms: before, in and after a start's first sends.
fn next_delay(dice: &mut u64) -> Duration {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    Duration::from_millis(50 + *dice % 351)
}
