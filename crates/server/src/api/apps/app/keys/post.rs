//! `POST /v1/apps/{app}/keys`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::AppId;
use store::Scope;

use crate::{
    api::keys::view::{self, MadeKey, NewKey},
    intake::{self, Path},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// Make an API key of an App
///
/// For an App that lost its own, too: the instance may give every scope.
#[utoipa::path(post, path = "/v1/apps/{app}/keys", operation_id = "create_key_of_app", tag = "Apps",
    params(("app" = u32, Path, description = "The App's number")), request_body = NewKey,
    responses((status = 201, description = "Made; it can be used at once.", body = MadeKey)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(app): Path<AppId>,
    intake::Json(new): intake::Json<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let scopes = [Scope::Send, Scope::Read, Scope::Manage, Scope::Instance];
    let made = view::make(&shared, app, new, &scopes).await?;
    caller.made.tell(format!("app {app}, {}", made.1.object()));
    Ok(made)
}
