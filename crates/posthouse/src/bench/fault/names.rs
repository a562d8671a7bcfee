//! A vendor whose name does not resolve.

use anyhow::Result;
use futures_util::FutureExt;
use model::Vendor;
use std::time::Duration;

use super::{
    ends,
    load::{Acknowledged, Load},
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};

/// A name that never resolves (RFC 6761).
const NOWHERE: &str = "vendor.invalid:443";
const HOST: &str = "api.sandbox.push.apple.com:443";
/// A resolver may take its time to say no.
const NOTICED_WITHIN: Duration = Duration::from_secs(60);

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "dns-failure",
    promise: "pushes wait without a try being counted, other lanes go on; they leave when the name resolves again",
    run: |_, scale| run(scale).boxed_local(),
}];

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    world.kill();
    let real = world.plan.connect_to.insert(HOST.to_owned(), NOWHERE.to_owned());
    world.restart()?;
    let apns = world.certificate(Vendor::Apns)?;
    let load = Load::start(&world.door, world.road(Vendor::Apns)?, Some(scale.per_s));
    let beside = Load::start(&world.door, world.road(Vendor::Xiaomi)?, Some(scale.per_s));
    let mut said = String::new();
    let paused = async || {
        let lane = world.lane(apns).await?;
        said = lane["code"].to_string();
        Ok(lane["state"] == "paused")
    };
    world.wait_for("the lane pauses", NOTICED_WITHIN, paused).await?;
    tokio::time::sleep(scale.window).await;
    world.kill();
    let left = ends::undone(&world.plan.data).await?;
    world.plan.connect_to.extend(real.map(|real| (HOST.to_owned(), real)));
    world.restart()?;
    tokio::time::sleep(scale.window).await;
    let mut all = Acknowledged::default();
    for load in [load, beside] {
        all.add(load.end().await?);
    }
    let (mut seen, ends) = Seen::of(&mut world, &all, left.queued + left.undecided).await?;
    seen.facts.push(format!("the lane paused with {said}; {} tries failed", ends.failed_tries));
    Ok(seen)
}
