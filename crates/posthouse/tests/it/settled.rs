//! Whom load goes to, and whether everything that was acknowledged has come to its end.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use model::DeliveryState;
use serde::Deserialize;
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    api::Api,
    load::Receivers,
    stage::{LOOK_EVERY, Stage},
};

/// How long everything may take to come to its end after the last start.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);

/// Devices without a user, users whose phones were killed, and one who was never seen.
pub(crate) async fn receivers(stage: &Stage) -> Receivers {
    let mut push_ids = Vec::new();
    for number in 0..8 {
        push_ids.push(stage.register_device(&format!("{number:064x}")).await);
    }
    stage.killed_phone("xiaomi", "bo").await;
    stage.killed_phone("apple", "ann").await;
    Receivers { ground: stage.ground.clone(), push_ids, users: vec!["bo", "ann", "nobody"] }
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
