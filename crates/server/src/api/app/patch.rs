//! `PATCH /v1/app`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::{BackgroundPolicy, ErrorCode, LoginPolicy, PUSH_TITLE_MAX_CHARS};
use serde::Deserialize;
use store::Op;
use utoipa::ToSchema;

use crate::{
    api::{schema, views::AppView},
    intake::{self, Intake},
    key::Caller,
    problem::Problem,
    shared::Shared,
};

/// What to change of an App; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct AppChange {
    /// What to change of its policy.
    policy: PolicyChange,
}

impl Intake for AppChange {}

/// What to change of a policy; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyChange {
    /// Whether a message without push settings causes a push.
    push_without_settings: Option<bool>,
    /// What a connected app in the background gets on Android.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_android: Option<BackgroundPolicy>,
    /// What a connected app in the background gets on iOS.
    #[schema(value_type = Option<schema::BackgroundPolicy>)]
    background_ios: Option<BackgroundPolicy>,
    /// How many devices of a user may be logged in.
    #[schema(value_type = Option<schema::LoginPolicy>)]
    login: Option<LoginPolicy>,
    /// The title where the sender gave none: 1 to 256 characters.
    default_title: Option<String>,
}

/// Change the App's policy
#[utoipa::path(patch, path = "/v1/app", operation_id = "change_app", tag = "Apps", request_body = AppChange,
    responses((status = 200, description = "Changed, effective at once.", body = AppView)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(change): intake::Json<AppChange>,
) -> Result<Json<AppView>, Problem> {
    let mut app = caller.view()?.app.clone();
    let (policy, change) = (&mut app.policy, change.policy);
    let given = |new: Option<BackgroundPolicy>, old: &mut BackgroundPolicy| *old = new.unwrap_or(*old);
    given(change.background_android, &mut policy.background_android);
    given(change.background_ios, &mut policy.background_ios);
    policy.push_without_settings = change.push_without_settings.unwrap_or(policy.push_without_settings);
    policy.login = change.login.unwrap_or(policy.login);
    if let Some(title) = change.default_title {
        if title.trim().is_empty() || title.chars().count() > PUSH_TITLE_MAX_CHARS {
            return Err(Problem::new(ErrorCode::Invalid, "default_title must have 1 to 256 characters"));
        }
        policy.default_title = title;
    }
    shared.store().commit(vec![Op::PutApp(app.clone())]).await?;
    shared.im.catalogue().forget(app.id);
    Ok(Json(AppView::from(&app)))
}
