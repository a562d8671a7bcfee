//! `POST /v1/users/{user}/token`

use std::sync::Arc;

use axum::{Json, extract::State};
use im::{TOKEN_LIFETIME_MAX_S, issue_token};
use model::{ErrorCode, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::Op;
use utoipa::ToSchema;

use crate::{
    intake::{self, Intake, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// A login token to issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewLoginToken {
    /// How long it is good, in seconds: 1 to 604800 (7 days); absent: a day.
    lifetime_s: Option<i64>,
}

impl Intake for NewLoginToken {}

/// A login token.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct IssuedToken {
    /// JWT HS256: what the client's login frame carries.
    token: String,
    /// When it stops being good.
    #[schema(value_type = i64)]
    expires_at: Timestamp,
}

/// Issue a login token
///
/// For backends that would rather not sign tokens themselves. The user is made where it is not there.
#[utoipa::path(post, path = "/v1/users/{user}/token", operation_id = "issue_token", tag = "Users",
    params(("user" = String, Path, description = "The App's own id of the user")), request_body = NewLoginToken,
    responses((status = 200, description = "Issued.", body = IssuedToken)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<UserId>,
    intake::Json(new): intake::Json<NewLoginToken>,
) -> Result<Json<IssuedToken>, Problem> {
    let lifetime_s = new.lifetime_s.unwrap_or(24 * 3600);
    if !(1..=TOKEN_LIFETIME_MAX_S).contains(&lifetime_s) {
        return Err(Problem::new(ErrorCode::Invalid, "lifetime_s must be 1 to 604800"));
    }
    let now = shared.now();
    shared.store().commit(vec![Op::PutUser { app: caller.app(), user: user.clone(), at: now }]).await?;
    let token = issue_token(&caller.view()?.app, &user, now, lifetime_s)?;
    Ok(Json(IssuedToken { token, expires_at: now.plus_ms(lifetime_s * 1000) }))
}
