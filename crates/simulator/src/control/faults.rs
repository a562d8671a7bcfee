//! Faults: what each vendor host does wrong.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};

use super::problem::{Body, Problem};
use crate::{
    faults::FaultPlan,
    world::{HostView, World},
};

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/hosts", get(list))
        .route("/faults/{host}", post(set).delete(clear))
        .route("/faults/{host}/expire-auth", post(expire_auth))
}

async fn list(State(world): State<Arc<World>>) -> Json<Vec<HostView>> {
    Json(world.host_views())
}

async fn set(
    State(world): State<Arc<World>>,
    Path(host): Path<String>,
    Body(plan): Body<FaultPlan>,
) -> Result<Json<Vec<HostView>>, Problem> {
    world.set_faults(&host, plan).map_err(Problem::invalid)?;
    Ok(Json(world.host_views()))
}

async fn clear(
    State(world): State<Arc<World>>,
    Path(host): Path<String>,
) -> Result<Json<Vec<HostView>>, Problem> {
    world.set_faults(&host, FaultPlan::default()).map_err(Problem::invalid)?;
    Ok(Json(world.host_views()))
}

async fn expire_auth(
    State(world): State<Arc<World>>,
    Path(host): Path<String>,
) -> Result<Json<Vec<HostView>>, Problem> {
    world.expire_auth(&host).map_err(Problem::invalid)?;
    Ok(Json(world.host_views()))
}
