//! `GET /v1/apps`

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::views::AppView, problem::Problem, shared::Shared};

/// The instance's Apps.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Apps {
    /// By number.
    apps: Vec<AppView>,
}

/// List Apps
#[utoipa::path(get, path = "/v1/apps", operation_id = "list_apps", tag = "Apps",
    responses((status = 200, description = "Every App.", body = Apps)))]
pub(in crate::api) async fn handler(State(shared): State<Arc<Shared>>) -> Result<Json<Apps>, Problem> {
    let apps = shared.store().apps().await?;
    Ok(Json(Apps { apps: apps.iter().map(AppView::from).collect() }))
}
