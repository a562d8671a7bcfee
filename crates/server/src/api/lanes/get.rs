//! `GET /v1/lanes`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::LaneView;
use crate::{key::Caller, problem::Problem, shared::Shared};

/// Queued pushes that are counted for one lane; of more it is only said that there are more.
const COUNTED_MAX: u32 = 20_000;

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
    let mut lanes = Vec::new();
    for lane in shared.gateway.lanes() {
        if view.certificate(lane.certificate).is_some() {
            let backlog = shared.store().queued_by_class(lane.certificate, COUNTED_MAX).await?;
            let amounts = shared.gateway.amounts(lane.certificate);
            lanes.push(LaneView::of(lane, amounts, backlog));
        }
    }
    Ok(Json(Lanes { lanes }))
}
