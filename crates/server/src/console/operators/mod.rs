//! Operators: who may come in, with which role; inviting, changing, switching off, a new password.

mod view;

use std::{collections::BTreeMap, sync::Arc};

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::StatusCode;
use model::{AppId, ConsoleGrants, ConsoleRole, ErrorCode, OperatorId, Timestamp};
use serde::Deserialize;
use store::{AuditObject, ConsoleOp, Invitation, NewOperator, Op, Operator, OperatorStart, Outcome};

use self::view::{RoleField, Row, grants_in_words};
use super::{
    Console,
    answer::{Failure, page},
    chrome::{Chrome, Moment, PageName},
    entrance::hash_of,
    visitor::{Posted, Signed},
    welcome::{checked_name, display_name_fault},
};
use crate::key::random_text;

/// How long an invitation works, in milliseconds: three days.
const INVITATION_LIFETIME_MS: i64 = 3 * 24 * 3_600_000;
/// The field of the role in the whole instance; that in an App has its number in the place of the word.
const INSTANCE: &str = "instance";

#[derive(Template)]
#[template(path = "console/operators.html")]
struct ListPage {
    chrome: Chrome,
    rows: Vec<Row>,
    typed: Typed,
    faults: Faults,
    places: Vec<view::Place>,
    roles: Vec<view::RoleChoice>,
    /// The link that was just made.
    made: Option<MadeLink>,
}

#[derive(Template)]
#[template(path = "console/operator.html")]
struct OperatorPage {
    chrome: Chrome,
    id: OperatorId,
    name: String,
    display_name: String,
    row: Row,
    fields: Vec<RoleField>,
    disabled: bool,
    may_govern: bool,
    is_self: bool,
    said: &'static str,
    refusal: &'static str,
    made: Option<MadeLink>,
}

/// A link that is shown this once.
struct MadeLink {
    name: String,
    url: String,
    until: Moment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    name: String,
    display_name: String,
    /// `instance`, or an App's number.
    place: String,
    role: String,
}

#[derive(Default)]
struct Faults {
    name: &'static str,
    display_name: &'static str,
}

/// `GET /console/operators`
pub(super) async fn list(State(console): State<Arc<Console>>, signed: Signed) -> Response {
    let drawn = draw_list(&console, &signed, Typed::default(), Faults::default(), None).await;
    signed.answer(drawn.map(|list| page(StatusCode::OK, &list)))
}

async fn draw_list(
    console: &Console,
    signed: &Signed,
    typed: Typed,
    faults: Faults,
    made: Option<MadeLink>,
) -> Result<ListPage, Failure> {
    let operators = console.shared.store().operators().await?;
    let now = console.shared.now();
    let shown = operators.iter().filter(|operator| sees(signed, operator));
    Ok(ListPage {
        chrome: signed.chrome(Some(PageName::Operators)),
        rows: shown.map(|operator| Row::of(signed, operator, now)).collect(),
        places: view::places(signed, &typed.place),
        roles: view::role_choices(signed.lang(), typed.role.parse().ok().or(Some(ConsoleRole::Viewer))),
        typed,
        faults,
        made,
    })
}

/// Whether an operator may be seen: all by an owner of everything, else those who have a role in an App that is owned.
fn sees(signed: &Signed, operator: &Operator) -> bool {
    let own = &signed.session.grants;
    let owns = |app: &AppId| own.role_in(*app) == Some(ConsoleRole::Owner);
    own.owns_all() || operator.grants.instance.is_some() || operator.grants.apps.keys().any(owns)
}

/// `POST /console/operators`
pub(super) async fn invite(
    State(console): State<Arc<Console>>,
    Posted(signed, typed): Posted<Typed>,
) -> Response {
    let invited = try_invite(&console, &signed, typed).await;
    signed.answer(invited)
}

async fn try_invite(console: &Console, signed: &Signed, typed: Typed) -> Result<Response, Failure> {
    let words = signed.lang().admin_words();
    let role: ConsoleRole = typed.role.parse().map_err(|_| Failure::Fault(ErrorCode::Invalid.into()))?;
    let grants = match typed.place.as_str() {
        INSTANCE => ConsoleGrants::everywhere(role),
        app => ConsoleGrants::in_app(app.parse().map_err(|_| Failure::NotFound)?, role),
    };
    let knows = |app: &AppId| signed.may_see(*app);
    if !signed.session.grants.governs(&grants) || !grants.apps.keys().all(knows) {
        return Err(Failure::NotFound);
    }
    let display_name = typed.display_name.trim();
    let name = checked_name(words, &typed.name);
    let faults = Faults {
        name: name.as_ref().err().copied().unwrap_or_default(),
        display_name: display_name_fault(words, display_name),
    };
    let Ok(name) = name.map_err(drop) else { return refill(console, signed, typed, faults).await };
    if !faults.display_name.is_empty() {
        return refill(console, signed, typed, faults).await;
    }
    let (token, invitation) = new_invitation(console.shared.now());
    let new = NewOperator {
        name: name.clone(),
        display_name: if display_name.is_empty() { name.to_string() } else { display_name.to_owned() },
        start: OperatorStart::Invited(invitation),
        at: console.shared.now(),
        grants,
    };
    let detail = format!("{name}: {}", grants_in_words(&new.grants));
    let record = signed.record_of(home_of(&new.grants), AuditObject::Made("operator"), detail);
    let ops = vec![Op::Console(ConsoleOp::CreateOperator(new)), record];
    let outcomes = console.shared.store().commit(ops).await?;
    if !matches!(outcomes.first(), Some(Outcome::Operator(_))) {
        let faults = Faults { name: words.name_taken, ..Faults::default() };
        return refill(console, signed, typed, faults).await;
    }
    let made = Some(link(console, name.to_string(), &token, invitation));
    let drawn = draw_list(console, signed, Typed::default(), Faults::default(), made).await?;
    Ok(page(StatusCode::OK, &drawn))
}

async fn refill(
    console: &Console,
    signed: &Signed,
    typed: Typed,
    faults: Faults,
) -> Result<Response, Failure> {
    let drawn = draw_list(console, signed, typed, faults, None).await?;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &drawn))
}

/// The App that a change of somebody with these grants belongs to; `None`: the instance.
fn home_of(grants: &ConsoleGrants) -> Option<AppId> {
    match (grants.instance, grants.apps.first_key_value()) {
        (None, Some((app, _))) if grants.apps.len() == 1 => Some(*app),
        _ => None,
    }
}

fn new_invitation(now: Timestamp) -> (String, Invitation) {
    let token = random_text();
    let invitation = Invitation { hash: hash_of(&token), until: now.plus_ms(INVITATION_LIFETIME_MS) };
    (token, invitation)
}

fn link(console: &Console, name: String, token: &str, invitation: Invitation) -> MadeLink {
    let url = console.shared.entrance.address(&format!("/console/invitation?token={token}"));
    MadeLink { name, url, until: Moment(invitation.until) }
}

#[derive(Deserialize)]
pub(super) struct Said {
    said: Option<String>,
}

/// `GET /console/operators/{id}`
pub(super) async fn show(
    State(console): State<Arc<Console>>,
    signed: Signed,
    Path(id): Path<String>,
    Query(Said { said }): Query<Said>,
) -> Response {
    let words = signed.lang().admin_words();
    let said = if said.is_some() { words.said_saved } else { "" };
    let drawn = find(&console, &signed, &id)
        .await
        .map(|operator| page(StatusCode::OK, &draw_one(&console, &signed, &operator, said)));
    signed.answer(drawn)
}

async fn find(console: &Console, signed: &Signed, id: &str) -> Result<Operator, Failure> {
    let id: OperatorId = id.parse().map_err(|_| Failure::NotFound)?;
    let found = console.shared.store().operator(id).await?;
    found.filter(|operator| sees(signed, operator)).ok_or(Failure::NotFound)
}

fn draw_one(console: &Console, signed: &Signed, operator: &Operator, said: &'static str) -> OperatorPage {
    OperatorPage {
        chrome: signed.chrome(Some(PageName::Operators)),
        id: operator.id,
        name: operator.name.to_string(),
        display_name: operator.display_name.clone(),
        row: Row::of(signed, operator, console.shared.now()),
        fields: view::role_fields(signed, &operator.grants),
        disabled: operator.disabled,
        may_govern: signed.session.grants.governs(&operator.grants),
        is_self: is_self(signed, operator),
        said,
        refusal: "",
        made: None,
    }
}

fn is_self(signed: &Signed, operator: &Operator) -> bool {
    signed.session.person.operator_id() == Some(operator.id)
}

/// Somebody the asker may decide over. One's own role is for another owner to change.
async fn find_governed(console: &Console, signed: &Signed, id: &str) -> Result<Operator, Failure> {
    let operator = find(console, signed, id).await?;
    if is_self(signed, &operator) || !signed.session.grants.governs(&operator.grants) {
        return Err(Failure::Forbidden(ConsoleRole::Owner));
    }
    Ok(operator)
}

/// `POST /console/operators/{id}`
pub(super) async fn change(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(signed, typed): Posted<BTreeMap<String, String>>,
) -> Response {
    let changed = try_change(&console, &signed, &id, &typed).await;
    signed.answer(changed)
}

async fn try_change(
    console: &Console,
    signed: &Signed,
    id: &str,
    typed: &BTreeMap<String, String>,
) -> Result<Response, Failure> {
    let operator = find_governed(console, signed, id).await?;
    let mut grants = operator.grants.clone();
    for (field, value) in typed {
        let Some(place) = field.strip_prefix("role-") else { continue };
        let role = match value.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|_| Failure::Fault(ErrorCode::Invalid.into()))?),
        };
        put(&mut grants, signed, place, role)?;
    }
    if !signed.session.grants.governs(&grants) {
        return Err(Failure::NotFound);
    }
    let disabled = typed.contains_key("disabled");
    let mut detail = format!("{}: {}", operator.name, grants_in_words(&operator.grants));
    if grants != operator.grants {
        detail.push_str(&format!(" → {}", grants_in_words(&grants)));
    }
    match (operator.disabled, disabled) {
        (false, true) => detail.push_str("; off"),
        (true, false) => detail.push_str("; on"),
        _ => {}
    }
    let object = AuditObject::Named(format!("operator {}", operator.id));
    let record = signed.record_of(home_of(&operator.grants), object, detail);
    let change = Op::Console(ConsoleOp::ChangeOperator { operator: operator.id, grants, disabled });
    let outcomes = console.shared.store().commit(vec![change, record]).await?;
    match outcomes.first() {
        Some(Outcome::Done) => {
            Ok(Redirect::to(&format!("/console/operators/{}?said=saved", operator.id)).into_response())
        }
        Some(Outcome::Conflict) => {
            let refusal = signed.lang().admin_words().last_owner;
            let drawn = OperatorPage { refusal, ..draw_one(console, signed, &operator, "") };
            Ok(page(StatusCode::CONFLICT, &drawn))
        }
        _ => Err(Failure::NotFound),
    }
}

fn put(
    grants: &mut ConsoleGrants,
    signed: &Signed,
    place: &str,
    role: Option<ConsoleRole>,
) -> Result<(), Failure> {
    if place == INSTANCE {
        grants.instance = role;
        return Ok(());
    }
    let app: AppId = place.parse().map_err(|_| Failure::NotFound)?;
    if !signed.may_see(app) {
        return Err(Failure::NotFound);
    }
    match role {
        Some(role) => grants.apps.insert(app, role),
        None => grants.apps.remove(&app),
    };
    Ok(())
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /console/operators/{id}/link`: a link to set a new password. The old one works until the link is used.
pub(super) async fn reset(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    Posted(signed, Nothing {}): Posted<Nothing>,
) -> Response {
    let made = try_reset(&console, &signed, &id).await;
    signed.answer(made)
}

async fn try_reset(console: &Console, signed: &Signed, id: &str) -> Result<Response, Failure> {
    let operator = find_governed(console, signed, id).await?;
    let (token, invitation) = new_invitation(console.shared.now());
    let object = AuditObject::Named(format!("operator {}", operator.id));
    let record = signed.record_of(home_of(&operator.grants), object, operator.name.to_string());
    let invite = ConsoleOp::InviteOperator { operator: operator.id, invitation };
    console.shared.store().commit(vec![Op::Console(invite), record]).await?;
    let made = Some(link(console, operator.name.to_string(), &token, invitation));
    let operator = find(console, signed, id).await?;
    let drawn = OperatorPage { made, ..draw_one(console, signed, &operator, "") };
    Ok(page(StatusCode::OK, &drawn))
}
