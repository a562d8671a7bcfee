//! More than goes through: a vendor that answers nothing, and senders at twice what the server can take.

use std::sync::Arc;

use anyhow::Result;
use futures_util::FutureExt;
use http::Method;
use model::Vendor;
use serde_json::{Value, json};

use super::{
    load::{Letter, Load},
    memory::slope_mib_per_min,
    seen::Seen,
    table::{Fault, Scale},
    windows::Windows,
    world::World,
};
use crate::processes::BacklogSection;

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "overload",
        promise: "memory stays flat, senders are told 503 and when to come again, other lanes keep their pace",
        run: |_, scale| overload(scale).boxed_local(),
    },
    Fault {
        name: "overload-classes",
        promise: "behind a vendor that is away marketing is given up first, with a reason; calls never",
        run: |_, scale| classes(scale).boxed_local(),
    },
];

/// What memory may grow by while it goes on: what a lane may hold in hand, decided or not, and the caches of the store.
const GROWTH_MAX_MIB: f64 = 64.0;
/// Pushes that may wait for one vendor: soon reached, and more than lanes and their store hold in memory.
const LANE_ROWS: u32 = 1000;

async fn overload(scale: Scale) -> Result<Seen> {
    let mut world = World::start_as(|plan, _| {
        plan.backlog = Some(BacklogSection { app: 100 * LANE_ROWS, lane: LANE_ROWS });
        Ok(())
    })
    .await?;
    let control = world.control();
    let beside = Load::start(&world.door, world.road(Vendor::Xiaomi)?, Some(scale.per_s));
    let mut windows = Windows::default();
    for _ in 0..scale.windows {
        windows.pass(false, scale).await;
    }
    control.post::<Value>("/faults/apns", &json!({ "black_hole": true })).await?;
    let crowd = Load::start(&world.door, world.road(Vendor::Apns)?, None);
    let start = world.memory.points().len();
    world
        .wait_for("senders are refused", super::world::SETTLED_WITHIN, async || Ok(crowd.refused() > 0))
        .await?;
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
    Ok(seen)
}

/// Pushes to devices, which no lane refuses, of three classes.
async fn classes(scale: Scale) -> Result<Seen> {
    let mut world = World::start_as(|plan, _| {
        plan.backlog = Some(BacklogSection { app: 100 * LANE_ROWS, lane: LANE_ROWS / 10 });
        Ok(())
    })
    .await?;
    let control = world.control();
    control.post::<Value>("/faults/apns", &json!({ "black_hole": true })).await?;
    let load = Load::start(&world.door, by_class(&world).await?, None);
    let apns = world.certificate(Vendor::Apns)?;
    let shed = async || {
        let dropped: Value = world.api().get("/v1/deliveries?state=dropped&limit=200").await?;
        Ok(dropped["deliveries"].as_array().is_some_and(|rows| rows.len() >= 20))
    };
    world.wait_for("pushes are given up", super::world::SETTLED_WITHIN, shed).await?;
    tokio::time::sleep(scale.window).await;
    let lane = world.lane(apns).await?;
    control.call(Method::DELETE, "/faults/apns", &Value::Null).await?;
    let all = load.end().await?;
    let (mut seen, ends) = Seen::of(&mut world, &all, 0).await?;
    let given_up = |class: &str| ends.dropped_by_class.get(class).copied().unwrap_or_default();
    let [marketing, chat, call] = ["marketing", "chat", "call"].map(given_up);
    seen.facts.push(format!(
        "given up: {marketing} marketing, {chat} chat, {call} calls; the lane held {}",
        lane["waiting"]
    ));
    seen.check(marketing == 0, || "no marketing was given up".to_owned());
    seen.check(call > 0, || format!("{call} calls were given up"));
    seen.check(chat > marketing, || "chats were given up before marketing".to_owned());
    Ok(seen)
}

/// Messages to users who have logged in once; every third is marketing, every third a call.
async fn by_class(world: &World) -> Result<Letter> {
    let phones = super::phones::Phones::make(world).await?;
    let letters = phones.to_one_user();
    Ok(Arc::new(move |number| {
        let (path, mut body) = letters(number);
        let turn = usize::try_from(number / 16 % 3).unwrap_or_default();
        let class = ["marketing", "chat", "call"][turn];
        body["push"] = json!({ "class": class });
        (path, body)
    }))
}
