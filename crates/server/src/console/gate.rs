//! The gate: signing in by a one-time link, signing out, choosing language and App.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;

use super::{
    Console,
    answer::{Failure, page},
    chrome::Chrome,
    visitor::{LANG_COOKIE, Posted, SESSION_COOKIE, Signed, Visitor},
    words::Lang,
};

/// How long a browser remembers the language, in seconds: a year.
const LANG_MAX_AGE_S: u32 = 31_536_000;

#[derive(Template)]
#[template(path = "console/signin.html")]
struct GatePage {
    chrome: Chrome,
    signed_in: bool,
    signed_out: bool,
    refused: bool,
}

impl GatePage {
    fn closed(visitor: &Visitor) -> Self {
        let here = "/console/lab".to_owned();
        let chrome = Chrome { here, ..visitor.chrome() };
        Self { chrome, signed_in: false, signed_out: false, refused: false }
    }
}

/// The page that says how to come in.
pub(super) fn closed(visitor: &Visitor, status: StatusCode) -> Response {
    page(status, &GatePage::closed(visitor))
}

#[derive(Deserialize)]
pub(super) struct Token {
    token: Option<String>,
}

/// `GET /console/signin`: redeems a one-time link. The answer is a page and no redirect, because a browser that came
/// from another site would follow a redirect without the strict cookie that it was just given.
pub(super) async fn enter(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Response {
    let now = console.shared.now();
    let Some(token) = token else {
        return closed(&visitor, StatusCode::OK);
    };
    let Some(grant) = console.shared.entrance.redeem(&token, now) else {
        let refused = GatePage { refused: true, ..GatePage::closed(&visitor) };
        return page(StatusCode::UNAUTHORIZED, &refused);
    };
    if let Some((key, _)) = visitor.session {
        console.sessions.close(key);
    }
    let cookie = console.sessions.open(grant, now);
    let welcome = GatePage { signed_in: true, ..GatePage::closed(&visitor) };
    with_cookie(page(StatusCode::OK, &welcome), &session_cookie(&console, &cookie, ""))
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /console/signout`
pub(super) async fn leave(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Posted(signed, Nothing {}): Posted<Nothing>,
) -> Response {
    console.sessions.close(signed.key);
    let farewell = GatePage { signed_out: true, ..GatePage::closed(&visitor) };
    with_cookie(page(StatusCode::OK, &farewell), &session_cookie(&console, "", "; Max-Age=0"))
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
    with_cookie(Redirect::to(inside(&back)).into_response(), &cookie)
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
    match app.parse() {
        Ok(app) if signed.may_see(app) => {
            console.sessions.choose_app(signed.key, app);
            Redirect::to("/console/lab").into_response()
        }
        _ => signed.answer(Err(Failure::NotFound)),
    }
}

/// Any other path of the console.
pub(super) async fn no_page(signed: Signed) -> Response {
    signed.answer(Err(Failure::NotFound))
}

/// A path to go back to, if it is one of the console's own.
fn inside(back: &str) -> &str {
    let is_own =
        back.starts_with("/console/") && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own && !back.contains("//") { back } else { "/console/lab" }
}

fn session_cookie(console: &Console, value: &str, more: &str) -> String {
    let secure = if console.is_secure() { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/console; HttpOnly; SameSite=Strict{secure}{more}")
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
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
        assert_eq!(inside("/console/explain?message=1"), "/console/explain?message=1");
        for elsewhere in [
            "https://evil.example/",
            "//evil.example/console/",
            "/console/../\\evil",
            "/console//x",
            "/v1/users",
        ] {
            assert_eq!(inside(elsewhere), "/console/lab", "{elsewhere}");
        }
    }
}
