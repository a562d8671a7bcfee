//! `POST /v1/console/links`

use std::sync::Arc;

use axum::{Json, extract::State};
use model::Timestamp;
use serde::Serialize;
use store::Scope;
use utoipa::ToSchema;

use crate::{console::Grant, key::Caller, shared::Shared};

/// A link into the console.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ConsoleLink {
    /// Whoever opens it first is signed in.
    url: String,
    /// When it stops working.
    #[schema(value_type = i64)]
    expires_at: Timestamp,
}

/// Make a link into the console
///
/// It signs in once, within 15 minutes, as an owner of the key's App; with a key of scope `instance`, of every App. The
/// audit log keeps that it was made and that it was used.
#[utoipa::path(post, path = "/v1/console/links", operation_id = "create_console_link", tag = "Console",
    responses((status = 200, description = "The link.", body = ConsoleLink)))]
pub(in crate::api) async fn handler(State(shared): State<Arc<Shared>>, caller: Caller) -> Json<ConsoleLink> {
    let is_instance = caller.key.scopes.contains(&Scope::Instance);
    let grant = if is_instance { Grant::Instance } else { Grant::App(caller.app()) };
    let (url, expires_at) = shared.entrance.new_link(grant, shared.now());
    Json(ConsoleLink { url, expires_at })
}
