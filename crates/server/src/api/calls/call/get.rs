//! `GET /v1/calls/{call}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, Call, CallId};

use crate::{api::schema, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// One call
#[utoipa::path(get, path = "/v1/calls/{call}", operation_id = "get_call", tag = "Calls",
    params(("call" = Uuid, Path, description = "The call's id")),
    responses((status = 200, description = "The call.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(call): Path<CallId>,
) -> Result<Json<Call>, Problem> {
    Ok(Json(known(&shared, caller.app(), call).await?))
}

/// A call of the App.
pub(in crate::api) async fn known(shared: &Shared, app: AppId, call: CallId) -> Result<Call, Problem> {
    let found = shared.store().call(app, call).await?;
    Ok(found.ok_or_else(|| Problem::not_found("the App has no such call"))?.call)
}
