//! Dead letters: what ended for a reason that somebody can mend, and the button that puts it back.

mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use im::RequeueOrder;
use serde::Deserialize;

use self::view::{Asked, Line, Told};
pub(super) use self::view::{class_title, classes, vendors};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, PageName},
    list::{Choice, Pager},
    visitor::{Posted, Signed},
};
use crate::dead_letters::{AT_ONCE_MAX, list, put_back};

/// Dead letters of one page.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "console/dead_letters.html")]
struct DeadLettersPage {
    chrome: Chrome,
    asked: Asked,
    vendors: Vec<Choice>,
    reasons: Vec<Choice>,
    classes: Vec<Choice>,
    lifetimes: Vec<Choice>,
    told: Option<Told>,
    refusal: Option<String>,
    lines: Vec<Line>,
    pager: Pager,
}

/// The fields of the filter, as a browser sends them, and what an earlier requeue came to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Question {
    #[serde(flatten)]
    asked: Asked,
    /// How many went back, stayed, and changed.
    requeued: Option<String>,
    kept: Option<String>,
    changed: Option<String>,
}

/// A requeue: the filter again, one of them alone or all that it finds, and for how long.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Order {
    #[serde(flatten)]
    asked: Asked,
    id: String,
    lifetime: String,
}

/// `GET /console/dead-letters`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(question): Query<Question>,
) -> Response {
    let drawn = draw(&console, &signed, question).await;
    signed.answer(drawn.map(|drawn| page(StatusCode::OK, &drawn)))
}

async fn draw(console: &Console, signed: &Signed, question: Question) -> Result<DeadLettersPage, Failure> {
    let lang = signed.lang();
    let asked = question.asked;
    let sought = asked.sought();
    let (found, refusal) = match sought.filter(&signed.view, None) {
        Ok(filter) => match list(&console.shared, signed.app(), &filter, SHOWN).await {
            Ok(found) => (found, None),
            Err(problem) => return Err(Failure::Fault(problem.fault().clone())),
        },
        Err(problem) => (Vec::new(), Some(sentence(lang, problem.fault()))),
    };
    let last = found.last().map(|letter| letter.delivery.id.0).filter(|_| found.len() >= SHOWN as usize);
    let last = last.map(|last| last.to_string());
    let next: Vec<_> = last.iter().map(|last| ("before", last.as_str())).collect();
    Ok(DeadLettersPage {
        chrome: signed.chrome(Some(PageName::DeadLetters)),
        vendors: vendors(lang, &signed.view, &asked.vendor),
        reasons: view::reasons(lang, &asked.reason),
        classes: classes(lang, &asked.class),
        lifetimes: view::lifetimes(lang),
        told: Told::of(question.requeued.as_deref(), question.kept.as_deref(), question.changed.as_deref()),
        refusal,
        pager: Pager::by_age(lang.admin_words(), &asked.question(), asked.before.is_empty(), &next),
        lines: found
            .iter()
            .map(|letter| Line::of(lang, &signed.view, letter, console.shared.now()))
            .collect(),
        asked,
    })
}

/// `POST /console/dead-letters/requeue`
pub(super) async fn requeue(
    State(console): State<Arc<Console>>,
    Posted(signed, order): Posted<Order>,
) -> Response {
    let done = put(&console, &signed, &order).await;
    signed.answer(done.map(|address| Redirect::to(&address).into_response()))
}

/// Puts back; where the page goes on, with what came of it.
async fn put(console: &Console, signed: &Signed, order: &Order) -> Result<String, Failure> {
    let fault = |problem: crate::problem::Problem| Failure::Fault(problem.fault().clone());
    let ids = match order.id.trim() {
        "" => None,
        id => Some(vec![id.parse().map_err(|_| Failure::NotFound)?]),
    };
    let asked = if ids.is_some() { Asked::default() } else { order.asked.clone() };
    let filter = asked.sought().filter(&signed.view, ids).map_err(fault)?;
    let requeue = RequeueOrder { lifetime_ms: order.lifetime.parse().ok(), dry_run: false };
    let back = put_back(&console.shared, &signed.view, &filter, AT_ONCE_MAX, requeue).await.map_err(fault)?;
    let kept: u32 = back.report.kept.iter().map(|(_, many)| many).sum();
    Ok(order.asked.question().with(&[
        ("requeued", &back.report.requeued.to_string()),
        ("kept", &kept.to_string()),
        ("changed", &back.report.changed.to_string()),
    ]))
}
