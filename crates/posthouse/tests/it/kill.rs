//! `kill -9`, twenty times under load: what was acknowledged comes to its end all the same.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use model::DeliveryState;
use serde::Deserialize;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    api::Api,
    load::{Load, Receivers},
    stage::{LOOK_EVERY, Stage, Undone},
};

const KILLS: u32 = 20;
/// Where the delays before the kills come from.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
/// How long everything may take to come to its end after the last start.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);
/// Messages named in a failure.
const NAMED_MAX: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_comes_to_its_end_though_the_server_is_killed_twenty_times() {
    let mut stage = Stage::new().await;
    let receivers = Arc::new(receivers(&stage).await);
    let load = Load::start(&receivers, &stage.watch_url());
    let (mut dice, mut queued_at_kills, mut undecided_at_kills) = (SEED, 0, 0);
    for _ in 0..KILLS {
        sleep(next_delay(&mut dice)).await;
        stage.kill();
        let undone = stage.undone_at_death().await;
        queued_at_kills += undone.queued as u64;
        undecided_at_kills += undone.undecided;
        stage.restart();
    }
    let acknowledged = load.end().await;
    let left = settle(&stage.api(), &acknowledged.messages).await;
    let tally: HashMap<String, Count> = stage.control().get("/tally").await.unwrap();
    assert!(tally.values().all(|count| !count.full), "the simulator stopped counting");
    let accepted: u64 = tally.values().map(|count| count.accepted).sum();
    let duplicates = accepted - tally.values().map(|count| count.distinct).sum::<u64>();
    let figures = format!(
        "{KILLS} kills; {} messages acknowledged, {} of them only at a repeat; {} without an end; \
         {accepted} pushes taken by the vendors, {duplicates} of them again; at the kills {undecided_at_kills} messages \
         were undecided and {queued_at_kills} deliveries queued",
        acknowledged.messages.len(),
        acknowledged.repeated,
        left.len(),
    );
    println!("{figures}");
    let named = &left[..left.len().min(NAMED_MAX)];
    assert!(left.is_empty(), "{figures}; such as {named:?}");
    stage.kill();
    assert_eq!(stage.undone_at_death().await, Undone::default(), "{figures}");
    // What was on the wire at a kill, or answered and not yet stored, is sent again; every one of them was queued.
    assert!(duplicates <= queued_at_kills, "{figures}");
    assert!(queued_at_kills > 0 && undecided_at_kills > 0, "the kills met nothing on its way: {figures}");
}

pub(crate) async fn receivers(stage: &Stage) -> Receivers {
    let mut push_ids = Vec::new();
    for number in 0..8 {
        push_ids.push(stage.register_device(&format!("{number:064x}")).await);
    }
    stage.killed_phone("xiaomi", "bo").await;
    stage.killed_phone("apple", "ann").await;
    let ground = crate::ground::Ground { api_key: stage.ground.api_key.clone(), ..stage.ground };
    Receivers { ground, push_ids, users: vec!["bo", "ann", "nobody"] }
}

/// 50 to 400 ms: before, in and after a start's first sends. The same delays in every run.
fn next_delay(dice: &mut u64) -> Duration {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    Duration::from_millis(50 + *dice % 351)
}

#[derive(Deserialize)]
struct Count {
    accepted: u64,
    distinct: u64,
    full: bool,
}

#[derive(Deserialize)]
struct Page {
    deliveries: Vec<Row>,
    next: Option<i64>,
}

#[derive(Deserialize)]
struct Row {
    message: Uuid,
    state: DeliveryState,
}

/// Waits until every message has deliveries and all of them have ended, and names those for which that is not so when
/// the time is over.
pub(crate) async fn settle(api: &Api, messages: &[Uuid]) -> Vec<Uuid> {
    let start = Instant::now();
    loop {
        let (ended, queued) = ends(api).await;
        let open = |message: &&Uuid| !ended.contains(message) || queued.contains(message);
        let left: Vec<Uuid> = messages.iter().filter(open).copied().collect();
        if left.is_empty() || start.elapsed() > SETTLED_WITHIN {
            return left;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Messages with a delivery that has ended, and messages with one that has not.
async fn ends(api: &Api) -> (HashSet<Uuid>, HashSet<Uuid>) {
    let (mut ended, mut queued) = (HashSet::new(), HashSet::new());
    let mut before = String::new();
    loop {
        let page: Page = api.get(&format!("/v1/deliveries?limit=500{before}")).await.unwrap();
        for row in page.deliveries {
            if row.state.is_terminal() { &mut ended } else { &mut queued }.insert(row.message);
        }
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => return (ended, queued),
        }
    }
}
