//! API keys: made, looked up by their SHA-256, checked against the scope a call needs.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header, request::Parts};
use im::AppView;
use model::{AppId, ErrorCode, Timestamp};
use sha2::{Digest, Sha256};
use store::{ApiKey, Scope};

use crate::{audit::Made, problem::Problem, shared::Shared};

/// What every key begins with, so that one in the wrong place is recognised.
const PREFIX: &str = "ph_";
/// For this long a looked-up key is believed without asking the store, in milliseconds.
const BELIEVED_MS: i64 = 5_000;
/// Keys believed at once; beyond that the store is asked.
const BELIEVED_KEYS: usize = 4096;

/// Makes a key: what to hand out once, and what to store.
///
/// # Panics
/// Where the operating system has no random bytes.
#[must_use]
pub fn create_api_key(app: AppId, scopes: Vec<Scope>, name: &str, now: Timestamp) -> (String, ApiKey) {
    let key = format!("{PREFIX}{}", random_text());
    let record = ApiKey { hash: hash_of(&key), app, scopes, name: name.to_owned(), created_at: now };
    (key, record)
}

/// 32 random bytes as text.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hash_of(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Keys that were looked up a moment ago, by hash, each with when that was.
#[derive(Default)]
pub(crate) struct KeyCache(RwLock<Believed>);

type Believed = HashMap<[u8; 32], (Timestamp, Arc<ApiKey>)>;

impl KeyCache {
    fn find(&self, hash: &[u8; 32], now: Timestamp) -> Option<Arc<ApiKey>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (found_at, key) = known.get(hash)?;
        (now.since_ms(*found_at) < BELIEVED_MS).then(|| Arc::clone(key))
    }

    fn keep(&self, key: &Arc<ApiKey>, now: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= BELIEVED_KEYS {
            known.clear();
        }
        known.insert(key.hash, (now, Arc::clone(key)));
    }
}

/// Who calls an endpoint that needs a key.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) key: Arc<ApiKey>,
    /// Where an endpoint tells what it made.
    pub(crate) made: Made,
    /// The key's App; `None` where the call is about the whole instance.
    view: Option<Arc<AppView>>,
}

impl Caller {
    /// The App the key belongs to.
    pub(crate) fn app(&self) -> AppId {
        self.key.app
    }

    pub(crate) fn view(&self) -> Result<&Arc<AppView>, Problem> {
        self.view.as_ref().ok_or_else(|| ErrorCode::Forbidden.into())
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ErrorCode::Unauthenticated.into())
    }
}

/// Lets a request through where its key has the scope.
pub(crate) async fn authorize(
    State((shared, needed)): State<(Arc<Shared>, Scope)>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller_of(&shared, needed, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller_of(shared: &Shared, needed: Scope, headers: &HeaderMap) -> Result<Caller, Problem> {
    let key = look_up(shared, headers).await?;
    if !key.scopes.contains(&needed) {
        return Err(ErrorCode::Forbidden.into());
    }
    let view = if needed == Scope::Instance { None } else { Some(shared.view(key.app).await?) };
    Ok(Caller { key, made: Made::default(), view })
}

async fn look_up(shared: &Shared, headers: &HeaderMap) -> Result<Arc<ApiKey>, Problem> {
    let hash = bearer(headers).map(hash_of).ok_or(ErrorCode::Unauthenticated)?;
    let now = shared.now();
    if let Some(key) = shared.keys.find(&hash, now) {
        return Ok(key);
    }
    let key = Arc::new(shared.store().api_key(&hash).await?.ok_or(ErrorCode::Unauthenticated)?);
    shared.keys.keep(&key, now);
    Ok(key)
}

/// The key of `Authorization: Bearer <key>`; the scheme in any case, as RFC 9110 has it.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && key.starts_with(PREFIX)).then_some(key)
}
