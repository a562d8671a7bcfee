//! The push test tool (rows J1 and J2): a device, what stands in a push's way, what the rules say now, a test push, and
//! what vendor and phone make of it.

mod finding;
mod sending;
mod tips;
mod view;

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use serde::Deserialize;

use self::{
    finding::Found,
    sending::{Faults, TestForm, Typed},
    view::{CheckupView, Choice, DeviceLine, DeviceView, RulesView, SentView},
};
use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, Moment, PageName, percent_encoded},
    gatekeeper,
    lab::{HandsetView, Ringing, Screen},
    visitor::{Posted, Signed},
};

#[derive(Template)]
#[template(path = "console/test.html")]
struct TestPage {
    chrome: Chrome,
    now: Moment,
    asked: Asked,
    kinds: Vec<Choice>,
    classes: Vec<Choice>,
    outcome: Outcome,
    tips: Vec<&'static str>,
}

/// What was found.
enum Outcome {
    /// Nothing was asked.
    Nothing,
    /// It is no id.
    NoId,
    /// The App has no such thing.
    Unknown,
    /// A user without any device.
    NoDevice(Option<RulesView>),
    /// A device.
    Device(Box<Desk>),
}

/// Everything about one device.
struct Desk {
    device: DeviceView,
    others: Vec<DeviceLine>,
    checkup: CheckupView,
    rules: Option<RulesView>,
    form: TestForm,
    sent: Option<SentView>,
    handset: Option<HandsetView>,
}

/// The question as a browser sends it: a field that was left alone is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    user: String,
    device: String,
    push_id: String,
    kind: String,
    class: String,
    /// The test push that was sent last.
    message: String,
}

impl Asked {
    /// The page with this question; its test push is another.
    fn address(&self, message: &str) -> String {
        let fields = [
            ("user", self.user.as_str()),
            ("device", &self.device),
            ("push_id", &self.push_id),
            ("kind", &self.kind),
            ("class", &self.class),
            ("message", message),
        ];
        let filled = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let pairs: Vec<String> =
            filled.map(|(name, value)| format!("{name}={}", percent_encoded(value.trim()))).collect();
        format!("/console/test?{}", pairs.join("&"))
    }

    fn is_empty(&self) -> bool {
        [&self.user, &self.device, &self.push_id].into_iter().all(|field| field.trim().is_empty())
    }
}

/// `GET /console/test`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let drawn = draw(&console, &signed, asked, Typed::default(), Faults::default()).await;
    signed.answer(drawn.map(|test| page(StatusCode::OK, &test)))
}

/// A question with a test push.
#[derive(Deserialize)]
pub(super) struct Order {
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    typed: Typed,
}

/// `POST /console/test`: sends to the device that is shown.
pub(super) async fn send(
    State(console): State<Arc<Console>>,
    Posted(signed, Order { asked, typed }): Posted<Order>,
) -> Response {
    let faults = match sending::send(&console, &signed, &asked, &typed).await {
        Ok((message, object)) => {
            let record = signed.record(object, format!("message {message}"));
            gatekeeper::record(&console, record).await;
            return Redirect::to(&asked.address(&message.to_string())).into_response();
        }
        Err(sending::Refused::Faulty(faults)) => faults,
        Err(sending::Refused::Unknown) => return signed.answer(Err(Failure::NotFound)),
        Err(sending::Refused::For(fault)) => {
            Faults { whole: sentence(signed.lang(), &fault), ..Faults::default() }
        }
    };
    let drawn = draw(&console, &signed, asked, typed, faults).await;
    signed.answer(drawn.map(|test| page(StatusCode::UNPROCESSABLE_ENTITY, &test)))
}

async fn draw(
    console: &Console,
    signed: &Signed,
    asked: Asked,
    typed: Typed,
    faults: Faults,
) -> Result<TestPage, Failure> {
    let lang = signed.lang();
    let (kind, class) = (view::kind(&asked.kind), view::class(&asked.class));
    let mut vendor = None;
    let outcome = match finding::find(console, signed, &asked).await? {
        Found::Nothing => Outcome::Nothing,
        Found::NoId => Outcome::NoId,
        Found::Unknown => Outcome::Unknown,
        Found::User(user) => {
            let told = finding::rules_for_user(console, signed, &user, None, (kind, class)).await?;
            Outcome::NoDevice(told.map(|told| RulesView::of(lang, &told)))
        }
        Found::Device { record, others } => {
            let subject = finding::look_over(console, signed, &record).await?;
            vendor = subject.vendor;
            let told = finding::rules(console, signed, &record, (kind, class)).await?;
            Outcome::Device(Box::new(Desk {
                device: DeviceView::of(lang, &signed.view, &record),
                others: others.iter().map(|other| DeviceLine::of(lang, other, &record)).collect(),
                checkup: CheckupView::of(lang, &subject.checkup),
                rules: told.map(|told| RulesView::of(lang, &told)),
                form: TestForm::of(lang, &signed.view, typed, faults),
                sent: finding::sent(console, signed, &asked.message).await?,
                handset: finding::handset(console, signed, record.device.push_id).await,
            }))
        }
    };
    Ok(TestPage {
        chrome: signed.chrome(Some(PageName::Test)),
        now: Moment(console.shared.now()),
        kinds: view::kinds(lang, kind),
        classes: view::classes(lang, class),
        tips: tips::of(lang, vendor),
        outcome,
        asked,
    })
}
