//! What leaves the console: pages, failures, and the headers that keep a page to itself.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use model::{ConsoleRole, ErrorCode, Fault};
use store::StoreError;

use super::{
    chrome::Chrome,
    words::{Lang, fill},
};

/// Nothing but our own script, style and pictures; no frames, no other place for forms.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Puts the headers on every answer; what says nothing of caching is not kept.
pub(super) async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Draws a page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Why a page is not shown.
#[derive(Debug)]
pub(super) enum Failure {
    /// There is no such page, or it is another App's.
    NotFound,
    /// The form was not made in this sign-in.
    Stale,
    /// There is no App to show.
    NoApp,
    /// It needs this role at least.
    Forbidden(ConsoleRole),
    /// Anything else, with the stable code that says what to do.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Fault(im::fault_of(&error))
    }
}

#[derive(Template)]
#[template(path = "console/failed.html")]
struct FailedPage {
    chrome: Chrome,
    code: String,
    title: String,
    text: String,
}

impl Failure {
    /// The page that says so.
    pub(super) fn draw(self, chrome: Chrome) -> Response {
        let words = chrome.words;
        let (code, status, title, text) = match self {
            Self::NotFound => {
                (ErrorCode::NotFound.as_str(), 404, words.not_found, words.not_found_how.to_owned())
            }
            Self::Stale => ("stale_form", 403, words.form_stale, words.form_stale_how.to_owned()),
            Self::Forbidden(role) => {
                let words = chrome.lang.admin_words();
                let how = fill(words.forbidden_how, words.role(role));
                (ErrorCode::Forbidden.as_str(), 403, words.forbidden, how)
            }
            Self::NoApp => ("no_app", 404, words.no_app, words.no_app_how.to_owned()),
            Self::Fault(fault) => {
                (fault.code.as_str(), fault.code.status(), words.failed, sentence(chrome.lang, &fault))
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let page_of = FailedPage { code: code.to_owned(), title: title.to_owned(), text, chrome };
        page(status, &page_of)
    }
}

/// A fault in the reader's language, with what is particular to it.
pub(super) fn sentence(lang: Lang, fault: &Fault) -> String {
    let text = lang.pick(fault.code.en(), fault.code.zh());
    if fault.detail == fault.code.en() { text.to_owned() } else { format!("{text} ({})", fault.detail) }
}
