//! Sign-ins to the console.

use model::{AppId, ConsoleGrants, OperatorId};
use rusqlite::Connection;

use super::operators;
use crate::{
    ConsoleHolder, ConsoleSession, ConsoleSessionKey, Operator, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

/// Sign-ins of one operator, and of one-time links together, at once; one more ends the oldest.
const SESSIONS_MAX: u32 = 32;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT key, operator, grants, app, opened_at, expires_at, address, agent FROM console_sessions ",
            $rest
        )
    };
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<ConsoleSession> {
    let key = columns.next()?;
    let operator: Option<OperatorId> = columns.next()?;
    let grants: Option<Json<ConsoleGrants>> = columns.next()?;
    Ok(ConsoleSession {
        key,
        holder: match operator {
            Some(operator) => ConsoleHolder::Operator(operator),
            None => ConsoleHolder::Link(grants.map(|grants| grants.0).unwrap_or_default()),
        },
        app: columns.next()?,
        opened_at: columns.next()?,
        expires_at: columns.next()?,
        address: columns.next()?,
        agent: columns.next()?,
    })
}

/// A sign-in, with its operator where it is one's.
pub(in crate::embedded) fn find(
    conn: &Connection,
    key: ConsoleSessionKey,
) -> Result<Option<(ConsoleSession, Option<Operator>)>, StoreError> {
    let Some(session) = sql::first(conn, select!("WHERE key = ?1"), values![key], read)? else {
        return Ok(None);
    };
    let operator = match &session.holder {
        ConsoleHolder::Operator(id) => operators::find(conn, *id)?,
        ConsoleHolder::Link(_) => None,
    };
    Ok(Some((session, operator)))
}

pub(in crate::embedded) fn of_operator(
    conn: &Connection,
    operator: OperatorId,
) -> Result<Vec<ConsoleSession>, StoreError> {
    Ok(sql::all(conn, select!("WHERE operator = ?1 ORDER BY opened_at DESC"), values![operator], read)?)
}

pub(in crate::embedded) fn open(
    writing: &Writing<'_>,
    session: &ConsoleSession,
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let (operator, grants) = match &session.holder {
        ConsoleHolder::Operator(id) => (Some(*id), None),
        ConsoleHolder::Link(grants) => (None, Some(Json(grants))),
    };
    if let Some(id) = operator
        && !operators::note_sign_in(conn, id, session.opened_at)?
    {
        return Ok(Outcome::Missing);
    }
    sql::execute(conn, "DELETE FROM console_sessions WHERE expires_at <= ?1", values![session.opened_at])?;
    sql::execute(
        conn,
        "DELETE FROM console_sessions WHERE key IN (
             SELECT key FROM console_sessions WHERE operator IS ?1
             ORDER BY opened_at DESC LIMIT -1 OFFSET ?2)",
        values![operator, SESSIONS_MAX - 1],
    )?;
    sql::execute(
        conn,
        "INSERT INTO console_sessions (key, operator, grants, app, opened_at, expires_at, address, agent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        values![
            session.key,
            operator,
            grants,
            session.app,
            session.opened_at,
            session.expires_at,
            session.address,
            session.agent,
        ],
    )?;
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn show_app(
    writing: &Writing<'_>,
    key: ConsoleSessionKey,
    app: AppId,
) -> Result<Outcome, StoreError> {
    sql::execute(writing.conn, "UPDATE console_sessions SET app = ?2 WHERE key = ?1", values![key, app])?;
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn end(writing: &Writing<'_>, key: ConsoleSessionKey) -> Result<Outcome, StoreError> {
    let ended = sql::execute(writing.conn, "DELETE FROM console_sessions WHERE key = ?1", values![key])?;
    Ok(if ended == 0 { Outcome::Missing } else { Outcome::Done })
}

/// Ends the sign-ins of an operator, but for one that stays.
pub(in crate::embedded) fn end_of(
    conn: &Connection,
    operator: OperatorId,
    stays: Option<ConsoleSessionKey>,
) -> Result<Outcome, StoreError> {
    sql::execute(
        conn,
        "DELETE FROM console_sessions WHERE operator = ?1 AND key IS NOT ?2",
        values![operator, stays],
    )?;
    Ok(Outcome::Done)
}
