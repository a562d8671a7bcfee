//! Webhooks: where the App's backend is told what happened, what waits to be told, and what was answered last.

mod form;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{Fault, Webhook, WebhookId};
use serde::Deserialize;
use store::{AuditObject, UntoldEvents};

use self::form::{EventChoice, Faults, Typed, event_choices, event_title};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chip, Chrome, Moment, PageName, Tone},
    gatekeeper,
    visitor::{Posted, Signed},
    words::{Lang, SetupWords, fill},
};
use crate::webhooks::{self, WebhookFault};

/// Events that wait are counted as far as this.
const COUNTED_MAX: u32 = 1000;

#[derive(Template)]
#[template(path = "console/webhooks.html")]
struct ListPage {
    chrome: Chrome,
    rows: Vec<Row>,
    form: Form,
    /// The secret of the one that was just made.
    made: Option<Made>,
    said: &'static str,
}

#[derive(Template)]
#[template(path = "console/webhook.html")]
struct WebhookPage {
    chrome: Chrome,
    id: WebhookId,
    form: Form,
}

/// The fields of a webhook.
struct Form {
    url: String,
    events: Vec<EventChoice>,
    faults: Faults,
    /// What is wrong with none of the fields.
    refusal: String,
}

/// A secret that is shown this once.
struct Made {
    url: String,
    secret: String,
}

/// A webhook of the list.
struct Row {
    id: WebhookId,
    url: String,
    events: Vec<&'static str>,
    state: Chip,
    disabled: bool,
    created_at: Moment,
    waiting: String,
    /// How the oldest event that waits stands.
    oldest: Option<Oldest>,
    answer: Option<Answer>,
}

struct Oldest {
    at: Moment,
    attempts: u32,
    next_at: Option<Moment>,
}

struct Answer {
    said: Chip,
    at: Moment,
}

/// `GET /console/webhooks`
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Which>,
) -> Response {
    let said = signed.lang().setup_words().said(&asked.said);
    let form = Form::of(signed.lang(), &Typed::default(), &[]);
    let drawn = draw_list(&console, &signed, form, None, said).await;
    signed.answer(drawn.map(|list| page(StatusCode::OK, &list)))
}

async fn draw_list(
    console: &Console,
    signed: &Signed,
    form: Form,
    made: Option<Made>,
    said: &'static str,
) -> Result<ListPage, Failure> {
    let mut rows = Vec::new();
    for webhook in console.shared.store().webhooks(signed.app()).await? {
        let untold = console.shared.store().untold(signed.app(), webhook.id, COUNTED_MAX).await?;
        rows.push(row(console, signed.lang(), &webhook, untold));
    }
    Ok(ListPage { chrome: signed.chrome(Some(PageName::Webhooks)), rows, form, made, said })
}

fn row(console: &Console, lang: Lang, webhook: &Webhook, untold: UntoldEvents) -> Row {
    let words = lang.setup_words();
    let answer = console.shared.gateway.last_webhook_answer(webhook.id).map(|answer| Answer {
        at: Moment(answer.at),
        said: match answer.said {
            Ok(status @ 200..300) => Chip::new(Tone::Ok, format!("HTTP {status}")),
            Ok(status) => Chip::new(Tone::Bad, format!("HTTP {status}")),
            Err(why) => Chip::new(Tone::Bad, format!("{}: {why}", words.not_heard)),
        },
    });
    let state = match (webhook.disabled, untold.attempts) {
        (true, _) => Chip::new(Tone::Plain, words.paused),
        (false, 0) => Chip::new(Tone::Ok, words.running),
        (false, _) => Chip::new(Tone::Bad, words.not_taken),
    };
    Row {
        id: webhook.id,
        url: webhook.url.clone(),
        events: webhook.events.iter().map(|kind| event_title(words, *kind)).collect(),
        state,
        disabled: webhook.disabled,
        created_at: Moment(webhook.created_at),
        waiting: if untold.count >= COUNTED_MAX {
            format!("{COUNTED_MAX}+")
        } else {
            untold.count.to_string()
        },
        oldest: untold.oldest.map(|at| Oldest {
            at: Moment(at),
            attempts: untold.attempts,
            next_at: untold.next_at.filter(|_| untold.attempts > 0).map(Moment),
        }),
        answer,
    }
}

impl Form {
    fn of(lang: Lang, typed: &Typed, faults: &[WebhookFault]) -> Self {
        let words = lang.setup_words();
        Self {
            url: typed.url.clone(),
            events: event_choices(words, &typed.events),
            faults: Faults::of(words, faults),
            refusal: faults.iter().map(|fault| refusal(lang, words, fault)).collect(),
        }
    }
}

fn refusal(lang: Lang, words: &SetupWords, fault: &WebhookFault) -> String {
    match fault {
        WebhookFault::TooMany => words.webhooks_full.to_owned(),
        WebhookFault::Other(fault) => sentence(lang, fault),
        WebhookFault::Address(_) | WebhookFault::NoEvent => String::new(),
    }
}

/// `POST /console/webhooks`
pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Posted(signed, fields): Posted<Vec<(String, String)>>,
) -> Response {
    let made = try_create(&console, &signed, &Typed::of(&fields)).await;
    signed.answer(made)
}

async fn try_create(console: &Console, signed: &Signed, typed: &Typed) -> Result<Response, Failure> {
    let wish = typed.wish(false);
    let mut faults = wish.faults(&console.shared.gateway);
    let made = if faults.is_empty() {
        webhooks::make(&console.shared, signed.app(), wish).await.map_err(|fault| faults.push(fault)).ok()
    } else {
        None
    };
    let Some((webhook, secret)) = made else {
        let form = Form::of(signed.lang(), typed, &faults);
        let drawn = draw_list(console, signed, form, None, "").await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    };
    record(console, signed, webhook.id, webhook.url.clone()).await;
    let form = Form::of(signed.lang(), &Typed::default(), &[]);
    let made = Some(Made { url: webhook.url, secret });
    let drawn = draw_list(console, signed, form, made, "").await?;
    Ok(page(StatusCode::OK, &drawn))
}

async fn record(console: &Console, signed: &Signed, id: WebhookId, detail: String) {
    let record = signed.record(AuditObject::Named(format!("webhook {id}")), detail);
    gatekeeper::record(console, record).await;
}

/// Which webhook, and what was done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    id: String,
    said: String,
}

async fn known(console: &Console, signed: &Signed, id: &str) -> Result<Webhook, Failure> {
    let id: WebhookId = id.parse().map_err(|_| Failure::NotFound)?;
    let all = console.shared.store().webhooks(signed.app()).await?;
    all.into_iter().find(|webhook| webhook.id == id).ok_or(Failure::NotFound)
}

/// `GET /console/webhooks/webhook`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(which): Query<Which>,
) -> Response {
    let found = known(&console, &signed, &which.id).await;
    let drawn = found.map(|webhook| {
        let form = Form::of(signed.lang(), &Typed::from(&webhook), &[]);
        page(StatusCode::OK, &draw_one(&signed, webhook.id, form))
    });
    signed.answer(drawn)
}

fn draw_one(signed: &Signed, id: WebhookId, form: Form) -> WebhookPage {
    WebhookPage { chrome: signed.chrome(Some(PageName::Webhooks)), id, form }
}

/// `POST /console/webhooks/webhook`
pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Posted(signed, fields): Posted<Vec<(String, String)>>,
) -> Response {
    let changed = try_change(&console, &signed, &Typed::of(&fields)).await;
    signed.answer(changed)
}

async fn try_change(console: &Console, signed: &Signed, typed: &Typed) -> Result<Response, Failure> {
    let webhook = known(console, signed, &typed.id).await?;
    let (id, before) = (webhook.id, webhook.url.clone());
    let wish = typed.wish(webhook.disabled);
    let mut faults = wish.faults(&console.shared.gateway);
    if faults.is_empty() {
        match webhooks::change(&console.shared, webhook, wish).await {
            Ok(changed) => {
                let detail =
                    if changed.url == before { before } else { format!("{before} → {}", changed.url) };
                record(console, signed, id, detail).await;
                return Ok(Redirect::to("/console/webhooks?said=saved").into_response());
            }
            Err(fault) => faults.push(fault),
        }
    }
    let form = Form::of(signed.lang(), typed, &faults);
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &draw_one(signed, id, form)))
}

/// What is done to a webhook.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    id: String,
    /// `yes`: told nothing from now on.
    paused: String,
}

/// `POST /console/webhooks/pause`
pub(super) async fn pause(State(console): State<Arc<Console>>, Posted(signed, act): Posted<Act>) -> Response {
    let paused = try_pause(&console, &signed, &act).await;
    signed.answer(paused)
}

async fn try_pause(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let webhook = known(console, signed, &act.id).await?;
    let (id, disabled) = (webhook.id, act.paused == "yes");
    let wish = Typed::from(&webhook).wish(disabled);
    webhooks::change(&console.shared, webhook, wish).await.map_err(Fault::from)?;
    let said = if disabled { "paused" } else { "resumed" };
    record(console, signed, id, said.to_owned()).await;
    Ok(Redirect::to(&format!("/console/webhooks?said={said}")).into_response())
}

/// `POST /console/webhooks/delete`
pub(super) async fn delete(
    State(console): State<Arc<Console>>,
    Posted(signed, act): Posted<Act>,
) -> Response {
    let deleted = try_delete(&console, &signed, &act).await;
    signed.answer(deleted)
}

async fn try_delete(console: &Console, signed: &Signed, act: &Act) -> Result<Response, Failure> {
    let webhook = known(console, signed, &act.id).await?;
    webhooks::remove(&console.shared, signed.app(), webhook.id).await?;
    record(console, signed, webhook.id, webhook.url).await;
    Ok(Redirect::to("/console/webhooks?said=deleted").into_response())
}

impl Row {
    /// The question before a webhook goes.
    fn sure(&self, chrome: &Chrome) -> String {
        fill(chrome.setup().delete_webhook_how, &self.waiting)
    }
}
