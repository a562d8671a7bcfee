//! `PUT /v1/users/{user}/conversations/{conversation}/mute`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::{ConversationId, Mute, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{schema, users::user::get::known},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// How far a conversation is muted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Muting {
    /// How far.
    #[schema(value_type = schema::Mute)]
    mute: Mute,
}

impl Intake for Muting {}

/// Mute a conversation for a user
#[utoipa::path(put, path = "/v1/users/{user}/conversations/{conversation}/mute", operation_id = "mute_conversation",
    tag = "Conversations",
    params(
        ("user" = String, Path, description = "The App's own id of the user"),
        ("conversation" = String, Path, description = "The conversation, such as `p:ann:bo`"),
    ),
    request_body = Muting,
    responses((status = 204, description = "Set, effective at once.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((user, conversation)): Path<(UserId, ConversationId)>,
    intake::Json(muting): intake::Json<Muting>,
) -> Result<StatusCode, Problem> {
    let app = caller.app();
    known(&shared, app, &user).await?;
    shared.im.set_mute_of(app, user, conversation, muting.mute).await?;
    Ok(StatusCode::NO_CONTENT)
}
