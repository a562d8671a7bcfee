//! API keys, by the SHA-256 of the key.

use rusqlite::Connection;

use super::apps;
use crate::{
    ApiKey, Outcome, StoreError,
    embedded::{
        sql::{self, Json, values},
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
    Ok(Outcome::Done)
}

pub(in crate::embedded) fn find(conn: &Connection, hash: &[u8; 32]) -> Result<Option<ApiKey>, StoreError> {
    Ok(sql::first(
        conn,
        "SELECT app, scopes, name, created_at FROM api_keys WHERE hash = ?1",
        values![hash[..]],
        |columns| {
            Ok(ApiKey {
                hash: *hash,
                app: columns.next()?,
                scopes: columns.next::<Json<_>>()?.0,
                name: columns.next()?,
                created_at: columns.next()?,
            })
        },
    )?)
}
