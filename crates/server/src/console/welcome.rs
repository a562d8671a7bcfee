//! Setting a first password: the very first owner, and whoever was invited.

use std::sync::Arc;

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{
    ConsoleGrants, ConsoleRole, DISPLAY_NAME_MAX_CHARS, ErrorCode, OperatorId, OperatorName, Secret,
};
use serde::Deserialize;
use store::{
    AuditObject, ConsoleHolder, ConsoleOp, NewOperator, Op, Operator, OperatorStart, Outcome, PasswordBy,
};

use super::{
    Console,
    answer::{Failure, page},
    chrome::Chrome,
    entrance::hash_of,
    gate,
    passwords::{self, PASSWORD_MIN_CHARS},
    session::Person,
    visitor::Visitor,
    words::AdminWords,
};

#[derive(Template)]
#[template(path = "console/welcome.html")]
struct WelcomePage {
    chrome: Chrome,
    /// Whether the form makes the first owner; else it is an invitation.
    is_first: bool,
    /// Whether the link works.
    works: bool,
    token: String,
    name: String,
    display_name: String,
    name_fault: &'static str,
    display_name_fault: &'static str,
    password_fault: &'static str,
    password_min: usize,
}

impl WelcomePage {
    fn of(visitor: &Visitor, is_first: bool, token: &str) -> Self {
        let path = if is_first { "first-run" } else { "invitation" };
        let here = format!("/console/{path}?token={}", super::chrome::percent_encoded(token));
        Self {
            chrome: Chrome { here, csrf: String::new(), ..visitor.chrome() },
            is_first,
            works: true,
            token: token.to_owned(),
            name: String::new(),
            display_name: String::new(),
            name_fault: "",
            display_name_fault: "",
            password_fault: "",
            password_min: PASSWORD_MIN_CHARS,
        }
    }

    /// The link does not work, or no longer.
    fn useless(visitor: &Visitor, is_first: bool) -> Response {
        let useless = Self { works: false, ..Self::of(visitor, is_first, "") };
        page(StatusCode::UNAUTHORIZED, &useless)
    }

    const fn is_faulty(&self) -> bool {
        !(self.name_fault.is_empty() && self.display_name_fault.is_empty() && self.password_fault.is_empty())
    }
}

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `GET /console/first-run`. Looking does not use the link up, so that a preview of it does no harm.
pub(super) async fn show_first_run(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Response {
    if !console.shared.entrance.is_first_run(&token, console.shared.now()) {
        return WelcomePage::useless(&visitor, true);
    }
    page(StatusCode::OK, &WelcomePage::of(&visitor, true, &token))
}

/// `POST /console/first-run`
pub(super) async fn make_owner(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Form(wanted): Form<Wanted>,
) -> Response {
    if !console.shared.entrance.is_first_run(&wanted.token, console.shared.now()) {
        return WelcomePage::useless(&visitor, true);
    }
    let words = visitor.lang.admin_words();
    let (password, again) = (Secret::new(wanted.password), Secret::new(wanted.again));
    let (name, display_name) = (checked_name(words, &wanted.name), wanted.display_name.trim());
    let drawn = WelcomePage {
        name: wanted.name.trim().to_owned(),
        display_name: display_name.to_owned(),
        name_fault: name.as_ref().err().copied().unwrap_or_default(),
        display_name_fault: display_name_fault(words, display_name),
        password_fault: passwords::fault(words, &password, &again),
        ..WelcomePage::of(&visitor, true, &wanted.token)
    };
    let Ok(name) = name.as_ref().map_err(|_| ()).cloned() else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &drawn);
    };
    if drawn.is_faulty() {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &drawn);
    }
    let made = make_first(&console, &visitor, &name, display_name, password).await;
    match made {
        Ok(Some(operator)) => come_in(&console, &visitor, operator).await,
        Ok(None) => WelcomePage::useless(&visitor, true),
        Err(failure) => failure.draw(visitor.chrome()),
    }
}

async fn make_first(
    console: &Console,
    visitor: &Visitor,
    name: &OperatorName,
    display_name: &str,
    password: Secret<String>,
) -> Result<Option<OperatorId>, Failure> {
    let hash = console.passwords.hash(password).await?;
    let new = NewOperator {
        name: name.clone(),
        display_name: if display_name.is_empty() { name.to_string() } else { display_name.to_owned() },
        grants: ConsoleGrants::everywhere(ConsoleRole::Owner),
        start: OperatorStart::First(hash),
        at: console.shared.now(),
    };
    let made = AuditObject::Made("operator");
    let record = gate::record_of(console, &visitor.origin, name.as_str(), "make_owner", made);
    let ops = vec![Op::Console(ConsoleOp::CreateOperator(new)), record];
    let outcome = console.shared.store().commit(ops).await?.into_iter().next();
    let Some(Outcome::Operator(id)) = outcome else { return Ok(None) };
    console.shared.entrance.end_first_run();
    Ok(Some(id))
}

/// `GET /console/invitation`
pub(super) async fn show_invitation(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Query(Token { token }): Query<Token>,
) -> Response {
    match invited(&console, &token).await {
        Ok(Some(operator)) => page(StatusCode::OK, &invitation(&visitor, &token, &operator)),
        Ok(None) => WelcomePage::useless(&visitor, false),
        Err(failure) => failure.draw(visitor.chrome()),
    }
}

fn invitation(visitor: &Visitor, token: &str, operator: &Operator) -> WelcomePage {
    WelcomePage {
        name: operator.name.to_string(),
        display_name: operator.display_name.clone(),
        ..WelcomePage::of(visitor, false, token)
    }
}

async fn invited(console: &Console, token: &str) -> Result<Option<Operator>, Failure> {
    let found = console.shared.store().operator_invited(&hash_of(token)).await?;
    let now = console.shared.now();
    let waits =
        |operator: &Operator| !operator.disabled && operator.invited_until.is_some_and(|until| until > now);
    Ok(found.filter(waits))
}

/// `POST /console/invitation`
pub(super) async fn set_password(
    State(console): State<Arc<Console>>,
    visitor: Visitor,
    Form(wanted): Form<Wanted>,
) -> Response {
    let operator = match invited(&console, &wanted.token).await {
        Ok(Some(operator)) => operator,
        Ok(None) => return WelcomePage::useless(&visitor, false),
        Err(failure) => return failure.draw(visitor.chrome()),
    };
    let (password, again) = (Secret::new(wanted.password), Secret::new(wanted.again));
    let password_fault = passwords::fault(visitor.lang.admin_words(), &password, &again);
    if !password_fault.is_empty() {
        let drawn = WelcomePage { password_fault, ..invitation(&visitor, &wanted.token, &operator) };
        return page(StatusCode::UNPROCESSABLE_ENTITY, &drawn);
    }
    match take_up(&console, &visitor, &operator, &wanted.token, password).await {
        Ok(true) => come_in(&console, &visitor, operator.id).await,
        Ok(false) => WelcomePage::useless(&visitor, false),
        Err(failure) => failure.draw(visitor.chrome()),
    }
}

/// Uses an invitation up. `false`: somebody was faster.
async fn take_up(
    console: &Console,
    visitor: &Visitor,
    operator: &Operator,
    token: &str,
    password: Secret<String>,
) -> Result<bool, Failure> {
    let password = console.passwords.hash(password).await?;
    let by = PasswordBy::Invitation(hash_of(token));
    let object = AuditObject::Named(format!("operator {}", operator.id));
    let record = gate::record_of(console, &visitor.origin, operator.name.as_str(), "set_password", object);
    let set = ConsoleOp::SetPassword { by, password, at: console.shared.now() };
    let outcomes = console.shared.store().commit(vec![Op::Console(set), record]).await?;
    Ok(matches!(outcomes.first(), Some(Outcome::Operator(_))))
}

/// Whoever has just set a password is signed in.
async fn come_in(console: &Console, visitor: &Visitor, id: OperatorId) -> Response {
    let opened = async {
        let operator = console.shared.store().operator(id).await?;
        let operator = operator.ok_or_else(|| Failure::Fault(ErrorCode::Internal.into()))?;
        let person = Person::Operator(Box::new(operator));
        gate::open(console, visitor, ConsoleHolder::Operator(id), &person).await
    };
    match opened.await {
        Ok(cookie) => gate::with_cookie(Redirect::to(console.home()).into_response(), &cookie),
        Err(failure) => failure.draw(visitor.chrome()),
    }
}

/// A sign-in name, or what is wrong with it.
pub(super) fn checked_name(words: &AdminWords, typed: &str) -> Result<OperatorName, &'static str> {
    let typed = typed.trim();
    if typed.chars().any(char::is_whitespace) {
        return Err(words.name_fault);
    }
    OperatorName::new(typed).map_err(|_| words.name_fault)
}

/// What is wrong with a name for people, if anything; it may be empty.
pub(super) fn display_name_fault(words: &AdminWords, name: &str) -> &'static str {
    let is_fine = name.chars().count() <= DISPLAY_NAME_MAX_CHARS && !name.chars().any(char::is_control);
    if is_fine { "" } else { words.display_name_fault }
}
