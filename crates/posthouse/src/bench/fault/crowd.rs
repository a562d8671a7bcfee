//! More than goes through: a vendor that answers nothing, and senders at twice what the server can take.

use anyhow::Result;
use futures_util::FutureExt;
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use super::{
    load::Load,
    memory::slope_mib_per_min,
    seen::Seen,
    table::{Fault, Scale},
    windows::Windows,
    world::World,
};

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "overload",
    promise: "memory stays flat, senders are told 429 or 503 and when to come again, other lanes keep their pace",
    run: |_, scale| run(scale).boxed_local(),
}];

/// What memory may grow by while it goes on.
const GROWTH_MAX_MIB: f64 = 16.0;

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start().await?;
    let control = world.control();
    let beside = Load::start(&world.door, world.road(Vendor::Xiaomi)?, Some(scale.per_s));
    let mut windows = Windows::default();
    for _ in 0..scale.windows {
        windows.pass(false, scale).await;
    }
    control.post::<Value>("/faults/apns", &json!({ "black_hole": true })).await?;
    let crowd = Load::start(&world.door, world.road(Vendor::Apns)?, None);
    let start = world.memory.points().len();
    for _ in 0..scale.windows {
        windows.pass(true, scale).await;
    }
    let points = world.memory.points().split_off(start);
    control.call(Method::DELETE, "/faults/apns", &Value::Null).await?;
    let mut all = crowd.end().await?;
    let beside = beside.end().await?;
    let beside_sent = beside.sent.clone();
    all.add(beside);
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    seen.beside(windows.compare(&beside_sent, &ends.answered));
    let minutes =
        points.last().map_or(0.0, |last| last.minutes) - points.first().map_or(0.0, |first| first.minutes);
    let growth = slope_mib_per_min(&points) * minutes;
    seen.facts.push(format!("memory changed by {growth:.1} MiB while it went on"));
    seen.check(growth > GROWTH_MAX_MIB, || format!("memory grew by {growth:.1} MiB"));
    seen.check(seen.refused == 0, || "nobody was refused".to_owned());
    Ok(seen)
}
