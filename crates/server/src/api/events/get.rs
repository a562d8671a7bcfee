//! `GET /v1/events`

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, stream};
use im::Catalogue;
use model::AppId;
use serde_json::{Value, json};
use store::Change;
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    watch,
};

use crate::{
    key::Caller,
    shared::{Shared, went_down},
};

/// Follow the App's changes
///
/// Server-sent events, each after its commit: `app`, `certificate`, `catalogue` (push resources and webhooks), `user`,
/// `group`, `call`, `accepted`, `recalled`, `settled`, `session`, `device`, `queued`, `delivery`, `acked`. They name
/// what changed; read it again to see how. `lagged`: some were missed, read everything again.
#[utoipa::path(get, path = "/v1/events", operation_id = "follow", tag = "Server",
    responses((status = 200, description = "Until the connection ends.", content_type = "text/event-stream")))]
pub(in crate::api) async fn handler(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let listening = Listening {
        app: caller.app(),
        feed: shared.store().feed().subscribe(),
        goes_down: shared.goes_down.clone(),
        catalogue: Arc::clone(shared.im.catalogue()),
    };
    let events = stream::unfold(listening, |mut listening| async move {
        let event = listening.next().await?;
        Some((Ok(event), listening))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

struct Listening {
    app: AppId,
    feed: Receiver<Change>,
    goes_down: watch::Receiver<bool>,
    catalogue: Arc<Catalogue>,
}

impl Listening {
    async fn next(&mut self) -> Option<Event> {
        loop {
            let change = tokio::select! {
                change = self.feed.recv() => change,
                () = went_down(&mut self.goes_down) => return None,
            };
            let (kind, what) = match change {
                Ok(change) => match self.told(change).await {
                    Some(told) => told,
                    None => continue,
                },
                Err(RecvError::Lagged(missed)) => ("lagged", json!({ "missed": missed })),
                Err(RecvError::Closed) => return None,
            };
            return Some(Event::default().event(kind).data(what.to_string()));
        }
    }

    /// A change of this App as its listeners hear it.
    async fn told(&self, change: Change) -> Option<(&'static str, Value)> {
        let (app, kind, what) = match change {
            Change::App(app) => (app, "app", json!({})),
            Change::Certificate(app, id) => (app, "certificate", json!({ "certificate": id })),
            Change::Accepted(app, message) => (app, "accepted", json!({ "message": message })),
            Change::Settled(app, message) => (app, "settled", json!({ "message": message })),
            Change::Session(app, user, device) => (app, "session", json!({ "user": user, "device": device })),
            Change::Device(app, device) => (app, "device", json!({ "device": device })),
            Change::Delivery(app, message, id) => {
                (app, "delivery", json!({ "message": message, "delivery": id }))
            }
            Change::Catalogue(app) => (app, "catalogue", json!({})),
            Change::Group(app, group) => (app, "group", json!({ "group": group })),
            Change::User(app, user) => (app, "user", json!({ "user": user })),
            Change::Call(app, call) => (app, "call", json!({ "call": call })),
            Change::Recalled(app, message) => (app, "recalled", json!({ "message": message })),
            Change::Outbox | Change::ApiKey(_) => return None,
            Change::Acked(app, user, device) => (app, "acked", json!({ "user": user, "device": device })),
            Change::Queued(id) => {
                let view = self.catalogue.view(self.app).await.ok().flatten()?;
                view.certificate(id)?;
                (self.app, "queued", json!({ "certificate": id }))
            }
        };
        (app == self.app).then_some((kind, what))
    }
}
