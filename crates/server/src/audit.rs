//! The audit log's side of the API: what a key changes through an endpoint of the list is recorded.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    extract::{RawPathParams, Request, State},
    middleware::Next,
    response::Response,
};
use model::AppId;
use store::{AuditChannel, AuditDraft, AuditObject, Op};

use crate::{accept::Peer, key::Caller, shared::Shared};

/// Longest name of a changed thing, in characters.
const OBJECT_MAX_CHARS: usize = 200;

/// What an endpoint made, told to whoever records it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made(Arc<OnceLock<String>>);

impl Made {
    /// Tells the name of what was made, such as `certificate 3`. The first counts.
    pub(crate) fn tell(&self, object: String) {
        let _ = self.0.set(object);
    }
}

/// What is recorded of an endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Recorded {
    /// The word of what it does.
    pub(crate) action: Arc<str>,
    /// Whether it concerns the instance and no App.
    pub(crate) of_instance: bool,
}

/// Records what the endpoint behind it changed, before its answer leaves.
pub(crate) async fn record(
    State((shared, recorded)): State<(Arc<Shared>, Recorded)>,
    Extension(Peer(peer)): Extension<Peer>,
    caller: Caller,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let address = shared.gate.origin(peer, request.headers()).to_string();
    let named: Vec<String> =
        params.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
    let made = caller.made.clone();
    let response = next.run(request).await;
    if !response.status().is_success() {
        return response;
    }
    let object = made.0.get().cloned().unwrap_or_else(|| named.join(", "));
    let app: Option<AppId> = (!recorded.of_instance).then(|| caller.app());
    let draft = AuditDraft {
        app,
        at: shared.now(),
        channel: AuditChannel::Api,
        actor: caller.key.name.clone(),
        action: recorded.action.to_string(),
        object: AuditObject::Named(object.chars().take(OBJECT_MAX_CHARS).collect()),
        detail: String::new(),
        address,
    };
    if let Err(error) = shared.store().commit(vec![Op::Audit(draft)]).await {
        tracing::error!(%error, action = %recorded.action, "a change could not be recorded");
    }
    response
}
