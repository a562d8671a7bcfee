//! `POST /v1/users`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{ErrorCode, UserId};
use serde::Deserialize;
use store::{Op, Outcome};
use utoipa::ToSchema;

use crate::{
    api::{users::user::patch::checked_name, views::UserView},
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A user to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewUser {
    /// The App's own id of the user: 1 to 64 bytes, case-sensitive.
    #[schema(value_type = String, example = "bo")]
    id: UserId,
    /// What people call the user: 1 to 64 characters. Names a user who is there already, too.
    #[schema(nullable = false)]
    name: Option<String>,
}

impl Intake for NewUser {}

/// Make a user
///
/// A user who is there already stays, as does a name where none is given. A first login makes its user, too.
#[utoipa::path(post, path = "/v1/users", operation_id = "create_user", tag = "Users", request_body = NewUser,
    responses((status = 201, description = "There now.", body = UserView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewUser>,
) -> Result<(StatusCode, Json<UserView>), Problem> {
    let (app, user, at) = (caller.app(), new.id.clone(), shared.now());
    let op = match new.name.as_deref().map(checked_name).transpose()? {
        None => Op::PutUser { app, user, at },
        name => Op::NameUser { app, user, name, at },
    };
    if shared.store().commit(vec![op]).await?.contains(&Outcome::Stale) {
        return Err(Problem::new(
            ErrorCode::Conflict,
            "an earlier user of this id is being deleted; try again later",
        ));
    }
    let user = shared.store().user(caller.app(), &new.id).await?.ok_or(ErrorCode::Internal)?;
    Ok((StatusCode::CREATED, Json(user.into())))
}
