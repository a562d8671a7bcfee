//! The gatekeeper: everything of the console passes here. Who may not, gets the page that says so; what was changed is
//! recorded, whatever the page behind forgets.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, RawPathParams, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, Method, StatusCode, header};
use store::{AuditObject, Op};

use super::{
    Console,
    answer::Failure,
    gate,
    pages::Need,
    visitor::{Signed, Visitor},
};

/// What one page needs, and what it is recorded as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passage {
    pub(super) need: Need,
    pub(super) action: Option<&'static str>,
}

/// Lets a request through to its page, or answers it.
pub(super) async fn let_through(
    State((console, passage)): State<(Arc<Console>, Passage)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match Visitor::of(&console, &parts).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    if parts.method != Method::GET && is_from_elsewhere(&console, &parts.headers) {
        return Failure::Stale.draw(visitor.chrome());
    }
    let signed = match passage.need.role() {
        None => None,
        Some(needed) => match Signed::of(&console, visitor.clone(), passage.action).await {
            Ok(signed) if signed.role >= needed => Some(signed),
            Ok(signed) => return signed.answer(Err(Failure::Forbidden(needed))),
            Err(response) => return response,
        },
    };
    let params = RawPathParams::from_request_parts(&mut parts, &()).await.ok();
    let to_record = signed.clone().filter(|_| passage.action.is_some());
    parts.extensions.insert(visitor);
    if let Some(signed) = signed {
        parts.extensions.insert(signed);
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    let is_done = response.status().is_success() || response.status() == StatusCode::SEE_OTHER;
    if let Some(signed) = to_record.filter(|signed| is_done && !signed.is_recorded()) {
        let named: Vec<String> = params
            .iter()
            .flatten()
            .map(|(name, value)| format!("{name} {}", value.chars().take(64).collect::<String>()))
            .collect();
        record(&console, signed.record(AuditObject::Named(named.join(", ")), String::new())).await;
    }
    response
}

/// Records a change that is done already.
pub(super) async fn record(console: &Console, op: Op) {
    if let Err(error) = console.shared.store().commit(vec![op]).await {
        tracing::error!(%error, "a change could not be recorded");
    }
}

/// Whether a browser says that another site sent the form. Forms carry a secret anyway once somebody is signed in; the
/// one to sign in with does not.
fn is_from_elsewhere(console: &Console, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN.as_str()) else { return false };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    let own = console.shared.config.public_url.as_deref().map(|url| url.trim_end_matches('/'));
    Some(host) != text(header::HOST.as_str()) && Some(origin) != own
}

/// The page that says how to come in.
pub(super) async fn closed(console: &Console, visitor: &Visitor) -> Response {
    gate::closed(console, visitor, StatusCode::UNAUTHORIZED).await
}
