//! `GET /v1/lanes`

use std::sync::Arc;

use axum::{Json, extract::State};
use gateway::{LaneState, LaneStatus};
use model::{Timestamp, Vendor};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{key::Caller, problem::Problem, shared::Shared};

/// The App's lanes.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Lanes {
    /// By certificate.
    lanes: Vec<LaneView>,
}

/// The road to one certificate's vendor.
#[derive(Serialize, ToSchema)]
#[schema(as = Lane)]
struct LaneView {
    /// Whose.
    certificate: u32,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    vendor: Option<Vendor>,
    /// `idle`, `sending`, `paused` or `alarm`.
    state: &'static str,
    /// The code that made it pause or raised the alarm; empty otherwise.
    code: String,
    /// Until when it pauses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    until: Option<Timestamp>,
    /// Pushes that are taken up and have not left.
    waiting: usize,
    /// Targets on the wire.
    in_flight: usize,
    /// Open connections.
    connections: usize,
    /// Targets that were sent since the start.
    sent: u64,
    /// Targets that the vendor took since the start.
    accepted: u64,
}

impl From<LaneStatus> for LaneView {
    fn from(lane: LaneStatus) -> Self {
        let (state, code, until) = match lane.state {
            LaneState::Idle => ("idle", String::new(), None),
            LaneState::Sending => ("sending", String::new(), None),
            LaneState::Paused { until, code } => ("paused", code, Some(until)),
            LaneState::Alarm { code } => ("alarm", code, None),
        };
        Self {
            certificate: lane.certificate.0,
            vendor: lane.vendor,
            state,
            code,
            until,
            waiting: lane.waiting,
            in_flight: lane.in_flight,
            connections: lane.connections,
            sent: lane.sent,
            accepted: lane.accepted,
        }
    }
}

/// List the App's lanes
#[utoipa::path(get, path = "/v1/lanes", operation_id = "list_lanes", tag = "Explain",
    responses((status = 200, description = "By certificate.", body = Lanes)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Result<Json<Lanes>, Problem> {
    let view = caller.view()?;
    let lanes =
        shared.gateway.lanes().into_iter().filter(|lane| view.certificate(lane.certificate).is_some());
    Ok(Json(Lanes { lanes: lanes.map(Into::into).collect() }))
}
