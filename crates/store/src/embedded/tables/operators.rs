//! Operators of the console.

use model::{ConsoleGrants, OperatorId, OperatorName, Secret, Timestamp};
use rusqlite::Connection;

use super::console_sessions;
use crate::{
    Invitation, NewOperator, Operator, OperatorStart, Outcome, PasswordBy, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

/// Operators that are listed.
const LISTED_MAX: u32 = 1000;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, display_name, grants, disabled, password, invited_until, created_at, signed_in_at
             FROM operators ",
            $rest
        )
    };
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<Operator> {
    Ok(Operator {
        id: columns.next()?,
        name: columns.next()?,
        display_name: columns.next()?,
        grants: columns.next::<Json<_>>()?.0,
        disabled: columns.next()?,
        password: columns.next::<Option<String>>()?.map(Secret::new),
        invited_until: columns.next()?,
        created_at: columns.next()?,
        signed_in_at: columns.next()?,
    })
}

pub(in crate::embedded) fn list(conn: &Connection) -> Result<Vec<Operator>, StoreError> {
    Ok(sql::all(conn, select!("ORDER BY name LIMIT ?1"), values![LISTED_MAX], read)?)
}

pub(in crate::embedded) fn find(conn: &Connection, id: OperatorId) -> Result<Option<Operator>, StoreError> {
    Ok(sql::first(conn, select!("WHERE id = ?1"), values![id], read)?)
}

pub(in crate::embedded) fn find_named(
    conn: &Connection,
    name: &OperatorName,
) -> Result<Option<Operator>, StoreError> {
    Ok(sql::first(conn, select!("WHERE name = ?1"), values![name], read)?)
}

pub(in crate::embedded) fn find_invited(
    conn: &Connection,
    invitation: &[u8; 32],
) -> Result<Option<Operator>, StoreError> {
    Ok(sql::first(conn, select!("WHERE invitation = ?1"), values![invitation[..]], read)?)
}

pub(in crate::embedded) fn create(writing: &Writing<'_>, new: &NewOperator) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let (password, invitation) = match &new.start {
        OperatorStart::Invited(invitation) => (None, Some(*invitation)),
        OperatorStart::First(_) if !list(conn)?.is_empty() => return Ok(Outcome::Conflict),
        OperatorStart::First(password) => (Some(password), None),
    };
    if find_named(conn, &new.name)?.is_some() {
        return Ok(Outcome::Conflict);
    }
    sql::execute(
        conn,
        "INSERT INTO operators
             (name, display_name, grants, disabled, password, invitation, invited_until, created_at)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7)",
        values![
            new.name,
            new.display_name,
            Json(&new.grants),
            password.map(|password| password.expose().as_str()),
            invitation.map(|invitation| invitation.hash.to_vec()),
            invitation.map(|invitation| invitation.until),
            new.at,
        ],
    )?;
    let id = u32::try_from(conn.last_insert_rowid())
        .map_err(|_| StoreError::Database("operator numbers are used up".to_owned()))?;
    Ok(Outcome::Operator(OperatorId(id)))
}

pub(in crate::embedded) fn rename(
    writing: &Writing<'_>,
    id: OperatorId,
    display_name: &str,
) -> Result<Outcome, StoreError> {
    let renamed = sql::execute(
        writing.conn,
        "UPDATE operators SET display_name = ?2 WHERE id = ?1",
        values![id, display_name],
    )?;
    Ok(if renamed == 0 { Outcome::Missing } else { Outcome::Done })
}

pub(in crate::embedded) fn change(
    writing: &Writing<'_>,
    id: OperatorId,
    grants: &ConsoleGrants,
    disabled: bool,
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let Some(old) = find(conn, id)? else { return Ok(Outcome::Missing) };
    let stays_owner = !disabled && grants.owns_all();
    if old.is_acting_owner() && !stays_owner {
        let is_another = |other: &Operator| other.id != id && other.is_acting_owner();
        if !list(conn)?.iter().any(is_another) {
            return Ok(Outcome::Conflict);
        }
    }
    sql::execute(
        conn,
        "UPDATE operators SET grants = ?2, disabled = ?3 WHERE id = ?1",
        values![id, Json(grants), disabled],
    )?;
    if disabled {
        console_sessions::end_of(conn, id, None)?;
    }
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn invite(
    writing: &Writing<'_>,
    id: OperatorId,
    invitation: Invitation,
) -> Result<Outcome, StoreError> {
    let changed = sql::execute(
        writing.conn,
        "UPDATE operators SET invitation = ?2, invited_until = ?3 WHERE id = ?1",
        values![id, invitation.hash[..], invitation.until],
    )?;
    Ok(if changed == 0 { Outcome::Missing } else { Outcome::Done })
}

pub(in crate::embedded) fn set_password(
    writing: &Writing<'_>,
    by: &PasswordBy,
    password: &Secret<String>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let conn = writing.conn;
    let (operator, stays) = match by {
        PasswordBy::Invitation(hash) => {
            let invited = find_invited(conn, hash)?;
            (invited.filter(|operator| operator.invited_until.is_some_and(|until| until > at)), None)
        }
        PasswordBy::Operator(id, key) => (find(conn, *id)?, Some(*key)),
    };
    let Some(operator) = operator.filter(|operator| !operator.disabled) else {
        return Ok(Outcome::Stale);
    };
    sql::execute(
        conn,
        "UPDATE operators SET password = ?2, invitation = NULL, invited_until = NULL WHERE id = ?1",
        values![operator.id, password.expose().as_str()],
    )?;
    console_sessions::end_of(conn, operator.id, stays)?;
    Ok(Outcome::Operator(operator.id))
}

/// Notes a sign-in. `false`: there is no such operator, or one that is switched off.
pub(super) fn note_sign_in(conn: &Connection, id: OperatorId, at: Timestamp) -> Result<bool, StoreError> {
    let noted = sql::execute(
        conn,
        "UPDATE operators SET signed_in_at = ?2 WHERE id = ?1 AND disabled = 0",
        values![id, at],
    )?;
    Ok(noted == 1)
}
