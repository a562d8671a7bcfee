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
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
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
    accepted_by_vendors(api, [certificate]).await
}

/// How many pushes the vendors have taken through these certificates since the server started.
pub(super) async fn accepted_by_vendors(
    api: &Api,
    certificates: impl IntoIterator<Item = u32>,
) -> Result<u64> {
    let certificates: Vec<u32> = certificates.into_iter().collect();
    let Lanes { lanes } = api.get("/v1/lanes").await?;
    Ok(lanes.iter().filter(|lane| certificates.contains(&lane.certificate)).map(|lane| lane.accepted).sum())
}

/// Waits until the vendor has taken so many in all, or nothing has moved for long. Answers when it came to that.
pub(super) async fn wait_for_vendor(api: &Api, certificate: u32, until: u64) -> Result<Instant> {
    wait_for_vendors(api, &[certificate], until).await
}

/// The same for several certificates together.
pub(super) async fn wait_for_vendors(api: &Api, certificates: &[u32], until: u64) -> Result<Instant> {
    let (mut taken, mut moved_at) = (0, Instant::now());
    loop {
        let now_taken = accepted_by_vendors(api, certificates.iter().copied()).await?;
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
    Ok(taken_at_of(api, "").await?.into_iter().collect())
}

/// The message and the time of the vendor's answer, for every push that a vendor took; `filter` is a further part of
/// the query, which begins with `&`.
pub(super) async fn taken_at_of(api: &Api, filter: &str) -> Result<Vec<(Uuid, Timestamp)>> {
    let mut taken = Vec::new();
    let mut before = String::new();
    loop {
        let page: Page = api.get(&format!("/v1/deliveries?limit={PAGE}{filter}{before}")).await?;
        let accepted = page.deliveries.iter().filter(|row| row.state == DeliveryState::Accepted);
        taken.extend(accepted.filter_map(|row| Some((row.message, row.finished_at?))));
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => return Ok(taken),
        }
    }
}
