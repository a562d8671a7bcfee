//! `PATCH /v1/users/{user}`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{DISPLAY_NAME_MAX_CHARS, ErrorCode, UserId};
use serde::Deserialize;
use store::Op;
use utoipa::ToSchema;

use super::get::known;
use crate::{
    api::views::UserView,
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What to change of a user; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct UserChange {
    /// What people call the user, 1 to 64 characters; null takes the name away.
    #[serde(default, deserialize_with = "intake::given")]
    #[schema(value_type = Option<String>, required = false, example = "阿波")]
    name: Option<Option<String>>,
}

impl Intake for UserChange {}

/// Name a user
///
/// The name stands before the text of pushes: `name:text`, in a group `name(group):text`.
#[utoipa::path(patch, path = "/v1/users/{user}", operation_id = "change_user", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")), request_body = UserChange,
    responses((status = 200, description = "Changed, effective at once.", body = UserView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    intake::Json(change): intake::Json<UserChange>,
) -> Result<Json<UserView>, Problem> {
    let app = caller.app();
    known(&shared, app, &user).await?;
    if let Some(name) = change.name {
        let name = name.as_deref().map(checked_name).transpose()?;
        let op = Op::NameUser { app, user: user.clone(), name, at: shared.now() };
        shared.store().commit(vec![op]).await?;
    }
    Ok(Json(known(&shared, app, &user).await?.into()))
}

/// A name for people: of a user or a group.
pub(in crate::api) fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= DISPLAY_NAME_MAX_CHARS;
    if !fits || name.chars().any(char::is_control) {
        return Err(Problem::new(ErrorCode::Invalid, "name must have 1 to 64 characters"));
    }
    Ok(name.to_owned())
}
