//! Apps. The key of their login tokens is sealed.

use model::{App, AppId, Secret};
use rusqlite::Connection;

use crate::{
    Change, Outcome, StoreError,
    embedded::{
        sql::{self, Columns, Json, values},
        writing::Writing,
    },
    sealing::{Place, SealKey},
};

const fn login_secret_of(app: AppId) -> Place {
    Place { column: "apps.login_secret", row: app.0 as i64 }
}

pub(in crate::embedded) fn put(writing: &mut Writing<'_>, app: &App) -> Result<Outcome, StoreError> {
    let login_secret = writing.seal.seal(login_secret_of(app.id), app.login_secret.expose().as_bytes())?;
    sql::execute(
        writing.conn,
        "INSERT INTO apps (id, name, login_secret, policy, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE
         SET name = excluded.name, login_secret = excluded.login_secret, policy = excluded.policy",
        values![app.id, app.name, login_secret, Json(&app.policy), app.created_at],
    )?;
    writing.tell(Change::App(app.id));
    Ok(Outcome::Done)
}

const SELECT: &str = "SELECT id, name, login_secret, policy, created_at FROM apps";

struct AppRow {
    app: App,
    sealed: Vec<u8>,
}

fn read(columns: &mut Columns<'_, '_>) -> rusqlite::Result<AppRow> {
    let (id, name, sealed) = (columns.next()?, columns.next()?, columns.next()?);
    let policy = columns.next::<Json<_>>()?.0;
    let login_secret = Secret::new(String::new());
    Ok(AppRow { app: App { id, name, login_secret, policy, created_at: columns.next()? }, sealed })
}

fn unseal(row: AppRow, seal: &SealKey) -> Result<App, StoreError> {
    let place = login_secret_of(row.app.id);
    let login_secret = super::certificates::text(place, &seal.open(place, &row.sealed)?)?;
    Ok(App { login_secret, ..row.app })
}

pub(in crate::embedded) fn list(conn: &Connection, seal: &SealKey) -> Result<Vec<App>, StoreError> {
    let rows = sql::all(conn, &format!("{SELECT} ORDER BY id"), values![], read)?;
    rows.into_iter().map(|row| unseal(row, seal)).collect()
}

pub(in crate::embedded) fn find(
    conn: &Connection,
    seal: &SealKey,
    app: AppId,
) -> Result<Option<App>, StoreError> {
    let row = sql::first(conn, &format!("{SELECT} WHERE id = ?1"), values![app], read)?;
    row.map(|row| unseal(row, seal)).transpose()
}

pub(in crate::embedded) fn exists(conn: &Connection, app: AppId) -> rusqlite::Result<bool> {
    sql::first(conn, "SELECT 1 FROM apps WHERE id = ?1", values![app], |_| Ok(())).map(|row| row.is_some())
}
