//! `GET /v1/users/{user}/explain`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{Class, ConversationId, ErrorCode, GroupId, MessageKind, ResourceId, Timestamp, UserId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::schema,
    explain::{AskError, AskedPush, Explanation, Imagined, explain_user},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What is asked about; what is left out is as for a plain system notification sent now.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Question {
    /// What it is: `message`, `system`, `call` (an invitation) or `push` (a push alone).
    #[param(value_type = Option<schema::MessageKind>)]
    kind: Option<MessageKind>,
    /// Who sends it.
    #[param(value_type = Option<String>)]
    from: Option<UserId>,
    /// Where it is sent; the user must be in it.
    #[param(value_type = Option<String>)]
    conversation: Option<ConversationId>,
    /// To which group it is sent, instead of a conversation.
    #[param(value_type = Option<String>)]
    group: Option<GroupId>,
    /// It calls the user by name.
    mentions_me: Option<bool>,
    /// `none`: without push settings; `on`: with; `off`: with the push switched off.
    #[param(value_type = Option<String>)]
    push: Option<AskedPush>,
    /// Its class.
    #[param(value_type = Option<schema::Class>)]
    class: Option<Class>,
    /// It is forced through mute and do-not-disturb.
    force: Option<bool>,
    /// The push resource it names.
    #[param(value_type = Option<String>)]
    resource: Option<ResourceId>,
    /// When it is sent, in milliseconds since the epoch; absent: now.
    #[param(value_type = Option<i64>)]
    at: Option<Timestamp>,
}

impl From<Question> for Imagined {
    fn from(question: Question) -> Self {
        let Question { kind, from, conversation, group, mentions_me, push, class, force, resource, at } =
            question;
        Self { kind, from, conversation, group, mentions_me, push, class, force, resource, at }
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Unimaginable(why) => Self::new(ErrorCode::Invalid, why.to_string()),
            AskError::Store(error) => error.into(),
        }
    }
}

/// Would a push go out?
///
/// What would happen to such a message to this user, for each device: every rule in order, what it saw, and the one that
/// would decide.
#[utoipa::path(get, path = "/v1/users/{user}/explain", operation_id = "explain_user", tag = "Explain",
    params(("user" = String, Path, description = "The App's own id of the user"), Question),
    responses((status = 200, description = "The answer.", body = Explanation)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    Query(question): Query<Question>,
) -> Result<Json<Explanation>, Problem> {
    let answer = explain_user(&shared.im, caller.app(), &user, &question.into()).await?;
    answer.map(Json).ok_or_else(|| Problem::not_found("the user is not in this conversation"))
}
