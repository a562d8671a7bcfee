//! `GET /v1/resources`

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ResourceView;
use crate::{key::Caller, problem::Problem};

/// The App's push resources.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Resources {
    /// By id.
    resources: Vec<ResourceView>,
}

/// List push resources
#[utoipa::path(get, path = "/v1/resources", operation_id = "list_resources", tag = "Push resources",
    responses((status = 200, description = "By id.", body = Resources)))]
pub(in crate::api) async fn handler(caller: Caller) -> Result<Json<Resources>, Problem> {
    let found = &caller.view()?.resources;
    Ok(Json(Resources { resources: found.iter().cloned().map(Into::into).collect() }))
}
