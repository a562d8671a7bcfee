//! `PATCH /v1/groups/{group}/members/{user}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{AppId, GroupId, GroupMember, Role, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::GroupAction;

use crate::{
    api::{groups::view::MemberView, schema},
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What to change of a member; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct MemberChange {
    /// What the member may do; `owner` hands the group over.
    #[schema(value_type = schema::Role, required = false, nullable = false)]
    role: Option<Role>,
    /// For how long from now the member may not write, in milliseconds; 0 ends it.
    #[schema(nullable = false)]
    mute_for_ms: Option<i64>,
}

impl Intake for MemberChange {}

/// Change a member's role, or mute a member
#[utoipa::path(patch, path = "/v1/groups/{group}/members/{user}", operation_id = "change_member", tag = "Groups",
    params(
        ("group" = String, Path, description = "The App's own id of the group"),
        ("user" = String, Path, description = "The member"),
    ),
    request_body = MemberChange,
    responses((status = 200, description = "Changed, effective at once.", body = MemberView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path((group, user)): Path<(GroupId, UserId)>,
    intake::Json(change): intake::Json<MemberChange>,
) -> Result<Json<MemberView>, Problem> {
    let app = caller.app();
    known(&shared, app, &group, &user).await?;
    let role = change.role.map(|role| GroupAction::SetRole { user: user.clone(), role });
    let mute = change.mute_for_ms.map(|for_ms| GroupAction::MuteMember { user: user.clone(), for_ms });
    for action in [role, mute].into_iter().flatten() {
        shared.im.group_as_backend(app, &group, action, None).await?;
    }
    Ok(Json(known(&shared, app, &group, &user).await?.into()))
}

async fn known(shared: &Shared, app: AppId, group: &GroupId, user: &UserId) -> Result<GroupMember, Problem> {
    let found = shared.store().member(app, group, user).await?;
    found.ok_or_else(|| Problem::not_found("the user is no member of such a group"))
}
