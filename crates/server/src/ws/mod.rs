//! Client sockets at `/v1/ws`.

mod errands;
mod pipe;
mod socket;

use std::sync::Arc;

use axum::{
    Extension, Router,
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    response::Response,
    routing::any,
};
use http::HeaderMap;
use model::{ErrorCode, FRAME_MAX_BYTES};

use crate::{
    accept::{ConnectionGuard, Peer},
    meter::Surface,
    problem::Problem,
    shared::Shared,
};

/// What one read takes from the socket at most, in bytes; kept by every connection.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames are gathered up to this size before they are written without being flushed, in bytes.
const WRITE_BUFFER_BYTES: usize = 4096;
/// A frame this large is not even read, in bytes; one over the limit and under this gets a proper refusal.
const READ_MAX_BYTES: usize = 2 * FRAME_MAX_BYTES;

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/v1/ws", any(upgrade)).with_state(shared)
}

async fn upgrade(
    State(shared): State<Arc<Shared>>,
    Extension(guard): Extension<ConnectionGuard>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    shared
        .gate
        .pass_address(shared.gate.origin(peer, &headers), &shared.meter)
        .inspect_err(|problem| shared.meter.note_refused(Surface::Socket, problem.fault().code))?;
    let upgrade = upgrade.map_err(|rejection| Problem::new(ErrorCode::Malformed, rejection.body_text()))?;
    let response = upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_message_size(READ_MAX_BYTES)
        .max_frame_size(READ_MAX_BYTES)
        .on_upgrade(async move |socket| {
            // In a task of its own: that of the upgrade keeps room for the handshake.
            tokio::spawn(socket::run(socket, shared, guard));
        });
    Ok(response)
}
