//! `POST /v1/calls/{call}/leave`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Call, CallAction, CallId};

use crate::{
    api::{
        calls::call::acting::{Participant, act},
        schema,
    },
    intake::{self, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Leave a call for a participant
///
/// The call ends when nobody is left beside one.
#[utoipa::path(post, path = "/v1/calls/{call}/leave", operation_id = "leave_call", tag = "Calls",
    params(("call" = Uuid, Path, description = "The call's id")), request_body = Participant,
    responses((status = 200, description = "Left.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(call): Path<CallId>,
    intake::Json(who): intake::Json<Participant>,
) -> Result<Json<Call>, Problem> {
    Ok(Json(act(&shared, &caller, Some(who.user), call, CallAction::Leave {}).await?))
}
