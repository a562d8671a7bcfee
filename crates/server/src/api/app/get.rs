//! `GET /v1/app`

use axum::Json;

use crate::{api::views::AppView, key::Caller, problem::Problem};

/// The key's own App
#[utoipa::path(get, path = "/v1/app", operation_id = "get_app", tag = "Apps",
    responses((status = 200, description = "The App.", body = AppView)))]
pub(in crate::api) async fn handler(caller: Caller) -> Result<Json<AppView>, Problem> {
    Ok(Json(AppView::from(&caller.view()?.app)))
}
