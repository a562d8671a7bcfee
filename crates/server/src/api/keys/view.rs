//! API keys as the API shows and makes them. The key itself is shown once, when it is made.

use axum::Json;
use http::StatusCode;
use model::{AppId, ErrorCode, Fault, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ApiKey, Scope};
use utoipa::ToSchema;

use crate::{api_keys, intake::Intake, problem::Problem, shared::Shared};

/// An API key, without the key itself.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(in crate::api) struct KeyView {
    /// Its public id: to revoke it by.
    #[schema(example = "9f86d081884c7d65")]
    id: String,
    /// Its name, for people.
    name: String,
    /// What it may do: `send`, `read`, `manage`, `instance`.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// When it was made.
    #[schema(value_type = i64)]
    created_at: Timestamp,
    /// When it was last used; absent: never, as far as is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, nullable = false)]
    used_at: Option<Timestamp>,
}

impl From<ApiKey> for KeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: api_keys::id_of(&key),
            name: key.name,
            scopes: key.scopes,
            created_at: key.created_at,
            used_at: key.used_at,
        }
    }
}

/// An App's API keys.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKeys)]
pub(in crate::api) struct Keys {
    /// The oldest first.
    keys: Vec<KeyView>,
}

/// An API key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApiKey)]
pub(in crate::api) struct NewKey {
    /// Its name, for people: 1 to 64 characters.
    name: String,
    /// What it may do: `send`, `read`, `manage`. A key can give away only what it may do itself.
    #[schema(value_type = Vec<String>, min_items = 1)]
    scopes: Vec<Scope>,
}

impl Intake for NewKey {}

/// A new API key.
#[derive(Serialize, ToSchema)]
#[schema(as = MadeApiKey)]
pub(in crate::api) struct MadeKey {
    /// The key itself. Shown only here.
    key: String,
    /// What is kept of it.
    #[serde(flatten)]
    view: KeyView,
}

impl MadeKey {
    /// What the audit log calls it.
    pub(in crate::api) fn object(&self) -> String {
        format!("key {}", self.view.id)
    }
}

/// Lists an App's keys.
pub(in crate::api) async fn list(shared: &Shared, app: AppId) -> Result<Json<Keys>, Problem> {
    let keys = api_keys::list(shared, app).await?;
    Ok(Json(Keys { keys: keys.into_iter().map(KeyView::from).collect() }))
}

/// Makes a key of an App; `giver`: what the caller may give away.
pub(in crate::api) async fn make(
    shared: &Shared,
    app: AppId,
    new: NewKey,
    giver: &[Scope],
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    if new.scopes.iter().any(|scope| !giver.contains(scope)) {
        return Err(Problem::new(ErrorCode::Forbidden, "a key can give away only what it may do itself"));
    }
    let (key, record) = api_keys::make(shared, app, &new.name, new.scopes).await.map_err(Fault::from)?;
    Ok((StatusCode::CREATED, Json(MadeKey { key, view: record.into() })))
}

/// Revokes a key of an App, at once. The key that asks for it, `own`, cannot revoke itself: one would be left without.
pub(in crate::api) async fn revoke(
    shared: &Shared,
    app: AppId,
    id: &str,
    own: &[u8; 32],
) -> Result<StatusCode, Problem> {
    let key = api_keys::find(shared, app, id).await?;
    if key.hash == *own {
        return Err(Problem::new(ErrorCode::Invalid, "a key cannot revoke itself; use another one"));
    }
    api_keys::revoke(shared, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
