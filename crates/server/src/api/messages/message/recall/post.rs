//! `POST /v1/messages/{message}/recall`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{MessageId, PushSettings};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{messages::message::get::known, schema, views::MessageView},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// How a message is taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Recall {
    /// What stands in the place of its notification; absent: it is withdrawn where the vendor can.
    #[schema(value_type = schema::PushSettings, required = false, nullable = false)]
    push: Option<PushSettings>,
}

impl Intake for Recall {}

/// Take a message back
///
/// Its text is gone for everybody, its pushes that have not begun are cancelled, and those that a vendor took are
/// withdrawn or replaced where the vendor can. A second time changes nothing.
#[utoipa::path(post, path = "/v1/messages/{message}/recall", operation_id = "recall_message", tag = "Messages",
    params(("message" = Uuid, Path, description = "The message's id")), request_body = Recall,
    responses((status = 200, description = "Taken back.", body = MessageView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(message): Path<MessageId>,
    intake::Json(recall): intake::Json<Recall>,
) -> Result<Json<MessageView>, Problem> {
    let app = caller.app();
    known(&shared, app, message).await?;
    shared.im.recall_as_backend(app, message, recall.push.as_ref()).await?;
    Ok(Json(known(&shared, app, message).await?.into()))
}
