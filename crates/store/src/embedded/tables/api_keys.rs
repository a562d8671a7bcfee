//! API keys, by the SHA-256 of the key.

use model::{AppId, Timestamp};
use rusqlite::Connection;

use super::apps;
use crate::{
    ApiKey, Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
};

pub(in crate::embedded) fn put(writing: &mut Writing<'_>, key: &ApiKey) -> Result<Outcome, StoreError> {
    if !apps::exists(writing.conn, key.app)? {
        return Ok(Outcome::Missing);
    }
    sql::execute(
        writing.conn,
        "INSERT INTO api_keys (hash, app, scopes, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (hash) DO UPDATE SET app = excluded.app, scopes = excluded.scopes, name = excluded.name",
        values![key.hash[..], key.app, Json(&key.scopes), key.name, key.created_at],
    )?;
    writing.tell(Change::ApiKey(key.hash));
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn delete(
    writing: &mut Writing<'_>,
    app: AppId,
    hash: &[u8; 32],
) -> Result<Outcome, StoreError> {
    let deleted = sql::execute(
        writing.conn,
        "DELETE FROM api_keys WHERE hash = ?1 AND app = ?2",
        values![hash[..], app],
    )?;
    if deleted == 0 {
        return Ok(Outcome::Missing);
    }
    writing.tell(Change::ApiKey(*hash));
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn note_use(
    writing: &Writing<'_>,
    uses: &[([u8; 32], Timestamp)],
) -> Result<Outcome, StoreError> {
    for (hash, at) in uses {
        sql::execute(
            writing.conn,
            "UPDATE api_keys SET used_at = max(ifnull(used_at, 0), ?2) WHERE hash = ?1",
            values![hash[..], at],
        )?;
    }
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn find(conn: &Connection, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
    Ok(sql::first(
        conn,
        "SELECT hash, app, scopes, name, created_at, used_at FROM api_keys WHERE hash = ?1",
        values![hash[..]],
        read,
    )?)
}

pub(in crate::embedded) fn list(conn: &Connection, app: AppId) -> Result<Vec<ApiKey>, StoreError> {
    Ok(sql::all(
        conn,
        "SELECT hash, app, scopes, name, created_at, used_at FROM api_keys WHERE app = ?1
         ORDER BY created_at, hash",
        values![app],
        read,
    )?)
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey {
        hash: columns.next()?,
        app: columns.next()?,
        scopes: columns.next::<Json<_>>()?.0,
        name: columns.next()?,
        created_at: columns.next()?,
        used_at: columns.next()?,
    })
}
