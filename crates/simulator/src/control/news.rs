//! News: an event stream that says when something visible has changed.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use futures_util::{Stream, stream};

use crate::world::World;

/// Changes closer together than this are told as one.
const GATHER: Duration = Duration::from_millis(50);

pub(super) fn router() -> Router<Arc<World>> {
    Router::new().route("/events", get(events))
}

/// One `changed` at once, then one after every change; what changed is in `/state`.
async fn events(State(world): State<Arc<World>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut changes = world.news().subscribe();
    changes.mark_changed();
    let stream = stream::unfold(changes, |mut changes| async move {
        changes.changed().await.ok()?;
        tokio::time::sleep(GATHER).await;
        let number = *changes.borrow_and_update();
        let event = Event::default().event("changed").data(number.to_string());
        Some((Ok(event), changes))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
