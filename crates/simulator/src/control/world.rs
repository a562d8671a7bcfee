//! The world as a whole: state, request log, tally, reset.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{StatusCode, header},
    response::IntoResponse,
    routing::{get, post},
};
use model::Vendor;
use serde::Deserialize;

use super::problem::Body;
use crate::{
    log::Entry,
    tally::Count,
    world::{Snapshot, World},
};

/// Entries of the log in one answer.
const LOG_MAX: usize = 1000;

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/state", get(state))
        .route("/log", get(log))
        .route("/tally", get(tally))
        .route("/reset", post(reset))
        .route("/restart", post(restart))
        .route("/clock", post(advance_clock))
        .route("/blocked-words", post(block_words))
        .route("/ca.pem", get(ca_pem))
}

async fn state(State(world): State<Arc<World>>) -> Json<Snapshot> {
    Json(world.snapshot())
}

#[derive(Deserialize)]
struct Span {
    /// Only entries with a higher number.
    #[serde(default)]
    after: u64,
    /// At most so many, the newest being kept.
    limit: Option<usize>,
}

async fn log(State(world): State<Arc<World>>, Query(span): Query<Span>) -> Json<Vec<Entry>> {
    Json(world.log_after(span.after, span.limit.unwrap_or(LOG_MAX).min(LOG_MAX)))
}

async fn tally(State(world): State<Arc<World>>) -> Json<BTreeMap<Vendor, Count>> {
    Json(world.tally())
}

async fn reset(State(world): State<Arc<World>>) -> StatusCode {
    world.reset();
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Restart {
    /// For how long the hosts are away, in milliseconds.
    down_ms: u16,
}

async fn restart(State(world): State<Arc<World>>, Body(restart): Body<Restart>) -> StatusCode {
    world.restart(Duration::from_millis(restart.down_ms.into())).await;
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    /// How far to move the clock on, in milliseconds; at most 49 days.
    advance_ms: u32,
}

async fn advance_clock(State(world): State<Arc<World>>, Body(by): Body<Advance>) -> StatusCode {
    world.advance_clock(by.advance_ms);
    StatusCode::NO_CONTENT
}

async fn block_words(State(world): State<Arc<World>>, Body(words): Body<Vec<String>>) -> StatusCode {
    world.set_blocked_words(words);
    StatusCode::NO_CONTENT
}

async fn ca_pem(State(world): State<Arc<World>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], world.ca.pem().to_owned())
}
