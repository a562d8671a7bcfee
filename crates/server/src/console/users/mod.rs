//! Users and their devices: found by the beginning of their id or by a Push ID, shown with all that decides whether and
//! where they are pushed to.

mod acts;
mod device;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{DeviceId, PushId, UserId};
use serde::Deserialize;
use store::{DeviceRecord, User};

pub(super) use self::acts::{delete, kick, kick_device, log_out, switch_device, switch_user, unbind};
use self::{
    device::DeviceCard,
    view::{Row, UserView},
};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, PageName, percent_encoded},
    list::{Pager, Question},
    visitor::Signed,
};

/// Users of one page.
const SHOWN: usize = 50;
/// Devices of a user that are shown; more than that nobody has.
const DEVICES_MAX: usize = 50;
/// Conversations whose mutes are shown.
const CONVERSATIONS_MAX: u32 = 50;

#[derive(Template)]
#[template(path = "console/users.html")]
struct ListPage {
    chrome: Chrome,
    rows: Vec<Row>,
    asked: Asked,
    said: &'static str,
    is_filtered: bool,
    pager: Pager,
}

#[derive(Template)]
#[template(path = "console/user.html")]
struct UserPage {
    chrome: Chrome,
    user: UserView,
    devices: Vec<DeviceCard>,
    said: &'static str,
    /// What was typed to delete the user, and what is wrong with it.
    typed: String,
    fault: &'static str,
}

#[derive(Template)]
#[template(path = "console/device.html")]
struct DevicePage {
    chrome: Chrome,
    device: DeviceCard,
    /// Nobody comes back to a user from here.
    user: NoUser,
    said: &'static str,
}

/// The user that a device's card belongs to; empty on a page of the device alone.
struct NoUser {
    id: String,
}

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The beginning of a user id, or a whole Push ID or device id.
    q: String,
    /// Users after this one.
    after: String,
    said: String,
}

/// `GET /console/users`
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw_list(&console, &signed, asked).await;
    signed.answer(drawn)
}

async fn draw_list(console: &Console, signed: &Signed, asked: Asked) -> Result<Response, Failure> {
    if let Some(found) = find_device(console, signed, asked.q.trim()).await? {
        return Ok(Redirect::to(&device::address(found.device.push_id)).into_response());
    }
    let lang = signed.lang();
    let found = users_of(console, signed, asked.q.trim(), asked.after.trim()).await?;
    let question = Question::of("/console/users", &[("q", &asked.q)]);
    let last = (found.len() > SHOWN).then(|| found[SHOWN - 1].id.to_string());
    let next: Vec<_> = last.iter().map(|last| ("after", last.as_str())).collect();
    let mut rows = Vec::new();
    for user in found.into_iter().take(SHOWN) {
        let sessions = console.shared.store().sessions(signed.app(), &user.id).await?;
        rows.push(Row::of(lang, &user, &sessions));
    }
    let list = ListPage {
        chrome: signed.chrome(Some(PageName::Users)),
        rows,
        said: lang.people_words().said(&asked.said),
        is_filtered: question.is_filtered(),
        pager: Pager::by_name(lang, &question, asked.after.trim().is_empty(), &next),
        asked,
    };
    Ok(page(StatusCode::OK, &list))
}

/// Users whose id begins so, after this one, by id; one more than a page holds. Ids that begin alike stand together.
async fn users_of(
    console: &Console,
    signed: &Signed,
    prefix: &str,
    after: &str,
) -> Result<Vec<User>, Failure> {
    let (store, app) = (console.shared.store(), signed.app());
    let limit = u32::try_from(SHOWN + 1).unwrap_or(u32::MAX);
    let Ok(from) = UserId::new(if after.is_empty() { prefix } else { after }) else {
        // No user has such an id; without any, all are meant.
        return Ok(if prefix.is_empty() { store.users(app, None, limit).await? } else { Vec::new() });
    };
    let mut found = Vec::new();
    if after.is_empty() {
        found.extend(store.user(app, &from).await?);
    }
    found.extend(store.users(app, Some(&from), limit).await?);
    found.retain(|user| user.id.as_str().starts_with(prefix));
    Ok(found)
}

/// The device with this Push ID, or this id of its own.
async fn find_device(
    console: &Console,
    signed: &Signed,
    text: &str,
) -> Result<Option<DeviceRecord>, Failure> {
    let (store, app) = (console.shared.store(), signed.app());
    let Ok(push_id) = text.parse::<PushId>() else { return Ok(None) };
    let by_push_id = store.device_by_push_id(app, push_id).await?;
    Ok(if by_push_id.is_some() { by_push_id } else { store.device(app, DeviceId(push_id.0)).await? })
}

/// Which user or device, and what was done to it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    id: String,
    said: String,
}

/// `GET /console/users/user`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(which): Query<Which>,
) -> Response {
    let drawn = draw_user(&console, &signed, &which.id, &which.said).await;
    signed.answer(drawn.map(|user| page(StatusCode::OK, &user)))
}

async fn known(console: &Console, signed: &Signed, id: &str) -> Result<User, Failure> {
    let id = UserId::new(id).map_err(|_| Failure::NotFound)?;
    console.shared.store().user(signed.app(), &id).await?.ok_or(Failure::NotFound)
}

async fn draw_user(console: &Console, signed: &Signed, id: &str, said: &str) -> Result<UserPage, Failure> {
    let (store, app, lang) = (console.shared.store(), signed.app(), signed.lang());
    let user = known(console, signed, id).await?;
    let sessions = store.sessions(app, &user.id).await?;
    let mut devices = Vec::new();
    for session in sessions.iter().take(DEVICES_MAX) {
        let Some(record) = store.device(app, session.device).await? else { continue };
        let voip = store.call_binding(app, session.device).await?;
        devices.push(DeviceCard::of(lang, &signed.view, &record, voip.as_ref(), Some(session)));
    }
    let conversations = store.conversation_list(app, &user.id, CONVERSATIONS_MAX).await?;
    Ok(UserPage {
        chrome: signed.chrome(Some(PageName::Users)),
        user: UserView::of(lang, &user, &sessions, &conversations),
        devices,
        said: lang.people_words().said(said),
        typed: String::new(),
        fault: "",
    })
}

/// `GET /console/users/device`
pub(super) async fn show_device(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(which): Query<Which>,
) -> Response {
    let drawn = draw_device(&console, &signed, &which).await;
    signed.answer(drawn.map(|device| page(StatusCode::OK, &device)))
}

async fn draw_device(console: &Console, signed: &Signed, which: &Which) -> Result<DevicePage, Failure> {
    let (store, lang) = (console.shared.store(), signed.lang());
    let record = find_device(console, signed, &which.id).await?.ok_or(Failure::NotFound)?;
    let voip = store.call_binding(signed.app(), record.device.id).await?;
    Ok(DevicePage {
        chrome: signed.chrome(Some(PageName::Users)),
        device: DeviceCard::of(lang, &signed.view, &record, voip.as_ref(), record.session.as_ref()),
        user: NoUser { id: String::new() },
        said: lang.people_words().said(&which.said),
    })
}

/// A user's page.
pub(super) fn address(user: &str) -> String {
    format!("/console/users/user?id={}", percent_encoded(user))
}
