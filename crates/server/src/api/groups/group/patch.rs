//! `PATCH /v1/groups/{group}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{GroupId, JoinMode, Role, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::GroupAction;

use crate::{
    api::{
        groups::view::{GroupView, known},
        schema,
        users::user::patch::checked_name,
    },
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What to change of a group; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct GroupChange {
    /// Its name, for people: 1 to 64 characters.
    #[schema(nullable = false)]
    name: Option<String>,
    /// How users come in.
    #[schema(value_type = schema::JoinMode, required = false, nullable = false)]
    join: Option<JoinMode>,
    /// Only owner and admins write.
    #[schema(nullable = false)]
    muted: Option<bool>,
    /// A member who takes it over; the old owner stays as an admin.
    #[schema(value_type = String, required = false, nullable = false)]
    owner: Option<UserId>,
}

impl Intake for GroupChange {}

impl GroupChange {
    fn actions(self) -> Result<Vec<GroupAction>, Problem> {
        let mut actions = Vec::new();
        if let Some(user) = self.owner {
            actions.push(GroupAction::SetRole { user, role: Role::Owner });
        }
        if self.name.is_some() || self.join.is_some() {
            let name = self.name.as_deref().map(checked_name).transpose()?;
            actions.push(GroupAction::Change { name, join: self.join });
        }
        actions.extend(self.muted.map(|on| GroupAction::MuteAll { on }));
        Ok(actions)
    }
}

/// Change a group
#[utoipa::path(patch, path = "/v1/groups/{group}", operation_id = "change_group", tag = "Groups",
    params(("group" = String, Path, description = "The App's own id of the group")), request_body = GroupChange,
    responses((status = 200, description = "Changed, effective at once.", body = GroupView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(group): Path<GroupId>,
    intake::Json(change): intake::Json<GroupChange>,
) -> Result<Json<GroupView>, Problem> {
    let app = caller.app();
    known(&shared, app, &group).await?;
    for action in change.actions()? {
        shared.im.group_as_backend(app, &group, action, None).await?;
    }
    Ok(Json(known(&shared, app, &group).await?.into()))
}
