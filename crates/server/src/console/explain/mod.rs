//! Explain: the recent messages, and for one of them the way to each device.

mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Response,
};
use http::StatusCode;
use model::{Message, MessageId, UserId};
use serde::Deserialize;

use self::view::{MessageView, RecentLine};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, PageName},
    visitor::Signed,
};
use crate::explain::{Asked, explain};

/// Messages that are listed.
const RECENT_MAX: u32 = 40;

#[derive(Template)]
#[template(path = "console/explain.html")]
struct ExplainPage {
    chrome: Chrome,
    recent: Vec<RecentLine>,
    asked_message: String,
    asked_user: String,
    detail: Detail,
}

/// What is shown beside the list.
enum Detail {
    /// No message was chosen.
    Nothing,
    /// The App has no such message.
    Unknown,
    /// This one.
    Open(Box<MessageView>),
}

impl Detail {
    const fn is_open(&self) -> bool {
        matches!(self, Self::Open(_))
    }
}

#[derive(Deserialize)]
pub(super) struct Question {
    #[serde(default)]
    message: String,
    #[serde(default)]
    user: String,
}

/// `GET /console/explain`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(question): Query<Question>,
) -> Response {
    let drawn = draw(&console, &signed, question).await;
    signed.answer(drawn.map(|explain| page(StatusCode::OK, &explain)))
}

async fn draw(console: &Console, signed: &Signed, question: Question) -> Result<ExplainPage, Failure> {
    let lang = signed.lang();
    let asked = question.message.trim();
    let chosen: Option<MessageId> = asked.parse().ok();
    let detail = match chosen {
        None if asked.is_empty() => Detail::Nothing,
        None => Detail::Unknown,
        Some(id) => detail(console, signed, id, question.user.trim()).await?,
    };
    let recent = console.shared.store().recent_messages(signed.app(), RECENT_MAX).await?;
    let line = |message: &Message| RecentLine::of(lang, message, chosen);
    Ok(ExplainPage {
        chrome: signed.chrome(Some(PageName::Explain)),
        recent: recent.iter().map(line).collect(),
        asked_message: asked.to_owned(),
        asked_user: question.user.trim().to_owned(),
        detail,
    })
}

async fn detail(console: &Console, signed: &Signed, id: MessageId, user: &str) -> Result<Detail, Failure> {
    let (im, app) = (&console.shared.im, signed.app());
    let Some(message) = im.store().message(app, id).await? else { return Ok(Detail::Unknown) };
    let asked = Asked { user: UserId::new(user).ok(), show_text: true, ..Asked::default() };
    let Some(explanation) = explain(im, app, id, &asked).await? else { return Ok(Detail::Unknown) };
    Ok(Detail::Open(Box::new(MessageView::of(signed.lang(), &message, &explanation))))
}
