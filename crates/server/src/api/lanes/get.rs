//! `GET /v1/lanes`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::LaneView;
use crate::{key::Caller, lanes, problem::Problem, shared::Shared};

/// The App's lanes.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Lanes {
    /// By certificate.
    lanes: Vec<LaneView>,
}

/// List the App's lanes
///
/// What waits, what is on the wire, how fast it goes and what holds it up: pause, breaker, brake and daily amounts.
#[utoipa::path(get, path = "/v1/lanes", operation_id = "list_lanes", tag = "Explain",
    responses((status = 200, description = "By certificate.", body = Lanes)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Json<Lanes>, Problem> {
    let view = caller.view()?;
    let read = lanes::read(&shared, view).await?;
    let lanes = read.into_iter().map(|lane| LaneView::of(lane.status, lane.amounts, lane.backlog)).collect();
    Ok(Json(Lanes { lanes }))
}
