//! `GET /v1/messages/{message}/explain`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{DeviceId, MessageId, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    explain::{Asked, Explanation, explain},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Whose targets.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Whose {
    /// Only this user's.
    #[param(value_type = Option<String>)]
    user: Option<UserId>,
    /// Only this device's.
    #[param(value_type = Option<String>)]
    device: Option<DeviceId>,
}

/// Why did it not arrive?
///
/// For each target of the message: every rule in order, what it saw, the one that decided, every attempt with the
/// vendor's own code, what it means and what to do.
#[utoipa::path(get, path = "/v1/messages/{message}/explain", operation_id = "explain_message", tag = "Explain",
    params(("message" = Uuid, Path, description = "The message's id"), Whose),
    responses((status = 200, description = "The answer.", body = Explanation)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(message): Path<MessageId>,
    Query(whose): Query<Whose>,
) -> Result<Json<Explanation>, Problem> {
    let narrowed = whose.user.is_some() || whose.device.is_some();
    let asked = Asked { user: whose.user, device: whose.device, show_text: true };
    let answer = explain(&shared.im, caller.app(), message, &asked).await?;
    let answer = answer.ok_or_else(|| Problem::not_found("the App has no such message"))?;
    if narrowed && answer.targets.is_empty() && answer.warnings.is_empty() {
        return Err(Problem::not_found("the message is not for this user or device"));
    }
    Ok(Json(answer))
}
