//! A certificate that runs out while it is used.

use anyhow::Result;
use futures_util::FutureExt;
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use super::{
    clocks,
    load::Load,
    seen::Seen,
    table::{Fault, Scale},
    world::World,
};
use crate::bench::ground::BUNDLE;

/// So long that it is over only when the clocks are moved on.
const VALID_MS: u32 = 3_600_000;
/// Pushes that go out before.
const ACCEPTED_BEFORE: u64 = 20;

pub(super) const FAULTS: &[Fault] = &[Fault {
    name: "p12-expires",
    promise: "pushes end with the certificate's end as their reason, none before it; other lanes go on",
    run: |_, scale| run(scale).boxed_local(),
}];

async fn run(scale: Scale) -> Result<Seen> {
    let mut world = World::start_as(clocks::follow).await?;
    let beside = Load::start(&world.door, world.road(Vendor::Xiaomi)?, Some(scale.per_s));
    let wanted = json!({ "bundle": BUNDLE, "environments": ["development"], "valid_ms": VALID_MS });
    let issued: Value = world.control().post("/credentials/apns-p12", &wanted).await?;
    let fields = json!({
        "environment": "development", "topic": BUNDLE,
        "p12": issued["p12"], "p12_password": issued["password"],
    });
    let certificate = world.add_certificate(Vendor::Apns, "short-lived", &fields).await?;
    let road = world.road_through(Vendor::Apns, certificate);
    world.forget_tally().await?;
    let load = Load::start(&world.door, road, Some(scale.per_s));
    world.wait_for_accepted(certificate, ACCEPTED_BEFORE).await?;
    world.control().call(Method::POST, "/clock", &json!({ "advance_ms": VALID_MS })).await?;
    clocks::set(&world, VALID_MS.into()).await?;
    tokio::time::sleep(scale.window).await;
    let mut all = load.end().await?;
    let (through, beside) = (all.sent.len() as u64, beside.end().await?);
    let beside_sent = beside.sent.clone();
    all.add(beside);
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    let of = |reasons: &[&str]| reasons.iter().filter_map(|reason| ends.reasons.get(reason)).sum::<u64>();
    let by_certificate = of(&["certificate_expired", "certificate_unusable", "misconfigured"]);
    let accepted = of(&["accepted"]) - beside_sent.len() as u64;
    seen.facts.push(format!("{accepted} of {through} pushes before its end, {by_certificate} ended by it"));
    seen.check(accepted == 0 || by_certificate == 0, || "the certificate did not end on the way".to_owned());
    seen.check(accepted + by_certificate != through, || "pushes ended with another reason".to_owned());
    Ok(seen)
}
