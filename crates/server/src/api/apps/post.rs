//! `POST /v1/apps`

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use model::{App, AppId, AppPolicy, ErrorCode, Secret};
use serde::{Deserialize, Serialize};
use store::{Op, Scope};
use utoipa::ToSchema;

use crate::{
    api::{app::patch::POLICY_MAX_BYTES, schema, views::AppView},
    create_api_key,
    intake::{self, Intake},
    key::{Caller, random_text},
    policy::check_policy,
    problem::Problem,
    shared::Shared,
};

/// Longest name of an App, in characters.
const NAME_MAX_CHARS: usize = 64;

/// An App to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct NewApp {
    /// Its name, for people: 1 to 64 characters.
    name: String,
    /// What its rules are set to; absent: the defaults.
    #[serde(default)]
    #[schema(value_type = schema::AppPolicy, required = false)]
    policy: AppPolicy,
}

impl Intake for NewApp {
    const MAX_BYTES: usize = POLICY_MAX_BYTES;
}

/// A new App with what is shown only once.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct MadeApp {
    /// The App.
    app: AppView,
    /// Its first API key, with every scope of an App. Shown only here.
    key: String,
    /// Signs its login tokens (JWT HS256). Shown only here.
    login_secret: String,
}

/// Make an App with its first key
#[utoipa::path(post, path = "/v1/apps", operation_id = "create_app", tag = "Apps", request_body = NewApp,
    responses((status = 201, description = "Made.", body = MadeApp)))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    intake::Json(new): intake::Json<NewApp>,
) -> Result<(StatusCode, Json<MadeApp>), Problem> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::new(ErrorCode::Invalid, "name must have 1 to 64 characters"));
    }
    check_policy(&new.policy)?;
    let now = shared.now();
    let login_secret = random_text();
    let _making = shared.making_app.lock().await;
    let highest = shared.store().apps().await?.iter().map(|app| app.id.0).max().unwrap_or(0);
    let app = App {
        id: AppId(highest + 1),
        name: name.to_owned(),
        login_secret: Secret::new(login_secret.clone()),
        policy: new.policy,
        created_at: now,
    };
    let scopes = vec![Scope::Send, Scope::Read, Scope::Manage];
    let (key, record) = create_api_key(app.id, scopes, "first key", now);
    shared.store().commit(vec![Op::PutApp(app.clone()), Op::PutApiKey(record)]).await?;
    caller.made.tell(format!("app {}", app.id));
    Ok((StatusCode::CREATED, Json(MadeApp { app: AppView::from(&app), key, login_secret })))
}
