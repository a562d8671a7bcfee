//! Users.

use model::{AppId, Timestamp, UserId, UserSettings};
use rusqlite::Connection;

use super::deletions;
use crate::{
    Change, Outcome, StoreError, User,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn put(
    writing: &Writing<'_>,
    app: AppId,
    user: &UserId,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    let is_known = sql::first(
        writing.conn,
        "SELECT 1 FROM users WHERE app = ?1 AND id = ?2",
        values![app, user],
        |_| Ok(()),
    )?;
    if is_known.is_none() {
        if deletions::is_being_erased(writing.conn, app, user)? {
            return Ok(Outcome::Stale);
        }
        sql::execute(
            writing.conn,
            "INSERT INTO users (app, id, tokens_valid_from, created_at) VALUES (?1, ?2, 0, ?3)",
            values![app, user, at],
        )?;
    }
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn name(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    name: Option<&String>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if deletions::is_being_erased(writing.conn, app, user)? {
        return Ok(Outcome::Stale);
    }
    sql::execute(
        writing.conn,
        "INSERT INTO users (app, id, tokens_valid_from, created_at, name) VALUES (?1, ?2, 0, ?3, ?4)
         ON CONFLICT (app, id) DO UPDATE SET name = excluded.name",
        values![app, user, at, name],
    )?;
    writing.tell(Change::User(app, user.clone()));
    Ok(Outcome::Done)
}

/// Settings that every user begins with are stored as none: most users never change them, and a group's fan-out reads
/// them for each member.
pub(in crate::embedded) fn set(
    writing: &mut Writing<'_>,
    app: AppId,
    user: &UserId,
    settings: &UserSettings,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if deletions::is_being_erased(writing.conn, app, user)? {
        return Ok(Outcome::Stale);
    }
    let stored = (*settings != UserSettings::default()).then_some(Json(settings));
    sql::execute(
        writing.conn,
        "INSERT INTO users (app, id, tokens_valid_from, created_at, settings) VALUES (?1, ?2, 0, ?3, ?4)
         ON CONFLICT (app, id) DO UPDATE SET settings = excluded.settings",
        values![app, user, at, stored],
    )?;
    writing.tell(Change::User(app, user.clone()));
    Ok(Outcome::Done)
}

/// A user that is not known yet is made, so that a token issued for it earlier stays refused.
pub(in crate::embedded) fn revoke_tokens(
    writing: &Writing<'_>,
    app: AppId,
    user: &UserId,
    valid_from: Timestamp,
) -> Result<Outcome, StoreError> {
    if deletions::is_being_erased(writing.conn, app, user)? {
        return Ok(Outcome::Done);
    }
    sql::execute(
        writing.conn,
        "INSERT INTO users (app, id, tokens_valid_from, created_at) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (app, id) DO UPDATE
         SET tokens_valid_from = max(tokens_valid_from, excluded.tokens_valid_from)",
        values![app, user, valid_from],
    )?;
    Ok(Outcome::Done)
}

const SELECT: &str = "SELECT app, id, name, settings, tokens_valid_from, created_at FROM users";

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<User> {
    Ok(User {
        app: columns.next()?,
        id: columns.next()?,
        name: columns.next()?,
        settings: columns.next::<Option<Json<_>>>()?.map(|settings| settings.0).unwrap_or_default(),
        tokens_valid_from: columns.next()?,
        created_at: columns.next()?,
    })
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    app: AppId,
    user: &UserId,
) -> Result<Option<User>, StoreError> {
    Ok(sql::first(conn, &format!("{SELECT} WHERE app = ?1 AND id = ?2"), values![app, user], read)?)
}

pub(in crate::embedded) fn list(
    conn: &Connection,
    app: AppId,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    Ok(sql::all(
        conn,
        &format!("{SELECT} WHERE app = ?1 AND id > ifnull(?2, '') ORDER BY id LIMIT ?3"),
        values![app, after, limit],
        read,
    )?)
}
