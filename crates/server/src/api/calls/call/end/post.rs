//! `POST /v1/calls/{call}/end`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Call, CallAction, CallId};

use crate::{
    api::{calls::call::acting::act, schema},
    intake::Path,
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// End a call for everybody
#[utoipa::path(post, path = "/v1/calls/{call}/end", operation_id = "end_call", tag = "Calls",
    params(("call" = Uuid, Path, description = "The call's id")),
    responses((status = 200, description = "Over.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(call): Path<CallId>,
) -> Result<Json<Call>, Problem> {
    Ok(Json(act(&shared, &caller, None, call, CallAction::End {}).await?))
}
