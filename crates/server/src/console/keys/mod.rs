//! API keys: which there are, what each may do, when it was last used; made by owners, for a key that may manage
//! reaches as far as an owner does.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::ConsoleRole;
use serde::Deserialize;
use store::{ApiKey, AuditObject, Scope};

use super::{
    Console,
    answer::{Failure, page, sentence},
    chrome::{Chrome, Moment, PageName},
    gatekeeper,
    visitor::{Posted, Signed},
    words::SetupWords,
};
use crate::api_keys::{self, KeyFault, id_of};

/// What a key that is made here may do.
const SCOPES: [Scope; 3] = [Scope::Send, Scope::Read, Scope::Manage];

#[derive(Template)]
#[template(path = "console/keys.html")]
struct KeysPage {
    chrome: Chrome,
    rows: Vec<Row>,
    owns: bool,
    name: String,
    scopes: Vec<ScopeChoice>,
    name_fault: &'static str,
    scope_fault: &'static str,
    refusal: String,
    made: Option<Made>,
    said: &'static str,
}

/// A key.
struct Row {
    id: String,
    name: String,
    scopes: Vec<&'static str>,
    created_at: Moment,
    used_at: Option<Moment>,
}

impl Row {
    fn of(words: &SetupWords, key: &ApiKey) -> Self {
        Self {
            id: id_of(key),
            name: key.name.clone(),
            scopes: key.scopes.iter().map(|scope| scope_title(words, *scope)).collect(),
            created_at: Moment(key.created_at),
            used_at: key.used_at.map(Moment),
        }
    }
}

/// A scope to choose.
struct ScopeChoice {
    word: &'static str,
    title: &'static str,
    how: &'static str,
    chosen: bool,
}

/// A key that is shown this once.
struct Made {
    name: String,
    key: String,
}

/// What was typed.
#[derive(Debug, Default)]
struct Typed {
    name: String,
    scopes: Vec<Scope>,
}

const fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Send => "send",
        Scope::Read => "read",
        Scope::Manage => "manage",
        Scope::Instance => "instance",
    }
}

const fn scope_title(words: &SetupWords, scope: Scope) -> &'static str {
    match scope {
        Scope::Send => words.scope_send,
        Scope::Read => words.scope_read,
        Scope::Manage => words.scope_manage,
        Scope::Instance => words.scope_instance,
    }
}

const fn scope_how(words: &SetupWords, scope: Scope) -> &'static str {
    match scope {
        Scope::Send => words.scope_send_how,
        Scope::Read => words.scope_read_how,
        Scope::Manage => words.scope_manage_how,
        Scope::Instance => words.scope_instance,
    }
}

/// What was done before.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
}

/// `GET /console/keys`
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Response {
    let said = signed.lang().setup_words().said(&asked.said);
    let drawn = draw(&console, &signed, &Typed::default(), None).await;
    signed.answer(drawn.map(|keys| page(StatusCode::OK, &KeysPage { said, ..keys })))
}

async fn draw(
    console: &Console,
    signed: &Signed,
    typed: &Typed,
    made: Option<Made>,
) -> Result<KeysPage, Failure> {
    let words = signed.lang().setup_words();
    let keys = api_keys::list(&console.shared, signed.app()).await?;
    let choice = |scope: Scope| ScopeChoice {
        word: word(scope),
        title: scope_title(words, scope),
        how: scope_how(words, scope),
        chosen: typed.scopes.contains(&scope),
    };
    Ok(KeysPage {
        chrome: signed.chrome(Some(PageName::Keys)),
        rows: keys.iter().map(|key| Row::of(words, key)).collect(),
        owns: signed.role >= ConsoleRole::Owner,
        name: typed.name.clone(),
        scopes: SCOPES.into_iter().map(choice).collect(),
        name_fault: "",
        scope_fault: "",
        refusal: String::new(),
        made,
        said: "",
    })
}

/// `POST /console/keys`
pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Posted(signed, fields): Posted<Vec<(String, String)>>,
) -> Response {
    let made = try_create(&console, &signed, &fields).await;
    signed.answer(made)
}

async fn try_create(
    console: &Console,
    signed: &Signed,
    fields: &[(String, String)],
) -> Result<Response, Failure> {
    let words = signed.lang().setup_words();
    let ticked = |scope: &Scope| fields.iter().any(|(name, value)| name == "scope" && value == word(*scope));
    let name = fields.iter().find(|(name, _)| name == "name").map(|(_, value)| value.trim().to_owned());
    let typed = Typed { name: name.unwrap_or_default(), scopes: SCOPES.into_iter().filter(ticked).collect() };
    match api_keys::make(&console.shared, signed.app(), &typed.name, typed.scopes.clone()).await {
        Ok((key, record)) => {
            let object = AuditObject::Named(format!("key {}", id_of(&record)));
            let scopes: Vec<&str> = record.scopes.iter().map(|scope| word(*scope)).collect();
            let detail = format!("{}: {}", record.name, scopes.join(", "));
            gatekeeper::record(console, signed.record(object, detail)).await;
            let made = Some(Made { name: record.name, key });
            let drawn = draw(console, signed, &Typed::default(), made).await?;
            Ok(page(StatusCode::OK, &drawn))
        }
        Err(fault) => {
            let mut drawn = draw(console, signed, &typed, None).await?;
            match fault {
                KeyFault::Name => drawn.name_fault = words.key_name_fault,
                KeyFault::NoScope => drawn.scope_fault = words.scope_fault,
                KeyFault::TooMany => drawn.refusal = words.keys_full.to_owned(),
                KeyFault::Other(fault) => drawn.refusal = sentence(signed.lang(), &fault),
            }
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn))
        }
    }
}

/// Which key.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    id: String,
}

/// `POST /console/keys/revoke`
pub(super) async fn revoke(
    State(console): State<Arc<Console>>,
    Posted(signed, which): Posted<Which>,
) -> Response {
    let revoked = try_revoke(&console, &signed, &which.id).await;
    signed.answer(revoked)
}

async fn try_revoke(console: &Console, signed: &Signed, id: &str) -> Result<Response, Failure> {
    let key = api_keys::find(&console.shared, signed.app(), id).await.map_err(|_| Failure::NotFound)?;
    // A key of the instance is not an App's to take away.
    if key.scopes.contains(&Scope::Instance) && !signed.session.grants.owns_all() {
        return Err(Failure::Forbidden(ConsoleRole::Owner));
    }
    api_keys::revoke(&console.shared, &key).await?;
    let object = AuditObject::Named(format!("key {}", id_of(&key)));
    gatekeeper::record(console, signed.record(object, key.name)).await;
    Ok(Redirect::to("/console/keys?said=revoked").into_response())
}
