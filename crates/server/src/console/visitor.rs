//! Who asks for a page: language, session, App. Pages behind the gate take a [`Signed`], their forms a [`Posted`] or an
//! [`Upload`]; what a page needs stands in the list of [`pages`](super::pages).

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Multipart, RawForm, Request, multipart::MultipartError},
    response::Response,
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use im::AppView;
use model::{App, AppId, Body, ConsoleRole, ErrorCode, Fault, Message};
use serde::{Deserialize, de::DeserializeOwned};
use store::{AuditDraft, AuditObject, Op};
use subtle::ConstantTimeEq;

use super::{
    Console,
    answer::Failure,
    chrome::{AppChoice, Chrome, PageName, SignedName},
    gatekeeper,
    session::{self, SignedIn},
    words::Lang,
};
use crate::{accept::Peer, limits};

/// The cookie that holds a session.
pub(super) const SESSION_COOKIE: &str = "posthouse_console";
/// The cookie that holds the language.
pub(super) const LANG_COOKIE: &str = "posthouse_lang";
/// Parts of a form with files.
const PARTS_MAX: usize = 64;
/// What is kept of a browser's name for itself, in characters.
const AGENT_MAX_CHARS: usize = 200;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The IP address; empty where unknown.
    pub(super) address: String,
    /// What the browser calls itself.
    pub(super) agent: String,
}

impl Origin {
    /// What tries to sign in are counted by: an address, or all those of one customer.
    pub(super) fn network(&self) -> String {
        self.address.parse().map(|ip| limits::network(ip).to_string()).unwrap_or_default()
    }
}

/// Anyone who asks.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    pub(super) lang: Lang,
    /// Path and query that were asked for.
    pub(super) here: String,
    pub(super) origin: Origin,
    pub(super) session: Option<SignedIn>,
}

impl Visitor {
    pub(super) async fn of(console: &Console, parts: &Parts) -> Result<Self, Response> {
        let lang = cookie(&parts.headers, LANG_COOKIE).and_then(Lang::from_tag);
        let here = match parts.method {
            http::Method::GET => parts.uri.path_and_query().map_or(console.home(), |uri| uri.as_str()),
            _ => console.home(),
        };
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.map(|Peer(peer)| console.shared.gate.origin(*peer, &parts.headers));
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let mut visitor = Self {
            lang: lang.unwrap_or_else(|| Lang::accepted(&parts.headers)),
            here: here.to_owned(),
            origin: Origin {
                address: peer.map(|ip| ip.to_string()).unwrap_or_default(),
                agent: agent.unwrap_or_default().chars().take(AGENT_MAX_CHARS).collect(),
            },
            session: None,
        };
        if let Some(value) = cookie(&parts.headers, SESSION_COOKIE) {
            let found = session::find(&**console.shared.store(), value, console.shared.now()).await;
            visitor.session = found.map_err(|error| Failure::from(error).draw(visitor.chrome()))?;
        }
        Ok(visitor)
    }

    /// The frame of a page that belongs to no App.
    pub(super) fn chrome(&self) -> Chrome {
        Chrome {
            lang: self.lang,
            words: self.lang.words(),
            page: None,
            here: self.here.clone(),
            csrf: self.session.as_ref().map(|session| session.csrf.clone()).unwrap_or_default(),
            app_name: String::new(),
            apps: Vec::new(),
            role: None,
            signed: None,
        }
    }
}

impl FromRequestParts<Arc<Console>> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Response> {
        match parts.extensions.get::<Self>() {
            Some(visitor) => Ok(visitor.clone()),
            None => Self::of(console, parts).await,
        }
    }
}

/// Somebody who is signed in, and the App that is shown.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) visitor: Visitor,
    pub(super) session: SignedIn,
    /// The role in the App that is shown.
    pub(super) role: ConsoleRole,
    pub(super) view: Arc<AppView>,
    pub(super) apps: Vec<App>,
    now: model::Timestamp,
    action: Option<&'static str>,
    recorded: Arc<AtomicBool>,
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

    /// Whether message text may be read. Whoever only looks sees how a message went, not what it says.
    pub(super) fn may_read_text(&self) -> bool {
        self.role >= ConsoleRole::Operator
    }

    /// A message without its words, where they may not be read.
    pub(super) fn readable(&self, mut message: Message) -> Message {
        if !self.may_read_text() {
            message.body = Body::text(self.lang().admin_words().text_hidden);
            if let Some(push) = &mut message.push {
                for text in [&mut push.title, &mut push.body, &mut push.ext, &mut push.payload] {
                    *text = None;
                }
            }
        }
        message
    }

    pub(super) fn chrome(&self, page: Option<PageName>) -> Chrome {
        let choice =
            |app: &App| AppChoice { id: app.id, name: app.name.clone(), chosen: app.id == self.app() };
        let operator = self.session.person.operator();
        let signed = SignedName {
            name: operator.map_or_else(
                || self.lang().admin_words().one_time_link.to_owned(),
                |operator| operator.display_name.clone(),
            ),
            role: self.lang().admin_words().role(self.role),
        };
        Chrome {
            page,
            app_name: self.view.app.name.clone(),
            apps: self.apps.iter().map(choice).collect(),
            role: Some(self.role),
            signed: Some(signed),
            ..self.visitor.chrome()
        }
    }

    /// The page, or the page that says why not.
    pub(super) fn answer(&self, drawn: Result<Response, Failure>) -> Response {
        drawn.unwrap_or_else(|failure| failure.draw(self.chrome(None)))
    }

    /// Whether a form was made in this sign-in.
    fn made(&self, csrf: &str) -> bool {
        self.session.csrf.as_bytes().ct_eq(csrf.as_bytes()).into()
    }

    /// What records the change that the op before it makes, in the same commit. A page that uses it records by itself;
    /// for one that does not, the gatekeeper does.
    pub(super) fn record(&self, object: AuditObject, detail: String) -> Op {
        self.record_of(Some(self.app()), object, detail)
    }

    /// The same for a change that belongs to another App, or to none.
    pub(super) fn record_of(&self, app: Option<AppId>, object: AuditObject, detail: String) -> Op {
        self.recorded.store(true, Ordering::Relaxed);
        Op::Audit(AuditDraft {
            app,
            at: self.now,
            channel: self.session.person.channel(),
            actor: self.session.person.actor().to_owned(),
            action: self.action.unwrap_or("change").to_owned(),
            object,
            detail,
            address: self.visitor.origin.address.clone(),
        })
    }

    /// Says that nothing was changed after all, though the answer leads on.
    pub(super) fn changed_nothing(&self) {
        self.recorded.store(true, Ordering::Relaxed);
    }

    /// Whether the page has recorded its change.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded.load(Ordering::Relaxed)
    }

    pub(super) async fn of(
        console: &Console,
        visitor: Visitor,
        action: Option<&'static str>,
    ) -> Result<Self, Response> {
        let Some(session) = visitor.session.clone() else {
            return Err(gatekeeper::closed(console, &visitor).await);
        };
        let refuse = |failure: Failure| failure.draw(visitor.chrome());
        let mut apps = console.shared.store().apps().await.map_err(|error| refuse(error.into()))?;
        apps.retain(|app| session.grants.role_in(app.id).is_some());
        let chosen = apps.iter().find(|app| Some(app.id) == session.app).or(apps.first());
        let Some((app, role)) = chosen.and_then(|app| Some((app.id, session.grants.role_in(app.id)?))) else {
            return Err(refuse(Failure::NoApp));
        };
        let view = console.shared.im.catalogue().view(app).await;
        let Some(view) = view.map_err(|error| refuse(error.into()))? else {
            return Err(refuse(Failure::NoApp));
        };
        let (now, recorded) = (console.shared.now(), Arc::default());
        Ok(Self { session, role, view, apps, visitor, now, action, recorded })
    }
}

impl FromRequestParts<Arc<Console>> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Arc<Console>) -> Result<Self, Response> {
        if let Some(signed) = parts.extensions.get::<Self>() {
            return Ok(signed.clone());
        }
        // A page that is listed as open takes nobody for signed in.
        let visitor = Visitor::of(console, parts).await?;
        Err(gatekeeper::closed(console, &visitor).await)
    }
}

/// A form that somebody signed in has sent, made in this sign-in.
pub(super) struct Posted<T>(pub(super) Signed, pub(super) T);

#[derive(Deserialize)]
struct FormSecret {
    #[serde(default)]
    csrf: String,
}

impl<T: DeserializeOwned + Send> FromRequest<Arc<Console>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, console).await?;
        let body = RawForm::from_request(Request::from_parts(parts.clone(), body), console).await;
        let RawForm(body) = body.map_err(|error| unreadable(&signed, error.status()))?;
        let again = || Request::from_parts(parts.clone(), axum::body::Body::from(body.clone()));
        // The secret first: what is wrong with a form is told to whoever made it here.
        let secret = Form::<FormSecret>::from_request(again(), console).await;
        if !secret.is_ok_and(|Form(secret)| signed.made(&secret.csrf)) {
            return Err(signed.answer(Err(Failure::Stale)));
        }
        let form = Form::<T>::from_request(again(), console).await;
        let Form(fields) = form.map_err(|error| unreadable(&signed, error.status()))?;
        Ok(Self(signed, fields))
    }
}

/// A part of a form with files. What a browser calls a file is not looked at.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) value: Bytes,
}

/// A form with files that somebody signed in has sent, made in this sign-in.
pub(super) struct Upload(pub(super) Signed, pub(super) Vec<Part>);

impl FromRequest<Arc<Console>> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, console).await?;
        let multipart = Multipart::from_request(Request::from_parts(parts, body), console).await;
        let multipart = multipart.map_err(|error| unreadable(&signed, error.status()))?;
        let mut read = match read_parts(multipart).await {
            Ok(read) => read,
            Err(failure) => return Err(signed.answer(Err(failure))),
        };
        let is_made = read
            .iter()
            .find(|part| part.name == "csrf")
            .and_then(|part| std::str::from_utf8(&part.value).ok())
            .is_some_and(|csrf| signed.made(csrf));
        if !is_made {
            return Err(signed.answer(Err(Failure::Stale)));
        }
        read.retain(|part| part.name != "csrf");
        Ok(Self(signed, read))
    }
}

async fn read_parts(mut multipart: Multipart) -> Result<Vec<Part>, Failure> {
    let refused = |error: MultipartError| Failure::from(Fault::from(code_of(error.status())));
    let mut read = Vec::new();
    while let Some(part) = multipart.next_field().await.map_err(refused)? {
        if read.len() == PARTS_MAX {
            let detail = format!("a form has at most {PARTS_MAX} parts");
            return Err(Fault::new(ErrorCode::TooLarge, detail).into());
        }
        let Some(name) = part.name().map(str::to_owned) else { continue };
        read.push(Part { name, value: part.bytes().await.map_err(refused)? });
    }
    Ok(read)
}

fn unreadable(signed: &Signed, status: StatusCode) -> Response {
    signed.answer(Err(Fault::from(code_of(status)).into()))
}

const fn code_of(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        413 => ErrorCode::TooLarge,
        422 => ErrorCode::Invalid,
        _ => ErrorCode::Malformed,
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
