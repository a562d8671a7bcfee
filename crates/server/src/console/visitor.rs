//! Who asks for a page: language, session, App. Pages behind the gate take a [`Signed`], their forms a [`Posted`].

use std::sync::Arc;

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header, request::Parts};
use im::AppView;
use model::{App, AppId};
use serde::{Deserialize, de::DeserializeOwned};
use subtle::ConstantTimeEq;

use super::{
    Console,
    answer::Failure,
    chrome::{AppChoice, Chrome, PageName},
    gate,
    session::{Session, SessionKey},
    words::Lang,
};

/// The cookie that holds a session.
pub(super) const SESSION_COOKIE: &str = "posthouse_console";
/// The cookie that holds the language.
pub(super) const LANG_COOKIE: &str = "posthouse_lang";

/// Anyone who asks.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) lang: Lang,
    /// Path and query that were asked for.
    pub(super) here: String,
    pub(super) session: Option<(SessionKey, Session)>,
}

impl Visitor {
    fn of(console: &Console, parts: &Parts) -> Self {
        let lang = cookie(&parts.headers, LANG_COOKIE).and_then(Lang::from_tag);
        let session = cookie(&parts.headers, SESSION_COOKIE)
            .and_then(|value| console.sessions.find(value, console.shared.now()));
        let here = match parts.method {
            http::Method::GET => parts.uri.path_and_query().map_or("/console/lab", |uri| uri.as_str()),
            _ => "/console/lab",
        };
        Self { lang: lang.unwrap_or_else(|| Lang::accepted(&parts.headers)), here: here.to_owned(), session }
    }

    /// The frame of a page that belongs to no App.
    pub(super) fn chrome(&self) -> Chrome {
        Chrome {
            lang: self.lang,
            words: self.lang.words(),
            page: None,
            here: self.here.clone(),
            csrf: self.session.as_ref().map(|(_, session)| session.csrf.clone()).unwrap_or_default(),
            app_name: String::new(),
            apps: Vec::new(),
        }
    }
}

impl FromRequestParts<Arc<Console>> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Self::Rejection> {
        Ok(Self::of(console, parts))
    }
}

/// Somebody who is signed in, and the App that is shown.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    visitor: Visitor,
    pub(super) key: SessionKey,
    pub(super) csrf: String,
    pub(super) view: Arc<AppView>,
    apps: Vec<App>,
}

impl Signed {
    pub(super) const fn lang(&self) -> Lang {
        self.visitor.lang
    }

    pub(super) fn app(&self) -> AppId {
        self.view.app.id
    }

    /// Whether an App may be chosen.
    pub(super) fn may_see(&self, app: AppId) -> bool {
        self.apps.iter().any(|other| other.id == app)
    }

    pub(super) fn chrome(&self, page: Option<PageName>) -> Chrome {
        let choice =
            |app: &App| AppChoice { id: app.id, name: app.name.clone(), chosen: app.id == self.app() };
        Chrome {
            page,
            app_name: self.view.app.name.clone(),
            apps: self.apps.iter().map(choice).collect(),
            ..self.visitor.chrome()
        }
    }

    /// The page, or the page that says why not.
    pub(super) fn answer(&self, drawn: Result<Response, Failure>) -> Response {
        drawn.unwrap_or_else(|failure| failure.draw(self.chrome(None)))
    }

    /// Whether a form was made in this sign-in.
    pub(super) fn made(&self, csrf: &str) -> bool {
        self.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    async fn of(console: &Console, visitor: Visitor) -> Result<Self, Response> {
        let Some((key, session)) = visitor.session.clone() else {
            return Err(gate::closed(&visitor, StatusCode::UNAUTHORIZED));
        };
        let refuse = |failure: Failure| failure.draw(visitor.chrome());
        let mut apps = console.shared.store().apps().await.map_err(|error| refuse(error.into()))?;
        apps.retain(|app| session.grant.covers(app.id));
        let chosen = apps.iter().find(|app| Some(app.id) == session.app).or(apps.first());
        let Some(app) = chosen.map(|app| app.id) else {
            return Err(refuse(Failure::NoApp));
        };
        let view = console.shared.im.catalogue().view(app).await;
        match view.map_err(|error| refuse(error.into()))? {
            Some(view) => Ok(Self { key, csrf: session.csrf, view, apps, visitor }),
            None => Err(refuse(Failure::NoApp)),
        }
    }
}

impl FromRequestParts<Arc<Console>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Response> {
        Self::of(console, Visitor::of(console, parts)).await
    }
}

/// A form that somebody signed in has sent, made in this sign-in. Its fields are texts.
pub(super) struct Posted<T>(pub(super) Signed, pub(super) T);

#[derive(Deserialize)]
struct WithCsrf<T> {
    #[serde(default)]
    csrf: String,
    #[serde(flatten)]
    fields: T,
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Console>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, console).await?;
        let form = Form::<WithCsrf<T>>::from_request(Request::from_parts(parts, body), console).await;
        let Form(form) = form.map_err(IntoResponse::into_response)?;
        if signed.made(&form.csrf) {
            Ok(Self(signed, form.fields))
        } else {
            Err(Failure::Stale.draw(signed.chrome(None)))
        }
    }
}

/// A cookie's value.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
