//! `POST /v1/calls/{call}/accept`

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

/// Take a call for an invitee
///
/// All of the invitee's devices stop ringing.
#[utoipa::path(post, path = "/v1/calls/{call}/accept", operation_id = "accept_call", tag = "Calls",
    params(("call" = Uuid, Path, description = "The call's id")), request_body = Participant,
    responses((status = 200, description = "Taken.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(call): Path<CallId>,
    intake::Json(who): intake::Json<Participant>,
) -> Result<Json<Call>, Problem> {
    Ok(Json(act(&shared, &caller, Some(who.user), call, CallAction::Accept {}).await?))
}
