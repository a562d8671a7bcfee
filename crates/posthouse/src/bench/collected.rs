//! What the server says afterwards of every push: whether the vendor took it, and when.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use model::{DeliveryState, Timestamp};
use serde::Deserialize;
use tokio::time::sleep;
use uuid::Uuid;

use crate::api::Api;

/// Between two looks at the lanes.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Lanes in which nothing moves for so long are given up on.
const PATIENCE: Duration = Duration::from_secs(10);
/// Deliveries of one page: the most there are.
const PAGE: usize = 500;

#[derive(Deserialize)]
struct Lanes {
    lanes: Vec<Lane>,
}

/// What matters of a lane.
#[derive(Deserialize)]
struct Lane {
    certificate: u32,
    accepted: u64,
}

/// How many pushes the vendor has taken through a certificate since the server started.
pub(super) async fn accepted_by_vendor(api: &Api, certificate: u32) -> Result<u64> {
    let Lanes { lanes } = api.get("/v1/lanes").await?;
    Ok(lanes.iter().find(|lane| lane.certificate == certificate).map_or(0, |lane| lane.accepted))
}

/// Waits until the vendor has taken so many in all, or nothing has moved for long. Answers when it came to that.
pub(super) async fn wait_for_vendor(api: &Api, certificate: u32, until: u64) -> Result<Instant> {
    let (mut taken, mut moved_at) = (0, Instant::now());
    loop {
        let now_taken = accepted_by_vendor(api, certificate).await?;
        if now_taken > taken {
            (taken, moved_at) = (now_taken, Instant::now());
        }
        if taken >= until || moved_at.elapsed() > PATIENCE {
            return Ok(moved_at);
        }
        sleep(LOOK_EVERY).await;
    }
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
    finished_at: Option<Timestamp>,
}

/// When the vendor's answer came, for every message whose push the vendor took.
pub(super) async fn taken_at(api: &Api) -> Result<HashMap<Uuid, Timestamp>> {
    let mut taken = HashMap::new();
    let mut before = String::new();
    loop {
        let page: Page = api.get(&format!("/v1/deliveries?limit={PAGE}{before}")).await?;
        let accepted = page.deliveries.iter().filter(|row| row.state == DeliveryState::Accepted);
        taken.extend(accepted.filter_map(|row| Some((row.message, row.finished_at?))));
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => return Ok(taken),
        }
    }
}
