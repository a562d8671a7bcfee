//! The console: Device Lab, explain and certificates, drawn on the server in two languages, live without reload.
//!
//! Each page's folder has handlers that read, and a `view` that turns what was read into what the template shows; the
//! views are pure. Who may see a page is decided in [`visitor`], what leaves carries the headers of [`answer`].

mod answer;
mod assets;
mod certificates;
mod chrome;
mod dead_letters;
mod entrance;
mod events;
mod explain;
mod gate;
mod lab;
mod session;
mod told;
mod visitor;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Redirect,
    routing::{any, get, post},
};

use self::{certificates::Probes, events::Listeners, lab::Simulator, session::Sessions};
use crate::shared::Shared;

pub(crate) use self::entrance::{Entrance, Grant};

/// Largest form, in bytes, files included.
const FORM_MAX_BYTES: usize = 512 * 1024;

/// What the console's pages share.
pub(crate) struct Console {
    shared: Arc<Shared>,
    sessions: Sessions,
    simulator: Option<Simulator>,
    probes: Probes,
    listeners: Listeners,
}

impl Console {
    fn new(shared: Arc<Shared>) -> Self {
        Self {
            simulator: shared.config.simulator.as_ref().map(Simulator::new),
            sessions: Sessions::default(),
            probes: Probes::default(),
            listeners: Listeners::default(),
            shared,
        }
    }

    /// Whether browsers reach the console over https, so that cookies must not travel otherwise.
    fn is_secure(&self) -> bool {
        self.shared.config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Every page of the console, under `/console`.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/console", get(|| async { Redirect::to("/console/lab") }))
        .route("/console/signin", get(gate::enter))
        .route("/console/signout", post(gate::leave))
        .route("/console/language/{tag}", get(gate::choose_language))
        .route("/console/app", post(gate::choose_app))
        .route("/console/assets/{name}", get(assets::serve))
        .route("/console/events", get(events::listen))
        .route("/console/lab", get(lab::show))
        .route("/console/lab/send", post(lab::send))
        .route("/console/lab/handsets/{name}", post(lab::operate))
        .route("/console/explain", get(explain::show))
        .route("/console/dead-letters", get(dead_letters::show))
        .route("/console/dead-letters/requeue", post(dead_letters::requeue))
        .route("/console/certificates", get(certificates::list))
        .route("/console/certificates/new/{vendor}", get(certificates::begin).post(certificates::create))
        .route("/console/certificates/{id}", get(certificates::show).post(certificates::change))
        .route("/console/certificates/{id}/test", post(certificates::test))
        .route("/console/{*rest}", any(gate::no_page))
        .layer(DefaultBodyLimit::max(FORM_MAX_BYTES))
        .layer(middleware::map_response(answer::guard))
        .with_state(Arc::new(Console::new(shared)))
}
