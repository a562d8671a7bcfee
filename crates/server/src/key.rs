//! API keys: made, looked up by their SHA-256, checked against the scope a call needs.

use std::{net::SocketAddr, sync::Arc, time::Duration};

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

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{
    accept::Peer,
    audit::Made,
    problem::Problem,
    shared::{Shared, went_down},
};

/// What every key begins with, so that one in the wrong place is recognised.
const PREFIX: &str = "ph_";
/// How often it is stored when keys were last used.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// Makes a key: what to hand out once, and what to store.
///
/// # Panics
/// Where the operating system has no random bytes.
#[must_use]
pub fn create_api_key(app: AppId, scopes: Vec<Scope>, name: &str, now: Timestamp) -> (String, ApiKey) {
    let key = format!("{PREFIX}{}", random_text());
    let record =
        ApiKey { hash: hash_of(&key), app, scopes, name: name.to_owned(), created_at: now, used_at: None };
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

/// Lets a request through where [`admit`] does.
pub(crate) async fn authorize(
    State((shared, needed)): State<(Arc<Shared>, Scope)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&shared, needed, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Admits a request whose key has the scope and comes not too fast, and notes who calls. One without a valid key
/// counts against its address.
///
/// # Errors
/// What it is answered instead.
pub(crate) async fn admit(shared: &Shared, needed: Scope, request: &mut Request) -> Result<(), Problem> {
    match caller_of(shared, needed, request.headers()).await {
        Ok(caller) => {
            shared.gate.pass_key(&caller.key.hash, &shared.meter)?;
            request.extensions_mut().insert(caller);
            Ok(())
        }
        Err(problem) => {
            let Some(Peer(peer)) = request.extensions().get().copied() else { return Err(problem) };
            Err(turned_away(shared, peer, request.headers(), problem))
        }
    }
}

/// What a request without a valid key is answered: that, or that its address asks too often.
fn turned_away(shared: &Shared, peer: SocketAddr, headers: &HeaderMap, problem: Problem) -> Problem {
    if problem.fault().code != ErrorCode::Unauthenticated {
        return problem;
    }
    let origin = shared.gate.origin(peer, headers);
    shared.gate.pass_address(origin, &shared.meter).err().unwrap_or(problem)
}

pub(crate) async fn caller_of(
    shared: &Shared,
    needed: Scope,
    headers: &HeaderMap,
) -> Result<Caller, Problem> {
    let key = look_up(shared, headers).await?;
    if !key.scopes.contains(&needed) {
        return Err(ErrorCode::Forbidden.into());
    }
    let view = if needed == Scope::Instance { None } else { Some(shared.view(key.app).await?) };
    Ok(Caller { key, made: Made::default(), view })
}

async fn look_up(shared: &Shared, headers: &HeaderMap) -> Result<Arc<ApiKey>, Problem> {
    let said = bearer_of(headers).filter(|key| key.starts_with(PREFIX));
    let hash = said.map(hash_of).ok_or(ErrorCode::Unauthenticated)?;
    let key = shared.im.catalogue().keys().find(&**shared.store(), hash, shared.now()).await?;
    key.ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// Stores now and then when keys were last used, until the server goes down.
pub(crate) async fn run_noting(shared: Arc<Shared>, mut goes_down: watch::Receiver<bool>) {
    let mut noting = interval(NOTED_EVERY);
    noting.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let last = tokio::select! {
            _ = noting.tick() => false,
            () = went_down(&mut goes_down) => true,
        };
        if let Some(op) = shared.im.catalogue().keys().noting()
            && let Err(error) = shared.store().commit(vec![op]).await
        {
            tracing::debug!(%error, "when keys were last used was not stored");
        }
        if last {
            return;
        }
    }
}

/// What stands in `Authorization: Bearer …`; the scheme in any case, as RFC 9110 has it.
pub(crate) fn bearer_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}
