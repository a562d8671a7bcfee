//! Phones: make, look at, switch, tap.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;

use super::problem::{Body, Problem};
use crate::{
    phone::{Phone, PhoneView, Shown, Tapped},
    world::{NewPhone, World},
};

type Answer = Result<Json<PhoneView>, Problem>;

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/phones", get(list).post(create))
        .route("/phones/{name}", get(show).delete(remove))
        .route("/phones/{name}/shade", get(shade))
        .route("/phones/{name}/tap", post(tap))
        .route("/phones/{name}/display", post(display))
        .route("/phones/{name}/{action}", post(act))
}

async fn list(State(world): State<Arc<World>>) -> Json<Vec<PhoneView>> {
    Json(world.phones().iter().map(|phone| phone.view()).collect())
}

async fn create(State(world): State<Arc<World>>, Body(new): Body<NewPhone>) -> Answer {
    let phone = world.create_phone(new).map_err(Problem::invalid)?;
    Ok(Json(phone.view()))
}

async fn show(State(world): State<Arc<World>>, Path(name): Path<String>) -> Answer {
    Ok(Json(find(&world, &name)?.view()))
}

async fn remove(State(world): State<Arc<World>>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    world.remove_phone(&name).map(|_| StatusCode::NO_CONTENT).ok_or_else(Problem::no_phone)
}

async fn shade(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
) -> Result<Json<Vec<Shown>>, Problem> {
    Ok(Json(find(&world, &name)?.shade()))
}

#[derive(Deserialize)]
struct Place {
    /// Which notification, 0 being the newest.
    #[serde(default)]
    index: usize,
}

async fn tap(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Query(place): Query<Place>,
) -> Result<Json<Tapped>, Problem> {
    let tapped = find(&world, &name)?.tap(place.index);
    tapped.map(Json).ok_or_else(|| Problem::invalid("there is no notification at this place of the shade"))
}

/// How much an app's notifications may show of themselves; what is left out is allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Display {
    #[serde(default = "allowed")]
    on_lock_screen: bool,
    #[serde(default = "allowed")]
    in_status_bar: bool,
    #[serde(default = "allowed")]
    sound: bool,
}

const fn allowed() -> bool {
    true
}

async fn display(
    State(world): State<Arc<World>>,
    Path(name): Path<String>,
    Body(wanted): Body<Display>,
) -> Answer {
    let phone = find(&world, &name)?;
    phone.set_display(wanted.on_lock_screen, wanted.in_status_bar, wanted.sound);
    Ok(Json(phone.view()))
}

async fn act(State(world): State<Arc<World>>, Path((name, action)): Path<(String, String)>) -> Answer {
    let phone = find(&world, &name)?;
    match action.as_str() {
        "lock" => phone.set_locked(true),
        "unlock" => phone.set_locked(false),
        "network-on" => phone.set_network(true),
        "network-off" => phone.set_network(false),
        "notifications-on" => phone.set_notifications(true),
        "notifications-off" => phone.set_notifications(false),
        "invalidate-token" => phone.invalidate_token(),
        "new-token" => {
            phone.renew_token().map_err(Problem::invalid)?;
        }
        "clear" => phone.clear(),
        _ => return Err(Problem::invalid("the phone has no such action")),
    }
    Ok(Json(phone.view()))
}

fn find(world: &World, name: &str) -> Result<Arc<Phone>, Problem> {
    world.phone(name).ok_or_else(Problem::no_phone)
}
