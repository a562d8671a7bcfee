//! `POST /v1/users/{user}/conversations/{conversation}/read`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::{ConversationId, Seq, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::Cursor;

use crate::{
    api::users::user::conversations::conversation::messages::get::own,
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// How far a conversation was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Mark {
    /// Everything up to and with this place.
    #[schema(value_type = i64)]
    seq: Seq,
}

impl Intake for Mark {}

/// Mark a conversation as read for a user
///
/// The mark never goes back. Pushes of what was read that have not begun are cancelled on all of the user's devices,
/// and their badges go down by what was newly read.
#[utoipa::path(post, path = "/v1/users/{user}/conversations/{conversation}/read", operation_id = "read_conversation",
    tag = "Conversations",
    params(
        ("user" = String, Path, description = "The App's own id of the user"),
        ("conversation" = String, Path, description = "The conversation, such as `p:ann:bo`"),
    ),
    request_body = Mark,
    responses((status = 204, description = "Marked.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((user, conversation)): Path<(UserId, ConversationId)>,
    intake::Json(mark): intake::Json<Mark>,
) -> Result<StatusCode, Problem> {
    own(&shared, caller.app(), &user, &conversation).await?;
    let cursor = Cursor { conversation, seq: mark.seq };
    shared.im.read_for(caller.app(), &user, &[cursor]).await?;
    Ok(StatusCode::NO_CONTENT)
}
