//! A clock that jumps: the server's own, by an hour in either direction, while the machine's timers run on.

use std::{fs, path::Path, time::Duration};

use anyhow::Result;
use futures_util::FutureExt;
use model::Vendor;
use serde_json::json;

use super::{
    load::{Acknowledged, Letter, Load},
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};
use crate::processes::ServerPlan;

/// In a world's folder.
const FILE: &str = "clock";
const HOUR_MS: i64 = 3_600_000;
/// Everything comes to its end within this, though the clock says that an hour lies between.
const ENDED_WITHIN: Duration = Duration::from_secs(40);
/// Vendors that fail at a jump, so that pushes wait for their next try then.
const FAILING: Vendor = Vendor::Oppo;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "clock-forward",
        promise: "what waits leaves at once; nothing leaves after its lifetime; new messages go as ever",
        run: |_, scale| jump(HOUR_MS, scale).boxed_local(),
    },
    Fault {
        name: "clock-back",
        promise: "nothing waits until the clock has got there again; new messages go as ever",
        run: |_, scale| jump(-HOUR_MS, scale).boxed_local(),
    },
];

/// Lets a server's clock be set.
pub(super) fn follow(plan: &mut ServerPlan, folder: &Path) -> Result<()> {
    let file = folder.join(FILE);
    fs::write(&file, "0")?;
    plan.arguments = vec!["--clock-ahead-file".to_owned(), file.to_string_lossy().into_owned()];
    Ok(())
}

/// Sets the server's clock ahead of the machine's, or behind it.
pub(super) async fn set(world: &World, ahead_ms: i64) -> Result<()> {
    fs::write(world.plan.folder.join(FILE), ahead_ms.to_string())?;
    // The server looks at the file many times a second.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(())
}

async fn jump(by_ms: i64, scale: Scale) -> Result<Seen> {
    let mut world = World::start_as(follow).await?;
    let control = world.control();
    let mut loads = Vec::new();
    for vendor in [Vendor::Xiaomi, FAILING] {
        loads.push(Load::start(&world.door, world.road(vendor)?, Some(scale.per_s)));
    }
    let short_lived = with_lifetime(world.road(FAILING)?, HOUR_MS / 2);
    loads.push(Load::start(&world.door, short_lived, Some(scale.per_s / 4.0)));
    tokio::time::sleep(scale.window).await;
    let failing = json!({ "fail": { "times": u32::MAX, "code": "http:503" } });
    control.post::<serde_json::Value>(&format!("/faults/{FAILING}"), &failing).await?;
    tokio::time::sleep(scale.window).await;
    set(&world, by_ms).await?;
    control.post::<serde_json::Value>(&format!("/faults/{FAILING}"), &json!({})).await?;
    tokio::time::sleep(scale.window).await;
    let mut all = Acknowledged::default();
    for load in loads {
        all.add(load.end().await?);
    }
    let start = std::time::Instant::now();
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    let took = start.elapsed();
    seen.facts
        .push(format!("{} tries failed; everything had ended {took:.1?} after the load", ends.failed_tries));
    seen.check(took > ENDED_WITHIN, || "pushes waited for the clock".to_owned());
    let expired = ends.reasons.get("expired_in_queue").copied().unwrap_or_default();
    seen.check(by_ms < 0 && expired > 0, || format!("{expired} expired though no time had passed"));
    seen.check(by_ms > 0 && expired == 0, || "nothing expired though its lifetime was over".to_owned());
    Ok(seen)
}

fn with_lifetime(letter: Letter, lifetime_ms: i64) -> Letter {
    std::sync::Arc::new(move |number| {
        let (path, mut body) = letter(number);
        body["push"]["lifetime_ms"] = json!(lifetime_ms);
        (path, body)
    })
}
