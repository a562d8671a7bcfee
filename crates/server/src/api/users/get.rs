//! `GET /v1/users`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{api::views::UserView, intake::Query, key::Caller, problem::Problem, shared::Shared};

/// Which users.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Page {
    /// After this user.
    #[param(value_type = Option<String>)]
    after: Option<UserId>,
    /// At most so many; 1 to 500.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// A page of users.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Users {
    /// By id.
    users: Vec<UserView>,
}

/// List users
#[utoipa::path(get, path = "/v1/users", operation_id = "list_users", tag = "Users", params(Page),
    responses((status = 200, description = "By id.", body = Users)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<Users>, Problem> {
    let limit = page.limit.unwrap_or(100).clamp(1, 500);
    let users = shared.store().users(caller.app(), page.after.as_ref(), limit).await?;
    Ok(Json(Users { users: users.into_iter().map(Into::into).collect() }))
}
