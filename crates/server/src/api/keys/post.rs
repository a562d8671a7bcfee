//! `POST /v1/keys`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;

use super::view::{self, MadeKey, NewKey};
use crate::{intake, key::Caller, problem::Problem, shared::Shared};

/// Make an API key of the App
#[utoipa::path(post, path = "/v1/keys", operation_id = "create_key", tag = "Keys", request_body = NewKey,
    responses((status = 201, description = "Made; it can be used at once.", body = MadeKey)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewKey>,
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let made = view::make(&shared, caller.app(), new, &caller.key.scopes).await?;
    caller.made.tell(made.1.object());
    Ok(made)
}
