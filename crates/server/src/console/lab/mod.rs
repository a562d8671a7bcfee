//! The Device Lab: virtual phones, a box to send from, and what became of the last message.

mod handset;
mod refusal;
mod sending;
mod simulator;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{CertificateId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{
    handset::{HandsetView, Screen},
    refusal::Refusal,
    sending::{LastMessage, SendBox, Typed},
    simulator::{Hand, Handset},
};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, Moment, PageName},
    visitor::{Posted, Signed},
};

pub(super) use self::simulator::Simulator;

/// How long the login token lasts that the console makes for a handset, in seconds: a day.
const LOGIN_TOKEN_LIFETIME_S: i64 = 24 * 3600;

#[derive(Template)]
#[template(path = "console/lab.html")]
struct LabPage {
    chrome: Chrome,
    now: Moment,
    notice: Option<&'static str>,
    world: World,
    send: SendBox,
    last: Option<LastMessage>,
}

/// What there is of a simulator.
enum World {
    /// None is configured.
    Missing,
    /// It does not answer.
    Silent,
    /// These are in it.
    Handsets(Vec<HandsetView>),
}

#[derive(Deserialize)]
pub(super) struct Said {
    refused: Option<String>,
}

/// `GET /console/lab`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(said): Query<Said>,
) -> Response {
    let refusal = said.refused.as_deref().and_then(Refusal::from_word);
    let drawn = draw(&console, &signed, refusal, None).await;
    signed.answer(drawn.map(|lab| page(StatusCode::OK, &lab)))
}

/// `POST /console/lab/send`: a message through the server, as the App's backend would send it.
pub(super) async fn send(
    State(console): State<Arc<Console>>,
    Posted(signed, typed): Posted<Typed>,
) -> Response {
    let sent = match sending::message(&typed) {
        Ok((from, message)) => console.shared.im.send_for(signed.app(), from, message).await,
        Err(fault) => Err(fault),
    };
    match sent {
        Ok(_) => Redirect::to("/console/lab").into_response(),
        Err(fault) => {
            let error = sentence(signed.lang(), &fault);
            let drawn = draw(&console, &signed, None, Some((typed, error))).await;
            signed.answer(drawn.map(|lab| page(StatusCode::UNPROCESSABLE_ENTITY, &lab)))
        }
    }
}

async fn draw(
    console: &Console,
    signed: &Signed,
    refusal: Option<Refusal>,
    faulty: Option<(Typed, String)>,
) -> Result<LabPage, Failure> {
    let lang = signed.lang();
    let mut handsets = match &console.simulator {
        Some(simulator) => Some(simulator.handsets().await),
        None => None,
    };
    if let Some(Ok(handsets)) = handsets.as_mut().filter(|_| !signed.may_read_text()) {
        handsets.iter_mut().for_each(|handset| handset.hide_text(lang.admin_words().text_hidden));
    }
    let in_use = handsets.as_ref().and_then(|found| found.as_ref().ok()).map(Vec::as_slice);
    let send = sending::send_box(console, signed, in_use.unwrap_or_default(), faulty).await?;
    let last = sending::last_message(console, signed).await?;
    let certificates = &signed.view.certificates;
    let world = match &handsets {
        None => World::Missing,
        Some(Err(_)) => World::Silent,
        Some(Ok(handsets)) => {
            let view = |handset| HandsetView::of(lang, handset, certificates);
            World::Handsets(handsets.iter().map(view).collect())
        }
    };
    Ok(LabPage {
        chrome: signed.chrome(Some(PageName::Lab)),
        now: Moment(console.shared.now()),
        notice: refusal.map(|refusal| refusal.sentence(lang.words())),
        world,
        send,
        last,
    })
}

/// A hand's wish: a button, or a tap on a notification.
#[derive(Deserialize)]
pub(super) struct Wish {
    action: Option<String>,
    tap: Option<String>,
    certificate: Option<String>,
}

/// `POST /console/lab/handsets/{name}`
pub(super) async fn operate(
    State(console): State<Arc<Console>>,
    Path(name): Path<String>,
    Posted(signed, wish): Posted<Wish>,
) -> Response {
    let Some(simulator) = &console.simulator else {
        return signed.answer(Err(Failure::NotFound));
    };
    let Ok(handsets) = simulator.handsets().await else {
        return back(&signed, Some(Refusal::Silent));
    };
    let Some(handset) = handsets.into_iter().find(|handset| handset.name == name) else {
        return signed.answer(Err(Failure::NotFound));
    };
    let operation = match operation(&console, &signed, &handset, &wish) {
        Ok(operation) => operation,
        Err(refusal) => return back(&signed, Some(refusal)),
    };
    match simulator.operate(&handset.name, &operation).await {
        Ok(()) => back(&signed, None),
        Err(error) => back(&signed, Some(Refusal::of(&error, &handset))),
    }
}

fn operation(console: &Console, signed: &Signed, handset: &Handset, wish: &Wish) -> Result<Value, Refusal> {
    if let Some(tapped) = &wish.tap {
        // A notification is named by its number, because its place may change under the finger.
        let id: u64 = tapped.parse().map_err(|_| Refusal::NoNotification)?;
        let place = handset.shade.iter().position(|shown| shown.id == id);
        return Ok(json!({ "operation": "tap", "index": place.ok_or(Refusal::NoNotification)? }));
    }
    let hand = wish.action.as_deref().and_then(Hand::from_word).ok_or(Refusal::Other)?;
    match hand {
        Hand::LogIn => log_in(console, signed, handset),
        Hand::UseCertificate => use_certificate(signed, handset, wish.certificate.as_deref()),
        hand => hand.plain_operation().ok_or(Refusal::Other),
    }
}

fn log_in(console: &Console, signed: &Signed, handset: &Handset) -> Result<Value, Refusal> {
    let user = handset.user.as_deref().and_then(|user| UserId::new(user).ok()).ok_or(Refusal::NoUser)?;
    let now = console.shared.now();
    let token = im::issue_token(&signed.view.app, &user, now, LOGIN_TOKEN_LIFETIME_S);
    Ok(json!({ "operation": "log_in", "token": token.map_err(|_| Refusal::Other)? }))
}

fn use_certificate(signed: &Signed, handset: &Handset, chosen: Option<&str>) -> Result<Value, Refusal> {
    let id: Option<CertificateId> = chosen.and_then(|text| text.parse().ok());
    let fits = id
        .and_then(|id| signed.view.certificate(id))
        .filter(|certificate| certificate.vendor == handset.vendor)
        .ok_or(Refusal::NoCertificate)?;
    Ok(json!({ "operation": "use_certificate", "certificate": fits.id }))
}

fn back(signed: &Signed, refusal: Option<Refusal>) -> Response {
    let to = match refusal {
        Some(refusal) => {
            signed.changed_nothing();
            format!("/console/lab?refused={}", refusal.word())
        }
        None => "/console/lab".to_owned(),
    };
    Redirect::to(&to).into_response()
}
