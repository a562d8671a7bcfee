//! `GET /v1/users/{user}/conversations`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{ConversationId, Mute, Seq, UserId};
use serde::{Deserialize, Serialize};
use store::ConversationEntry;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api::{schema, users::user::get::known, views::MessageView},
    intake::{Path, Query},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// How many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct Newest {
    /// At most so many; 1 to 200.
    #[param(default = 100)]
    limit: Option<u32>,
}

/// A user's conversations.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Conversations {
    /// The one with the newest message first.
    conversations: Vec<ConversationView>,
}

/// One of a user's conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
struct ConversationView {
    /// `p:` and the sorted pair, `g:` and the group, or `s:` and the user.
    #[schema(value_type = String, example = "p:ann:bo")]
    conversation: ConversationId,
    /// Its last message's place.
    #[schema(value_type = i64)]
    seq: Seq,
    /// How far the user has read it.
    #[schema(value_type = i64)]
    read: Seq,
    /// Messages of others that count and are not read.
    unread: u32,
    /// How far it is muted.
    #[schema(value_type = schema::Mute)]
    mute: Mute,
    /// Its last message.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last: Option<MessageView>,
}

impl From<ConversationEntry> for ConversationView {
    fn from(entry: ConversationEntry) -> Self {
        Self {
            conversation: entry.head.conversation,
            seq: entry.head.seq,
            read: entry.read,
            unread: entry.unread,
            mute: entry.mute,
            last: entry.last.map(Into::into),
        }
    }
}

/// A user's conversations with read marks and unread counts
#[utoipa::path(get, path = "/v1/users/{user}/conversations", operation_id = "list_user_conversations",
    tag = "Conversations",
    params(("user" = String, Path, description = "The App's own id of the user"), Newest),
    responses((status = 200, description = "The one with the newest message first.", body = Conversations)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    Query(newest): Query<Newest>,
) -> Result<Json<Conversations>, Problem> {
    known(&shared, caller.app(), &user).await?;
    let limit = newest.limit.unwrap_or(100).clamp(1, 200);
    let found = shared.store().conversation_list(caller.app(), &user, limit).await?;
    Ok(Json(Conversations { conversations: found.into_iter().map(Into::into).collect() }))
}
