//! `GET /v1/groups`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::GroupId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::GroupView;
use crate::{intake::Query, key::Caller, problem::Problem, shared::Shared};

/// Which groups.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Page {
    /// After this group.
    #[param(value_type = Option<String>)]
    after: Option<GroupId>,
    /// At most so many; 1 to 500.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// A page of groups.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Groups {
    /// By id.
    groups: Vec<GroupView>,
}

/// List groups
#[utoipa::path(get, path = "/v1/groups", operation_id = "list_groups", tag = "Groups", params(Page),
    responses((status = 200, description = "By id.", body = Groups)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<Groups>, Problem> {
    let limit = page.limit.unwrap_or(100).clamp(1, 500);
    let found = shared.store().groups(caller.app(), page.after.as_ref(), limit).await?;
    Ok(Json(Groups { groups: found.into_iter().map(Into::into).collect() }))
}
