//! Deliveries: every push that was decided, filtered, page by page and as a file.

mod asked;
mod export;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::AppId;
use store::{DeliveryStep, DeliveryWalk};

pub(super) use self::export::{AT_ONCE, export};
use self::{
    asked::{Asked, Faults},
    view::Row,
};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Moment, PageName},
    dead_letters::{classes, vendors},
    list::{Choice, Pager},
    visitor::Signed,
};

/// Deliveries of one page.
const SHOWN: u32 = 50;
/// Rows that one step of a walk looks at, before others have their turn.
const STEP_ROWS: u32 = 2000;
/// Rows that are looked at for one page, whatever they hold.
const LOOKED_AT_MAX: u32 = 20_000;

#[derive(Template)]
#[template(path = "console/deliveries.html")]
struct DeliveriesPage {
    chrome: Chrome,
    asked: Asked,
    faults: Faults,
    states: Vec<Choice>,
    vendors: Vec<Choice>,
    certificates: Vec<Choice>,
    classes: Vec<Choice>,
    reasons: Vec<Choice>,
    rows: Vec<Row>,
    is_filtered: bool,
    /// How far was looked, where that was not to the end and less was found than a page holds.
    looked: Option<Looked>,
    pager: Pager,
    csv: String,
    ndjson: String,
}

/// How far a walk came.
struct Looked {
    rows: u32,
    back_to: Moment,
}

/// `GET /console/deliveries`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw(&console, &signed, asked).await;
    signed.answer(drawn)
}

async fn draw(console: &Console, signed: &Signed, asked: Asked) -> Result<Response, Failure> {
    let (lang, view) = (signed.lang(), &signed.view);
    let faults = asked.faults(lang.delivery_words());
    let is_fit = faults.is_empty();
    let found = if is_fit {
        gather(console, signed.app(), asked.walk(view), SHOWN, LOOKED_AT_MAX).await?
    } else {
        DeliveryStep::default()
    };
    let next = found.next.map(|next| next.to_string());
    let next: Vec<_> = next.iter().map(|next| ("before", next.as_str())).collect();
    let is_short = found.next.is_some() && found.found.len() < SHOWN as usize;
    let question = asked.question();
    let drawn = DeliveriesPage {
        chrome: signed.chrome(Some(PageName::Deliveries)),
        states: asked.states(lang),
        vendors: vendors(lang, view, &asked.vendor),
        certificates: asked.certificates(view),
        classes: classes(lang, &asked.class),
        reasons: asked.reasons(lang),
        rows: found.found.iter().map(|one| Row::of(lang, view, one)).collect(),
        is_filtered: question.is_filtered(),
        looked: found
            .reached
            .filter(|_| is_short)
            .map(|at| Looked { rows: found.looked_at, back_to: Moment(at) }),
        pager: Pager::by_age(lang.admin_words(), &question, asked.before.is_empty(), &next),
        csv: question.at("/console/deliveries/export", &[("format", "csv")]),
        ndjson: question.at("/console/deliveries/export", &[("format", "ndjson")]),
        faults,
        asked,
    };
    Ok(page(if is_fit { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &drawn))
}

/// Walks until there are so many, or so many rows were looked at. Between its steps others have their turn.
async fn gather(
    console: &Console,
    app: AppId,
    mut walk: DeliveryWalk,
    limit: u32,
    look_at_most: u32,
) -> Result<DeliveryStep, Failure> {
    let mut all = DeliveryStep::default();
    loop {
        walk.look_at = STEP_ROWS.min(look_at_most.saturating_sub(all.looked_at));
        let left = limit.saturating_sub(u32::try_from(all.found.len()).unwrap_or(u32::MAX));
        let step = console.shared.store().walk_deliveries(app, &walk, left).await?;
        all.looked_at += step.looked_at;
        all.reached = step.reached.or(all.reached);
        all.found.extend(step.found);
        all.next = step.next;
        walk.before = step.next;
        if step.next.is_none() || all.found.len() >= limit as usize || all.looked_at >= look_at_most {
            return Ok(all);
        }
        tokio::task::yield_now().await;
    }
}
