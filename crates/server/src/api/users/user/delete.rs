//! `DELETE /v1/users/{user}`

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use model::{ErrorCode, UserId};

use crate::{intake::Path, key::Caller, problem::Problem, shared::Shared};

/// Delete a user
///
/// Ends every login, refuses login tokens issued until now, and takes away profile, settings and tokens; pushes that
/// have not begun are cancelled. In the background the rest goes: what the user wrote says nothing any more, deliveries
/// and system notifications to the user, group memberships (a group that was the user's goes to its longest-standing
/// admin, else member; one without anybody else is dismissed), read marks and mutes. The other side of a conversation
/// keeps its own messages. Until that is done, which takes minutes where millions of messages are kept, no new user can
/// have the id.
#[utoipa::path(delete, path = "/v1/users/{user}", operation_id = "delete_user", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")),
    responses((status = 204, description = "Deleted. Asked again, the user is not found.")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
) -> Result<StatusCode, Problem> {
    match shared.im.delete_user(caller.app(), &user).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(fault) if fault.code == ErrorCode::NotFound => {
            Err(Problem::not_found("the App has no such user"))
        }
        Err(fault) => Err(fault.into()),
    }
}
