//! `GET /v1/users/{user}/conversations/{conversation}/messages`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, ConversationId, Seq, UserId};
use serde::{Deserialize, Serialize};
use store::ConversationHead;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{users::user::get::known, views::MessageView},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Page {
    /// From before this place: `next` of the page before; absent: from the newest.
    #[param(value_type = Option<i64>)]
    before: Option<Seq>,
    /// At most so many; 1 to 100.
    #[param(default = 50)]
    limit: Option<u32>,
}

/// A page of a conversation.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct History {
    /// In order.
    messages: Vec<MessageView>,
    /// `before` of the next older page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    next: Option<Seq>,
}

/// A conversation's messages, as far back as the user may see
#[utoipa::path(get, path = "/v1/users/{user}/conversations/{conversation}/messages", operation_id = "get_history",
    tag = "Conversations",
    params(
        ("user" = String, Path, description = "The App's own id of the user"),
        ("conversation" = String, Path, description = "The conversation, such as `p:ann:bo`"),
        Page,
    ),
    responses((status = 200, description = "In order.", body = History)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((user, conversation)): Path<(UserId, ConversationId)>,
    Query(page): Query<Page>,
) -> Result<Json<History>, Problem> {
    let app = caller.app();
    let head = own(&shared, app, &user, &conversation).await?;
    let limit = page.limit.unwrap_or(50).clamp(1, 100);
    let found = shared.store().messages_before(app, &conversation, page.before, head.from, limit).await?;
    let full = found.len() >= limit as usize;
    let next = found.first().map(|oldest| oldest.seq).filter(|_| full);
    Ok(Json(History { messages: found.into_iter().map(Into::into).collect(), next }))
}

/// A conversation that is the user's.
pub(in crate::api) async fn own(
    shared: &Shared,
    app: AppId,
    user: &UserId,
    conversation: &ConversationId,
) -> Result<ConversationHead, Problem> {
    known(shared, app, user).await?;
    let head = shared.store().conversation_of(app, user, conversation).await?;
    head.ok_or_else(|| Problem::not_found("the user has no such conversation"))
}
