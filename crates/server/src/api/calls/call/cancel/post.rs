//! `POST /v1/calls/{call}/cancel`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Call, CallAction, CallId, PushSettings, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{calls::call::acting::act, schema},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which invitations are taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Cancel {
    /// Whose; empty: everybody's that still ring.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false)]
    users: Vec<UserId>,
    /// What stands in the place of the notification; absent: it is withdrawn where the vendor can.
    #[schema(value_type = schema::PushSettings, required = false, nullable = false)]
    push: Option<PushSettings>,
}

impl Intake for Cancel {}

/// Take invitations to a call back
#[utoipa::path(post, path = "/v1/calls/{call}/cancel", operation_id = "cancel_call", tag = "Calls",
    params(("call" = Uuid, Path, description = "The call's id")), request_body = Cancel,
    responses((status = 200, description = "Taken back.", body = schema::Call)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(call): Path<CallId>,
    intake::Json(cancel): intake::Json<Cancel>,
) -> Result<Json<Call>, Problem> {
    let action = CallAction::Cancel { users: cancel.users, push: cancel.push.map(Box::new) };
    Ok(Json(act(&shared, &caller, None, call, action).await?))
}
