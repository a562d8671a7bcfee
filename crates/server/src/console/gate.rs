//! The gate: the page to sign in with, one-time links, signing out, choosing language and App.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use model::AppId;
use serde::Deserialize;
use store::{AuditChannel, AuditDraft, AuditObject, ConsoleHolder, ConsoleOp, Op};

use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Moment},
    session::{self, Person},
    visitor::{LANG_COOKIE, Origin, Posted, SESSION_COOKIE, Signed, Visitor},
    words::Lang,
};

/// How long a browser remembers the language, in seconds: a year.
const LANG_MAX_AGE_S: u32 = 31_536_000;

/// The page to sign in with.
#[derive(Template)]
#[template(path = "console/signin.html")]
pub(super) struct GatePage {
    chrome: Chrome,
    state: Gate,
    /// The name that was typed.
    name: String,
    /// Where to go once signed in.
    back: String,
    has_operators: bool,
}

/// What the page says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// Nothing yet.
    Closed,
    /// The link was used, or is too old.
    LinkRefused,
    /// Name or password is wrong.
    Wrong,
    /// There were too many tries.
    Later(Moment),
    /// The session is over by choice.
    SignedOut,
    /// Somebody is in.
    Open,
}

impl GatePage {
    pub(super) async fn of(
        console: &Console,
        visitor: &Visitor,
        back: &str,
        state: Gate,
    ) -> Result<Self, Response> {
        let has_operators = console.has_operators().await;
        let has_operators = has_operators.map_err(|error| Failure::from(error).draw(visitor.chrome()))?;
        let here = match state {
            Gate::Closed | Gate::Wrong | Gate::Later(_) => "/console/signin",
            _ => console.home(),
        };
        let chrome = Chrome { here: here.to_owned(), csrf: String::new(), ..visitor.chrome() };
        Ok(Self {
            chrome,
            state,
            name: String::new(),
            back: inside(back, console.home()).to_owned(),
            has_operators,
        })
    }

    /// The same with a name that was typed.
    pub(super) fn with_name(self, name: String) -> Self {
        Self { name, ..self }
    }
}

/// `GET /console`
pub(super) async fn go_home(State(console): State<Arc<Console>>) -> Redirect {
    Redirect::to(console.home())
}

/// The page that says how to come in.
pub(super) async fn closed(console: &Console, visitor: &Visitor, status: StatusCode) -> Response {
    match GatePage::of(console, visitor, &visitor.here, Gate::Closed).await {
        Ok(gate) => {
            let here = visitor.here.clone();
            page(status, &GatePage { chrome: Chrome { here, ..gate.chrome }, ..gate })
        }
        Err(response) => response,
    }
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: Option<String>,
}

/// `GET /console/signin`: the form, or a one-time link that is redeemed. To that the answer is a page and no redirect,
/// because a browser that came from another site would follow a redirect without the strict cookie that it was just
/// given.
pub(super) async fn enter(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Response {
    let (now, home) = (console.shared.now(), console.home());
    let Some(token) = token else {
        return match visitor.session {
            Some(_) => Redirect::to(home).into_response(),
            None => closed(&console, &Visitor { here: home.to_owned(), ..visitor }, StatusCode::OK).await,
        };
    };
    let Some(grant) = console.shared.entrance.redeem(&token, now) else {
        return match GatePage::of(&console, &visitor, home, Gate::LinkRefused).await {
            Ok(refused) => page(StatusCode::UNAUTHORIZED, &refused),
            Err(response) => response,
        };
    };
    let holder = ConsoleHolder::Link(grant.grants());
    match open(&console, &visitor, holder, &Person::Link).await {
        Ok(cookie) => match GatePage::of(&console, &visitor, home, Gate::Open).await {
            Ok(welcome) => with_cookie(page(StatusCode::OK, &welcome), &cookie),
            Err(response) => response,
        },
        Err(failure) => failure.draw(visitor.chrome()),
    }
}

/// Opens a session under a new cookie, records that, and ends the one that the browser had. Answers the cookie's line.
pub(super) async fn open(
    console: &Console,
    visitor: &Visitor,
    holder: ConsoleHolder,
    person: &Person,
) -> Result<String, Failure> {
    let now = console.shared.now();
    let (cookie, session) = session::begin(holder, &visitor.origin, now);
    let signed_in = AuditDraft {
        app: None,
        at: now,
        channel: person.channel(),
        actor: person.actor().to_owned(),
        action: "sign_in".to_owned(),
        object: AuditObject::Named(String::new()),
        detail: String::new(),
        address: visitor.origin.address.clone(),
    };
    let ops = vec![Op::Console(ConsoleOp::OpenSession(session)), Op::Audit(signed_in)];
    let outcomes = console.shared.store().commit(ops).await?;
    if outcomes.first().is_none_or(store::Outcome::is_refusal) {
        return Err(Failure::Stale);
    }
    if let Some(before) = &visitor.session {
        console.shared.store().commit(vec![Op::Console(ConsoleOp::EndSession(before.key))]).await?;
    }
    Ok(session_cookie(console, &cookie, ""))
}

/// A record of what somebody did who is not signed in.
pub(super) fn record_of(
    console: &Console,
    origin: &Origin,
    actor: &str,
    action: &str,
    object: AuditObject,
) -> Op {
    Op::Audit(AuditDraft {
        app: None,
        at: console.shared.now(),
        channel: AuditChannel::Link,
        actor: actor.to_owned(),
        action: action.to_owned(),
        object,
        detail: String::new(),
        address: origin.address.clone(),
    })
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /console/signout`
pub(super) async fn leave(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Posted(signed, Nothing {}): Posted<Nothing>,
) -> Response {
    let record = signed.record_of(None, AuditObject::Named(String::new()), String::new());
    let ops = vec![Op::Console(ConsoleOp::EndSession(signed.session.key)), record];
    if let Err(error) = console.shared.store().commit(ops).await {
        return signed.answer(Err(error.into()));
    }
    match GatePage::of(&console, &visitor, console.home(), Gate::SignedOut).await {
        Ok(farewell) => {
            with_cookie(page(StatusCode::OK, &farewell), &session_cookie(&console, "", "; Max-Age=0"))
        }
        Err(response) => response,
    }
}

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

/// `GET /console/language/{tag}`
pub(super) async fn choose_language(
    State(console): State<Arc<Console>>,
    Path(tag): Path<String>,
    Query(Back { back }): Query<Back>,
) -> Response {
    let Some(lang) = Lang::from_tag(&tag) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let secure = if console.is_secure() { "; Secure" } else { "" };
    let cookie = format!(
        "{LANG_COOKIE}={}; Path=/console; Max-Age={LANG_MAX_AGE_S}; SameSite=Lax; HttpOnly{secure}",
        lang.tag()
    );
    with_cookie(Redirect::to(inside(&back, console.home())).into_response(), &cookie)
}

#[derive(Deserialize)]
pub(super) struct ChosenApp {
    app: String,
}

/// `POST /console/app`
pub(super) async fn choose_app(
    State(console): State<Arc<Console>>,
    Posted(signed, ChosenApp { app }): Posted<ChosenApp>,
) -> Response {
    let chosen: Option<AppId> = app.parse().ok();
    let Some(app) = chosen.filter(|app| signed.may_see(*app)) else {
        return signed.answer(Err(Failure::NotFound));
    };
    let show = Op::Console(ConsoleOp::ShowApp { key: signed.session.key, app });
    match console.shared.store().commit(vec![show]).await {
        Ok(_) => Redirect::to(console.home()).into_response(),
        Err(error) => signed.answer(Err(error.into())),
    }
}

/// Any other path of the console.
pub(super) async fn no_page(signed: Signed) -> Response {
    signed.answer(Err(Failure::NotFound))
}

/// A path to go back to, if it is one of the console's own; else home.
pub(super) fn inside<'a>(back: &'a str, home: &'a str) -> &'a str {
    let is_own =
        back.starts_with("/console/") && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own && !back.contains("//") { back } else { home }
}

fn session_cookie(console: &Console, value: &str, more: &str) -> String {
    let secure = if console.is_secure() { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/console; HttpOnly; SameSite=Strict{secure}{more}")
}

pub(super) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn only_a_path_of_the_console_is_gone_back_to() {
        assert_eq!(inside("/console/explain?message=1", "/console/overview"), "/console/explain?message=1");
        for elsewhere in [
            "https://evil.example/",
            "//evil.example/console/",
            "/console/../\\evil",
            "/console//x",
            "/v1/users",
        ] {
            assert_eq!(inside(elsewhere, "/console/overview"), "/console/overview", "{elsewhere}");
        }
    }
}
