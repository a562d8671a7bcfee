//! Lanes and quotas: what waits on the road to each vendor, what holds it up, and what is left of the day.

mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::CertificateId;
use serde::Deserialize;

use self::view::LaneCard;
pub(super) use self::view::{LaneLine, line_of};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, PageName},
    visitor::{Posted, Signed},
    words::OverviewWords,
};
use crate::lanes;

#[derive(Template)]
#[template(path = "console/lanes.html")]
struct LanesPage {
    chrome: Chrome,
    o: &'static OverviewWords,
    lanes: Vec<LaneCard>,
    /// Those that had nothing to do since the start.
    unused: Vec<LaneCard>,
    /// A brake was released just now.
    is_released: bool,
}

#[derive(Deserialize)]
pub(super) struct Told {
    released: Option<String>,
}

/// `GET /console/lanes`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(told): Query<Told>,
) -> Response {
    let drawn = draw(&console, &signed, told.released.is_some()).await;
    signed.answer(drawn.map(|lanes| page(StatusCode::OK, &lanes)))
}

async fn draw(console: &Console, signed: &Signed, is_released: bool) -> Result<LanesPage, Failure> {
    let lang = signed.lang();
    let read = lanes::read(&console.shared, &signed.view).await?;
    let mut cards = Vec::new();
    for certificate in &signed.view.certificates {
        let lane = read.iter().find(|lane| lane.status.certificate == certificate.id);
        let oldest = console.shared.store().next_due(certificate.id).await?;
        cards.push(LaneCard::of(lang, certificate, lane, oldest, console.shared.now()));
    }
    let (lanes, unused) = cards.into_iter().partition(|card| card.work.is_some());
    Ok(LanesPage {
        o: lang.overview_words(),
        lanes,
        unused,
        is_released,
        chrome: signed.chrome(Some(PageName::Lanes)),
    })
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /console/lanes/{id}/brake`
pub(super) async fn release_brake(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(signed, Nothing {}): Posted<Nothing>,
) -> Response {
    let found = id.parse().ok().and_then(|id| signed.view.certificate(CertificateId(id)));
    let released = match found {
        Some(certificate) => {
            console.shared.gateway.release_brake(certificate.id).await.map_err(Failure::from)
        }
        None => Err(Failure::NotFound),
    };
    signed.answer(released.map(|()| Redirect::to("/console/lanes?released=1").into_response()))
}
