//! The audit log's side of the API: what a key changes through an endpoint of the list is recorded.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{RawPathParams, Request, State},
    middleware::Next,
    response::Response,
};
use store::{AuditChannel, AuditDraft, AuditObject, Op};

use crate::{accept::Peer, key::Caller, shared::Shared};

/// Longest name of a changed thing, in characters.
const OBJECT_MAX_CHARS: usize = 200;

/// Longest text of what is particular to a change, in characters.
const DETAIL_MAX_CHARS: usize = 1000;

/// What an endpoint made, told to whoever records it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    object: Arc<OnceLock<String>>,
    detail: Arc<OnceLock<String>>,
}

impl Made {
    /// Tells the name of what was made, such as `certificate 3`. The first counts.
    pub(crate) fn tell(&self, object: String) {
        let _ = self.object.set(object);
    }

    /// Tells what is particular to the change; never a secret.
    pub(crate) fn tell_detail(&self, detail: String) {
        let _ = self.detail.set(detail);
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

/// Records what an endpoint changes that a router leads to.
pub(crate) async fn every(
    State((shared, recorded)): State<(Arc<Shared>, Recorded)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let named: Vec<String> =
        params.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
    record(&shared, &recorded, &named.join(", "), request, |request| next.run(request)).await
}

/// Records what an endpoint changed, before its answer leaves. `named`: what its path names.
pub(crate) async fn record<F: Future<Output = Response>>(
    shared: &Shared,
    recorded: &Recorded,
    named: &str,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let address = peer.map(|Peer(peer)| shared.gate.origin(peer, request.headers()).to_string());
    let caller = request.extensions().get::<Caller>().cloned();
    let response = answer(request).await;
    let Some(caller) = caller.filter(|_| response.status().is_success()) else { return response };
    let object = caller.made.object.get().map_or(named, String::as_str);
    let draft = AuditDraft {
        app: (!recorded.of_instance).then(|| caller.app()),
        at: shared.now(),
        channel: AuditChannel::Api,
        actor: caller.key.name.clone(),
        action: recorded.action.to_string(),
        object: AuditObject::Named(shortened(object, OBJECT_MAX_CHARS)),
        detail: caller.made.detail.get().map(|text| shortened(text, DETAIL_MAX_CHARS)).unwrap_or_default(),
        address: address.unwrap_or_default(),
    };
    if let Err(error) = shared.store().commit(vec![Op::Audit(draft)]).await {
        tracing::error!(%error, action = %recorded.action, "a change could not be recorded");
    }
    response
}

fn shortened(text: &str, max_chars: usize) -> String {
    text.chars().take(max_chars).collect()
}
