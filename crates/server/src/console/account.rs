//! One's own account: name, password, sign-ins.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{AppId, ErrorCode, Secret};
use serde::Deserialize;
use store::{AuditObject, ConsoleOp, ConsoleSession, Op, Operator, PasswordBy};

use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Labelled, Moment, PageName},
    passwords::{self, PASSWORD_MIN_CHARS},
    visitor::{Posted, Signed},
    welcome::display_name_fault,
    words::fill,
};

#[derive(Template)]
#[template(path = "console/account.html")]
struct AccountPage {
    chrome: Chrome,
    /// `None`: here by a one-time link, without an account.
    account: Option<Account>,
    roles: Vec<Labelled>,
    said: &'static str,
    password_min: usize,
    display_name_fault: &'static str,
    old_fault: String,
    password_fault: &'static str,
}

struct Account {
    name: String,
    display_name: String,
    sessions: Vec<SessionLine>,
}

/// A sign-in of the account.
struct SessionLine {
    id: String,
    browser: String,
    address: String,
    opened_at: Moment,
    expires_at: Moment,
    is_this: bool,
}

/// What is wrong with what was typed.
#[derive(Default)]
struct Faults {
    display_name: &'static str,
    old: String,
    password: &'static str,
}

#[derive(Deserialize)]
pub(super) struct Said {
    said: Option<String>,
}

/// `GET /console/account`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Query(Said { said }): Query<Said>,
) -> Response {
    let words = signed.lang().admin_words();
    let said = match said.as_deref() {
        Some("password") => words.said_password,
        Some("sessions") => words.said_sessions,
        Some("name") => words.said_saved,
        _ => "",
    };
    let drawn = draw(&console, &signed, said, Faults::default()).await;
    signed.answer(drawn.map(|account| page(StatusCode::OK, &account)))
}

async fn draw(
    console: &Console,
    signed: &Signed,
    said: &'static str,
    faults: Faults,
) -> Result<AccountPage, Failure> {
    let account = match signed.session.person.operator() {
        Some(operator) => {
            let sessions = console.shared.store().console_sessions(operator.id).await?;
            let now = console.shared.now();
            let standing = sessions.iter().filter(|session| session.expires_at > now);
            Some(Account {
                name: operator.name.to_string(),
                display_name: operator.display_name.clone(),
                sessions: standing.map(|session| line(signed, session)).collect(),
            })
        }
        None => None,
    };
    Ok(AccountPage {
        chrome: signed.chrome(Some(PageName::Account)),
        account,
        roles: roles(signed),
        said,
        password_min: PASSWORD_MIN_CHARS,
        display_name_fault: faults.display_name,
        old_fault: faults.old,
        password_fault: faults.password,
    })
}

fn roles(signed: &Signed) -> Vec<Labelled> {
    let (words, grants) = (signed.lang().admin_words(), &signed.session.grants);
    let name = |id: &AppId| {
        let app = signed.apps.iter().find(|app| app.id == *id);
        app.map_or_else(|| format!("App {id}"), |app| app.name.clone())
    };
    let everywhere = grants.instance.map(|role| Labelled::new(words.whole_instance, words.role(role)));
    let single = grants.apps.iter().map(|(app, role)| Labelled::new(name(app), words.role(*role)));
    everywhere.into_iter().chain(single).collect()
}

fn line(signed: &Signed, session: &ConsoleSession) -> SessionLine {
    SessionLine {
        id: short(session),
        browser: browser_of(&session.agent),
        address: session.address.clone(),
        opened_at: Moment(session.opened_at),
        expires_at: Moment(session.expires_at),
        is_this: session.key == signed.session.key,
    }
}

/// Enough of a sign-in's key to tell it from one's others.
fn short(session: &ConsoleSession) -> String {
    session.key.0[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the browsers call themselves; the order matters, for each names those behind it as well.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// Browser and system, as far as a browser's name for itself tells them.
fn browser_of(agent: &str) -> String {
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let found: Vec<&str> = [find(&BROWSERS), find(&SYSTEMS)].into_iter().flatten().collect();
    if found.is_empty() { agent.chars().take(40).collect() } else { found.join(" · ") }
}

/// The account, where there is one.
fn own(signed: &Signed) -> Result<&Operator, Failure> {
    signed.session.person.operator().ok_or(Failure::NotFound)
}

fn done(said: &str) -> Response {
    Redirect::to(&format!("/console/account?said={said}")).into_response()
}

#[derive(Deserialize)]
pub(super) struct NewName {
    #[serde(default)]
    display_name: String,
}

/// `POST /console/account/name`
pub(super) async fn rename(
    State(console): State<Arc<Console>>,
    Posted(signed, new): Posted<NewName>,
) -> Response {
    let renamed = try_rename(&console, &signed, new.display_name.trim()).await;
    signed.answer(renamed)
}

async fn try_rename(console: &Console, signed: &Signed, name: &str) -> Result<Response, Failure> {
    let operator = own(signed)?;
    let words = signed.lang().admin_words();
    let fault = if name.is_empty() { words.display_name_fault } else { display_name_fault(words, name) };
    if !fault.is_empty() {
        let faults = Faults { display_name: fault, ..Faults::default() };
        let drawn = draw(console, signed, "", faults).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    }
    let change = ConsoleOp::RenameOperator { operator: operator.id, display_name: name.to_owned() };
    let record = signed.record_of(None, own_object(operator), format!("{} → {name}", operator.display_name));
    console.shared.store().commit(vec![Op::Console(change), record]).await?;
    Ok(done("name"))
}

fn own_object(operator: &Operator) -> AuditObject {
    AuditObject::Named(format!("operator {}", operator.id))
}

#[derive(Deserialize)]
pub(super) struct NewPassword {
    #[serde(default)]
    old: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /console/account/password`
pub(super) async fn change_password(
    State(console): State<Arc<Console>>,
    Posted(signed, typed): Posted<NewPassword>,
) -> Response {
    let changed = try_password(&console, &signed, typed).await;
    signed.answer(changed)
}

async fn try_password(console: &Console, signed: &Signed, typed: NewPassword) -> Result<Response, Failure> {
    let operator = own(signed)?;
    let words = signed.lang().admin_words();
    let (old, new, again) = (Secret::new(typed.old), Secret::new(typed.password), Secret::new(typed.again));
    let mut faults = Faults { password: passwords::fault(words, &new, &again), ..Faults::default() };
    let (name, network) = (operator.name.as_str(), signed.visitor.origin.network());
    let now = console.shared.now();
    if faults.password.is_empty() {
        match console.throttle.begin(name, &network, now) {
            Err(again_at) => faults.old = fill(words.try_later, &Moment(again_at).spelled("full")),
            Ok(()) if console.passwords.matches(old, operator.password.clone()).await? => {
                console.throttle.forgive(name, &network);
            }
            Ok(()) => faults.old = words.old_password_wrong.to_owned(),
        }
    }
    if !faults.password.is_empty() || !faults.old.is_empty() {
        let drawn = draw(console, signed, "", faults).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn));
    }
    let password = console.passwords.hash(new).await?;
    let by = PasswordBy::Operator(operator.id, signed.session.key);
    let record = signed.record_of(None, own_object(operator), String::new());
    let set = Op::Console(ConsoleOp::SetPassword { by, password, at: now });
    let outcomes = console.shared.store().commit(vec![set, record]).await?;
    if outcomes.first().is_none_or(store::Outcome::is_refusal) {
        return Err(Failure::Fault(ErrorCode::Internal.into()));
    }
    Ok(done("password"))
}

#[derive(Deserialize)]
pub(super) struct WhichSessions {
    /// The short id of one; empty for all but this one.
    #[serde(default)]
    session: String,
}

/// `POST /console/account/sessions`
pub(super) async fn end_sessions(
    State(console): State<Arc<Console>>,
    Posted(signed, which): Posted<WhichSessions>,
) -> Response {
    let ended = try_end(&console, &signed, &which.session).await;
    signed.answer(ended)
}

async fn try_end(console: &Console, signed: &Signed, which: &str) -> Result<Response, Failure> {
    let operator = own(signed)?;
    let end = if which.is_empty() {
        ConsoleOp::EndOtherSessions { operator: operator.id, but: signed.session.key }
    } else {
        let sessions = console.shared.store().console_sessions(operator.id).await?;
        let found = sessions.iter().find(|session| short(session) == which);
        ConsoleOp::EndSession(found.ok_or(Failure::NotFound)?.key)
    };
    let record = signed.record_of(None, own_object(operator), String::new());
    console.shared.store().commit(vec![Op::Console(end), record]).await?;
    Ok(done("sessions"))
}

#[cfg(test)]
mod tests {
    use super::browser_of;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(browser_of(chrome), "Chrome · Linux");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser_of(phone), "Safari · iPhone");
        assert_eq!(browser_of("<script>"), "<script>");
        assert_eq!(browser_of(""), "");
    }
}
