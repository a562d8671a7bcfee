//! API keys as the API shows and makes them. The key itself is shown once, when it is made.

use axum::Json;
use http::StatusCode;
use model::{AppId, ErrorCode, Timestamp};
use serde::{Deserialize, Serialize};
use store::{ApiKey, Op, Outcome, Scope};
use utoipa::ToSchema;

use crate::{create_api_key, intake::Intake, problem::Problem, shared::Shared};

/// Longest name of a key, in characters.
const NAME_MAX_CHARS: usize = 64;
/// Keys of one App.
const KEYS_MAX: usize = 100;
/// Bytes of the hash that its public id shows.
const ID_BYTES: usize = 8;

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

impl KeyView {
    fn of(key: ApiKey, shared: &Shared) -> Self {
        let used_at = key.used_at.max(shared.im.catalogue().keys().used_at(&key.hash));
        Self { id: id_of(&key.hash), name: key.name, scopes: key.scopes, created_at: key.created_at, used_at }
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
    let keys = shared.store().api_keys(app).await?;
    Ok(Json(Keys { keys: keys.into_iter().map(|key| KeyView::of(key, shared)).collect() }))
}

/// Makes a key of an App; `giver`: what the caller may give away.
pub(in crate::api) async fn make(
    shared: &Shared,
    app: AppId,
    new: NewKey,
    giver: &[Scope],
) -> Result<(StatusCode, Json<MadeKey>), Problem> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(Problem::new(ErrorCode::Invalid, "name must have 1 to 64 characters"));
    }
    if new.scopes.is_empty() {
        return Err(Problem::new(ErrorCode::Invalid, "scopes must name at least one"));
    }
    if new.scopes.iter().any(|scope| !giver.contains(scope)) {
        return Err(Problem::new(ErrorCode::Forbidden, "a key can give away only what it may do itself"));
    }
    let mut scopes = new.scopes;
    scopes.sort_unstable_by_key(|scope| *scope as u8);
    scopes.dedup();
    if shared.store().api_keys(app).await?.len() >= KEYS_MAX {
        return Err(Problem::new(ErrorCode::Invalid, "the App has 100 keys; revoke some first"));
    }
    let (key, record) = create_api_key(app, scopes, name, shared.now());
    match shared.store().commit(vec![Op::PutApiKey(record.clone())]).await?.first() {
        Some(Outcome::Done) => {
            Ok((StatusCode::CREATED, Json(MadeKey { key, view: KeyView::of(record, shared) })))
        }
        _ => Err(Problem::not_found("there is no such App")),
    }
}

/// Revokes a key of an App, at once. The key that asks for it, `own`, cannot revoke itself: one would be left without.
pub(in crate::api) async fn revoke(
    shared: &Shared,
    app: AppId,
    id: &str,
    own: &[u8; 32],
) -> Result<StatusCode, Problem> {
    let keys = shared.store().api_keys(app).await?;
    let found = keys.iter().find(|key| id_of(&key.hash) == id);
    let hash = found.ok_or_else(|| Problem::not_found("the App has no key of this id"))?.hash;
    if hash == *own {
        return Err(Problem::new(ErrorCode::Invalid, "a key cannot revoke itself; use another one"));
    }
    shared.store().commit(vec![Op::DeleteApiKey { app, hash }]).await?;
    shared.im.catalogue().keys().forget(&hash);
    Ok(StatusCode::NO_CONTENT)
}

fn id_of(hash: &[u8; 32]) -> String {
    hash.iter().take(ID_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
