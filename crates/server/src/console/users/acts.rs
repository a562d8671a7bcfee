//! What an operator does to a user or a device: each by the functions that the App's backend calls, recorded right
//! after.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{CertificateId, ErrorCode, SessionState};
use serde::Deserialize;
use store::{AuditObject, DeviceRecord};

use super::{address, device, draw_user, find_device, known};
use crate::console::{
    Console,
    answer::{Failure, page},
    gatekeeper,
    visitor::{Posted, Signed},
};

/// Whom or what it is done to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Act {
    /// The user whose page it was asked on; empty on the page of a device alone.
    user: String,
    /// A Push ID.
    device: String,
    certificate: String,
    /// `yes`: on.
    on: String,
    /// The user's id again.
    confirm: String,
}

/// Records what was done, and goes back to where it was asked for.
async fn done(console: &Console, signed: &Signed, act: &Act, object: String, said: &str) -> Response {
    gatekeeper::record(console, signed.record(AuditObject::Named(object), String::new())).await;
    let back = match (act.user.as_str(), find_push_id(console, signed, act).await) {
        ("", Some(device)) => device,
        (user, _) => address(user),
    };
    Redirect::to(&format!("{back}&said={said}")).into_response()
}

async fn find_push_id(console: &Console, signed: &Signed, act: &Act) -> Option<String> {
    let found = find_device(console, signed, &act.device).await.ok()??;
    Some(device::address(found.device.push_id))
}

/// A device that is still registered.
async fn registered(console: &Console, signed: &Signed, act: &Act) -> Result<DeviceRecord, Failure> {
    let found = find_device(console, signed, &act.device).await?;
    found.filter(|found| found.device.unregistered_at.is_none()).ok_or(Failure::NotFound)
}

/// `POST /console/users/kick`
pub(in crate::console) async fn kick(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let ended = end(&console, &signed, &act, SessionState::Kicked, "kicked").await;
    signed.answer(ended)
}

/// `POST /console/users/logout`
pub(in crate::console) async fn log_out(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let ended = end(&console, &signed, &act, SessionState::LoggedOut, "logged-out").await;
    signed.answer(ended)
}

async fn end(
    console: &Console,
    signed: &Signed,
    act: &Act,
    to: SessionState,
    said: &str,
) -> Result<Response, Failure> {
    let user = known(console, signed, &act.user).await?.id;
    console.shared.im.end_user(signed.app(), &user, to).await?;
    Ok(done(console, signed, act, format!("user {user}"), said).await)
}

/// `POST /console/users/kick-device`
pub(in crate::console) async fn kick_device(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let kicked = try_kick_device(&console, &signed, &act).await;
    signed.answer(kicked)
}

async fn try_kick_device(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let found = find_device(console, signed, &act.device).await?.ok_or(Failure::NotFound)?;
    let user = match (act.user.as_str(), &found.session) {
        ("", Some(session)) => session.user.clone(),
        (user, _) => known(console, signed, user).await?.id,
    };
    let device = found.device.id;
    console.shared.im.kick_device(signed.app(), &user, device).await?;
    Ok(done(console, signed, act, format!("user {user}, device {device}"), "device-kicked").await)
}

/// `POST /console/users/switch-device`
pub(in crate::console) async fn switch_device(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let switched = try_switch_device(&console, &signed, &act).await;
    signed.answer(switched)
}

async fn try_switch_device(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let found = registered(console, signed, act).await?;
    let on = act.on == "yes";
    console.shared.im.switch_push_of(signed.app(), found.device.id, on).await?;
    let object = format!("push id {}: {}", found.device.push_id, word(on));
    Ok(done(console, signed, act, object, switched_word(on)).await)
}

/// `POST /console/users/switch`: on every device that the user logged in on.
pub(in crate::console) async fn switch_user(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let switched = try_switch_user(&console, &signed, &act).await;
    signed.answer(switched)
}

async fn try_switch_user(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let user = known(console, signed, &act.user).await?.id;
    let on = act.on == "yes";
    for session in console.shared.store().sessions(signed.app(), &user).await? {
        match console.shared.im.switch_push_of(signed.app(), session.device, on).await {
            Err(fault) if fault.code != ErrorCode::NotFound => return Err(fault.into()),
            _ => {}
        }
    }
    Ok(done(console, signed, act, format!("user {user}: {}", word(on)), switched_word(on)).await)
}

const fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

const fn switched_word(on: bool) -> &'static str {
    if on { "push-on" } else { "push-off" }
}

/// `POST /console/users/unbind`
pub(in crate::console) async fn unbind(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let unbound = try_unbind(&console, &signed, &act).await;
    signed.answer(unbound)
}

async fn try_unbind(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let found = registered(console, signed, act).await?;
    let certificate: CertificateId = act.certificate.parse().map_err(|_| Failure::NotFound)?;
    if console.shared.im.unbind_of(signed.app(), &found, Some(certificate)).await? == 0 {
        return Err(Failure::NotFound);
    }
    let object = format!("push id {}, certificate {certificate}", found.device.push_id);
    Ok(done(console, signed, act, object, "unbound").await)
}

/// `POST /console/users/delete`
pub(in crate::console) async fn delete(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let deleted = try_delete(&console, &signed, &act).await;
    signed.answer(deleted)
}

async fn try_delete(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let user = known(console, signed, &act.user).await?.id;
    if act.confirm != user.as_str() {
        let drawn = draw_user(console, signed, user.as_str(), "").await?;
        let fault = signed.lang().people_words().confirm_fault;
        let drawn = super::UserPage { typed: act.confirm.clone(), fault, ..drawn };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    }
    console.shared.im.delete_user(signed.app(), &user).await?;
    let object = AuditObject::Named(format!("user {user}"));
    gatekeeper::record(console, signed.record(object, String::new())).await;
    Ok(Redirect::to("/console/users?said=deleted").into_response())
}
