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
    let known = shared.store().user(caller.app(), &user).await?;
    let issued_at = known.map_or(now, |known| not_revoked(now, known.tokens_valid_from));
    let token = issue_token(&caller.view()?.app, &user, issued_at, lifetime_s)?;
    Ok(Json(IssuedToken { token, expires_at: Timestamp::from_secs(issued_at.secs() + lifetime_s) }))
}

/// A token counts whole seconds: one that is issued in the very second of a forced logout is dated to the next, or it
/// would be refused with the tokens it replaces.
fn not_revoked(now: Timestamp, valid_from: Timestamp) -> Timestamp {
    let first_good = Timestamp::from_secs(valid_from.secs() + i64::from(valid_from.millis() % 1000 != 0));
    now.max(first_good)
}

#[cfg(test)]
mod tests {
    use super::not_revoked;
    use model::Timestamp;

    #[test]
    fn a_token_issued_in_the_second_of_a_forced_logout_is_good() {
        let valid_from = Timestamp(5_001);
        assert_eq!(not_revoked(Timestamp(5_400), valid_from), Timestamp(6_000));
        assert_eq!(not_revoked(Timestamp(7_000), valid_from), Timestamp(7_000));
        assert_eq!(not_revoked(Timestamp(7_000), Timestamp(0)), Timestamp(7_000));
    }
}
