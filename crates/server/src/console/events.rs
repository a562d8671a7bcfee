//! News for open pages: one event whenever something that a page shows has changed.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use http::StatusCode;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use model::AppId;
use serde::Deserialize;
use store::{Change, ConsoleSessionKey};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch},
    time::sleep,
};

use super::{Console, chrome::PageName, lab::Simulator, session, visitor::Signed};

/// Open pages at once.
const LISTENERS_MAX: usize = 64;
/// Changes closer together than this are told as one.
const GATHER: Duration = Duration::from_millis(60);
/// Between two tries at a simulator that does not answer.
const SIMULATOR_AGAIN: Duration = Duration::from_secs(2);

/// Places for open pages.
pub(super) struct Listeners(Arc<Semaphore>);

impl Default for Listeners {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LISTENERS_MAX)))
    }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    page: String,
}

/// `GET /console/events`
pub(super) async fn listen(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(Wanted { page }): Query<Wanted>,
) -> Response {
    let Some(page) = PageName::from_word(&page).filter(|page| page.is_live()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(place) = Arc::clone(&console.listeners.0).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let ear = Ear {
        page,
        app: signed.app(),
        session: signed.session.key,
        changes: console.shared.store().feed().subscribe(),
        goes_down: console.shared.goes_down.clone(),
        world: World::Silent,
        is_new: true,
        console,
        _place: place,
    };
    let events = stream::unfold(ear, |mut ear| async move {
        ear.next().await?;
        // Browsers drop an event that has no data line.
        Some((Ok::<_, Infallible>(Event::default().event("changed").data(ear.page.as_str())), ear))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// One open page.
struct Ear {
    console: Arc<Console>,
    page: PageName,
    app: AppId,
    session: ConsoleSessionKey,
    changes: broadcast::Receiver<Change>,
    goes_down: watch::Receiver<bool>,
    world: World,
    is_new: bool,
    _place: OwnedSemaphorePermit,
}

/// The simulator's own news, which only pages with phones hear.
enum World {
    Heard(Incoming),
    Silent,
}

impl Ear {
    /// Waits for the next change that the page shows. `None`: the server goes down, or the sign-in is over.
    ///
    /// The first is told as soon as changes are heard, for what changed after the page was drawn was not.
    async fn next(&mut self) -> Option<()> {
        if self.is_new {
            self.is_new = false;
            if let Some(simulator) = simulator_of(&self.console, self.page) {
                self.world = simulator.news().await.map_or(World::Silent, World::Heard);
            }
            return Some(());
        }
        let Self { console, page, app, changes, goes_down, world, .. } = self;
        tokio::select! {
            heard = heard_in_store(changes, *page, *app) => heard?,
            () = ticked(*page) => {}
            () = heard_in_world(console, world, *page) => {}
            _ = goes_down.wait_for(|down| *down) => return None,
        }
        sleep(GATHER).await;
        self.changes = self.changes.resubscribe();
        let shared = &self.console.shared;
        let grants = session::grants(&**shared.store(), self.session, shared.now()).await.ok()??;
        grants.role_in(self.app).map(|_| ())
    }
}

async fn heard_in_store(changes: &mut broadcast::Receiver<Change>, page: PageName, app: AppId) -> Option<()> {
    loop {
        match changes.recv().await {
            Ok(change) if !concerns(page, app, &change) => {}
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return Some(()),
            Err(broadcast::error::RecvError::Closed) => return None,
        }
    }
}

/// Returns when a page is due by itself.
async fn ticked(page: PageName) {
    match page.tick() {
        Some(tick) => sleep(tick).await,
        None => std::future::pending().await,
    }
}

/// Whether a page shows what has changed.
fn concerns(page: PageName, shown: AppId, change: &Change) -> bool {
    match change {
        Change::App(app) | Change::Catalogue(app) | Change::Certificate(app, _) => *app == shown,
        Change::Accepted(app, _)
        | Change::Settled(app, _)
        | Change::Session(app, ..)
        | Change::Device(app, _)
        | Change::Delivery(app, ..)
        | Change::Group(app, _)
        | Change::User(app, _)
        | Change::Call(app, _)
        | Change::Recalled(app, _)
        | Change::Acked(app, ..) => *app == shown && page.shows_traffic(),
        Change::Queued(_) | Change::Outbox | Change::ApiKey(_) => false,
    }
}

/// Returns when the simulator says that something changed, when it is lost, and when it is found again.
async fn heard_in_world(console: &Console, world: &mut World, page: PageName) {
    let Some(simulator) = simulator_of(console, page) else {
        return std::future::pending().await;
    };
    match world {
        World::Heard(body) => {
            if body.frame().await.is_none_or(|frame| frame.is_err()) {
                *world = World::Silent;
            }
        }
        World::Silent => {
            while matches!(world, World::Silent) {
                sleep(SIMULATOR_AGAIN).await;
                *world = simulator.news().await.map_or(World::Silent, World::Heard);
            }
        }
    }
}

/// The simulator, for a page that shows its handsets.
fn simulator_of(console: &Console, page: PageName) -> Option<&Simulator> {
    console.simulator.as_ref().filter(|_| page.shows_phones())
}
