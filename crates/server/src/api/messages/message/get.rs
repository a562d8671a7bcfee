//! `GET /v1/messages/{message}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, Message, MessageId};

use crate::{api::views::MessageView, intake::Path, key::Caller, problem::Problem, shared::Shared};

/// One message
#[utoipa::path(get, path = "/v1/messages/{message}", operation_id = "get_message", tag = "Messages",
    params(("message" = Uuid, Path, description = "The message's id")),
    responses((status = 200, description = "The message.", body = MessageView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(message): Path<MessageId>,
) -> Result<Json<MessageView>, Problem> {
    Ok(Json(known(&shared, caller.app(), message).await?.into()))
}

/// A message of the App.
pub(in crate::api) async fn known(
    shared: &Shared,
    app: AppId,
    message: MessageId,
) -> Result<Message, Problem> {
    let found = shared.store().message(app, message).await?;
    found.ok_or_else(|| Problem::not_found("the App has no such message"))
}
