//! `POST /v1/groups`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{GroupId, JoinMode, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::GroupAction;

use super::view::{GroupView, MEMBERS_MAX_BYTES, known};
use crate::{
    api::{schema, users::user::patch::checked_name},
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A group to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewGroup {
    /// The App's own id of it: 1 to 64 bytes, case-sensitive.
    #[schema(value_type = String, example = "team")]
    id: GroupId,
    /// Its name, for people: 1 to 64 characters.
    name: String,
    /// Who may change everything about it.
    #[schema(value_type = String, example = "ann")]
    owner: UserId,
    /// How users come in.
    #[serde(default)]
    #[schema(value_type = schema::JoinMode, required = false)]
    join: JoinMode,
    /// Who is in it beside the owner; at most 1,000 at once.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false)]
    members: Vec<UserId>,
}

impl Intake for NewGroup {
    const MAX_BYTES: usize = MEMBERS_MAX_BYTES;
}

/// Make a group
///
/// An id that is taken is a conflict.
#[utoipa::path(post, path = "/v1/groups", operation_id = "create_group", tag = "Groups", request_body = NewGroup,
    responses((status = 201, description = "Made.", body = GroupView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewGroup>,
) -> Result<(StatusCode, Json<GroupView>), Problem> {
    let app = caller.app();
    let name = checked_name(&new.name)?;
    let create = GroupAction::Create { name, join: new.join, members: new.members };
    shared.im.group_as_backend(app, &new.id, create, Some(&new.owner)).await?;
    Ok((StatusCode::CREATED, Json(known(&shared, app, &new.id).await?.into())))
}
